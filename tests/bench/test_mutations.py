"""Random edits of an estate: nobody loses anything whom the diff does not name, and the bench would notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import mutations
from bench.mutation import estate, guards
from bench.mutation.edits import EDITS
from bench.mutation.losses import Loss
from bench.mutation.named import Named, named
from bench.mutations import Bench, Outcome
from tests.examples import examples

KINDS = list(EDITS)
FILE = "identities/acme/people.yaml"
PEOPLE = """\
people:
  dana.reyes:
    title: A
    manager: lee.park
  lee.park:
    title: B
  sam.x:
    title: C
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench.made(tmp_path_factory.mktemp("estate").resolve(), 8)


@pytest.mark.slow
@given(kind=st.sampled_from(KINDS), number=st.integers(0, 10**6))
@examples(20)
def test_nobody_who_is_not_named_loses_anything(bench: Bench, kind: str, number: int) -> None:
    merged, _ = bench.edit(number, kind, seed=1)
    assert merged.outcome is not Outcome.UNNAMED, merged
    assert merged.outcome is not Outcome.BULK, merged


@pytest.mark.slow
def test_an_edit_is_undone_and_the_same_again(bench: Bench) -> None:
    once = [bench.edit(number, KINDS[number], seed=3) for number in range(0, len(KINDS), 4)]
    assert estate.git(bench.root, "status", "--porcelain") == b""
    assert [bench.edit(number, KINDS[number], seed=3) for number in range(0, len(KINDS), 4)] == once


@pytest.mark.slow
def test_without_guards_the_bench_finds_people_who_are_not_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "in_a_pull_request", lambda *_: None)
    edits = (bench.edit(number, "a setting of a client changed", seed=1)[0] for number in range(60))
    found = next(each for each in edits if each.outcome is Outcome.UNNAMED)
    assert found.lost


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    estate.commit(tmp_path, {FILE: PEOPLE.encode()}, "start")
    return tmp_path


def whom(root: Path, after: dict[str, str]) -> Named:
    before = {FILE: PEOPLE.encode()}
    new = {name: text.encode() for name, text in after.items()}
    (root / FILE).unlink()
    estate.write(root, new)
    estate.git(root, "add", "--all")
    diff = estate.git(root, "diff", "--cached", "--unified=0", "--no-renames")
    return named(diff.decode(), before, new)


ALL = {("acme", "dana.reyes"), ("acme", "lee.park"), ("acme", "sam.x")}


@pytest.mark.parametrize(
    ("after", "people", "bulk"),
    [
        ({FILE: PEOPLE.replace("title: B", "title: X")}, {"lee.park"}, set()),
        ({FILE: PEOPLE.replace("  lee.park:\n    title: B\n", "")}, {"lee.park"}, set()),
        ({FILE: PEOPLE.replace("    manager: lee.park\n", "")}, {"dana.reyes", "lee.park"}, set()),
        ({FILE: PEOPLE + "  new.x: {}\n"}, {"new.x"}, set()),
        ({FILE: "people: {}\n"}, set(), {"dana.reyes", "lee.park", "sam.x"}),
        ({FILE: PEOPLE, "identities/acme/client.yaml": "zone: UTC\n"}, set(), set()),
        ({FILE: PEOPLE, "identities/acme/client.yaml": "protected: [sam.x]\n"}, {"sam.x"}, set()),
        ({"identities/acme/people/all.yaml": PEOPLE}, {"dana.reyes", "lee.park", "sam.x"}, set()),
        ({"identities/acme/people.yaml.orig": PEOPLE}, set(), {"dana.reyes", "lee.park", "sam.x"}),
        ({"identities/other/people.yaml": PEOPLE}, set(), {"dana.reyes", "lee.park", "sam.x"}),
    ],
    ids=["a line", "a record", "a name in a line", "a joiner", "emptied", "a setting", "a setting that names",
         "moved", "renamed to what is not read", "moved to another client"],
)  # fmt: skip
def test_whom_a_diff_names(repository: Path, after: dict[str, str], people: set[str], bulk: set[str]) -> None:
    found = whom(repository, after)
    assert {key for client, key in found.people if client == "acme"} == people
    assert {key for client, key in found.bulk if client == "acme"} == bulk


@pytest.mark.parametrize(
    ("whom", "outcome"),
    [
        (Named({("acme", "dana.reyes")}), Outcome.NAMED),
        (Named(set(), {("acme", "dana.reyes")}), Outcome.BULK),
        (Named({("acme", "lee.park")}), Outcome.UNNAMED),
        (Named({("blue", "dana.reyes")}), Outcome.UNNAMED),
    ],
)
def test_what_an_allowed_loss_counts_as(whom: Named, outcome: Outcome) -> None:
    lost = [Loss("acme", "dana.reyes", "sign-in to entra")]
    assert mutations._result(1, "x", None, lost, whom).outcome is outcome
    assert mutations._result(1, "x", None, [], whom).outcome is Outcome.HARMLESS


def test_an_unnamed_loss_fails_the_bench(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def judged(
        _bench: Bench, number: int, kind: str, _seed: int
    ) -> tuple[mutations.Result, mutations.Result]:
        lost = (Loss("client-00", "dana.reyes", "sign-in to entra"),)
        bad = mutations.Result(number, kind, Outcome.UNNAMED, lost=lost)
        return (bad if number == 3 else mutations.Result(number, kind, Outcome.CHECK, "x")), bad

    monkeypatch.setattr(Bench, "edit", judged)
    assert mutations.main(["--edits", "3", "--clients", "2"]) == 0
    assert mutations.main(["--edits", "4", "--clients", "2"]) == 1
    assert "1 losses: client-00: dana.reyes: sign-in to entra" in capsys.readouterr().out
