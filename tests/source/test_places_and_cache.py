"""Where values stand, also when the records come from the cache; and when the cache counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.model import Client
from leaver.source import Estate
from leaver.source import cache as cache_module
from tests.source.project import CLIENT, GROUPS, PEOPLE, Project

LEAVING = (
    PEOPLE + "    departure:\n      at: 2026-11-27 17:00\n    nda: {signed: 2026-01-01, document: N-1}\n"
)
PLACES = {
    ("client",): "client.yaml",
    ("client", "zone"): "client.yaml:2:7",
    ("client", "directories"): "client.yaml:3:1",
    ("client", "directories", "okta"): "client.yaml:5:3",
    ("client", "directories", "okta", "org"): "client.yaml:5:27",
    ("client", "retain"): "client.yaml",
    ("groups", "finance"): "groups.yaml:3:3",
    ("groups", "finance", "directory"): "groups.yaml:3:39",
    ("groups", "nobody"): "groups.yaml",
    ("people",): "people.yaml",
    ("people", "dana.reyes"): "people.yaml:4:3",
    ("people", "dana.reyes", "name"): "people.yaml:5:11",
    ("people", "dana.reyes", "groups"): "people.yaml:7:5",
    ("people", "dana.reyes", "groups", 1): "people.yaml:7:24",
    ("people", "dana.reyes", "groups", 7): "people.yaml:7:5",
    ("people", "dana.reyes", "departure"): "people.yaml:8:5",
    ("people", "dana.reyes", "departure", "at"): "people.yaml:9:11",
    ("people", "dana.reyes", "departure", "hold"): "people.yaml:8:5",
    ("people", "dana.reyes", "nda", "document"): "people.yaml:10:41",
    ("people", "dana.reyes", "disabled"): "people.yaml:4:3",
}


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
@pytest.mark.parametrize("runs", [1, 2], ids=["read", "from the cache"])
def test_every_value_has_its_place(project: Project, path: tuple[str, ...], runs: int) -> None:
    project.write(people=LEAVING)
    for _ in range(runs):
        estate = project.load(cache=project.root / "cache")
    assert str(estate.place("acme", *path)) == f"identities/acme/{PLACES[path]}"  # type: ignore[arg-type]


def test_a_record_keeps_its_place_when_its_file_changes_afterwards(project: Project) -> None:
    estate = project.load()
    for content in ("people: {}\n", "people: [", b"\xff", None):
        project.write(people=content)
        assert str(estate.place("acme", "people", "dana.reyes", "name")) == "identities/acme/people.yaml:4:3"


def test_an_estate_made_in_memory_knows_the_file(project: Project) -> None:
    estate = Estate(project.load().clients)
    assert str(estate.place("acme", "people", "dana.reyes", "name")) == "identities/acme/people.yaml"


@pytest.fixture
def cache(project: Project) -> Path:
    return project.root / ".leaver" / "cache" / "records"


def marked(project: Project, cache: Path, *, seal: bool = True) -> None:
    """Load, then change a name inside the cache: whoever reads that name has used the cache."""
    project.load(cache=cache)
    path = cache / "acme.json"
    header, body = path.read_bytes().split(b"\n")
    body = body.replace(b"Dana Reyes", b"From Cache")
    stated = json.loads(header)
    if seal:
        stated["body"] = cache_module.sha256(body).hexdigest()
    path.write_bytes(json.dumps(stated).encode() + b"\n" + body)


def name_of_dana(project: Project, cache: Path) -> str | None:
    client: Client = project.load(cache=cache).clients["acme"]
    return client.people["dana.reyes"].name


def test_unchanged_files_come_from_the_cache(project: Project, cache: Path) -> None:
    marked(project, cache)
    assert name_of_dana(project, cache) == "From Cache"


@pytest.mark.parametrize("file", ["client", "groups", "people"])
def test_a_change_of_any_file_makes_it_read_again(project: Project, cache: Path, file: str) -> None:
    marked(project, cache)
    text = {"client": CLIENT, "groups": GROUPS, "people": PEOPLE}[file]
    project.write(**{file: text + "# changed\n"})
    assert name_of_dana(project, cache) == "Dana Reyes"


def test_a_new_people_file_makes_it_read_again(project: Project, cache: Path) -> None:
    project.write(people=None)
    project.path("people").mkdir()
    project.path("people/a.yaml").write_text(PEOPLE)
    marked(project, cache)
    project.path("people/b.yaml").write_text("people: {sam: {}}\n")
    estate = project.load(cache=cache)
    assert set(estate.clients["acme"].people) == {"lee.park", "dana.reyes", "sam"}


def test_another_version_of_the_code_makes_it_read_again(
    project: Project, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked(project, cache)
    monkeypatch.setattr(cache_module, "_code", lambda: "another")
    assert name_of_dana(project, cache) == "Dana Reyes"


def test_new_rules_of_the_zone_make_it_read_again(
    project: Project, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked(project, cache)
    monkeypatch.setattr(cache_module, "_rules", lambda _zone: "another")
    assert name_of_dana(project, cache) == "Dana Reyes"


def test_the_rules_of_a_zone_are_found_without_the_systems_own(monkeypatch: pytest.MonkeyPatch) -> None:
    here = cache_module._rules.__wrapped__("Europe/London")
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    assert len(cache_module._rules.__wrapped__("Europe/London")) == len(here) == 64


def test_a_changed_cache_without_its_seal_is_read_again(project: Project, cache: Path) -> None:
    marked(project, cache, seal=False)
    assert name_of_dana(project, cache) == "Dana Reyes"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"{}\n{}", b"null\n", b"[" * 100_000, b"\xff\n\xff", b'{"zone": 1}\n']
)
def test_a_corrupt_cache_is_read_again_and_written_anew(
    project: Project, cache: Path, content: bytes
) -> None:
    project.load(cache=cache)
    whole = (cache / "acme.json").read_bytes()
    (cache / "acme.json").write_bytes(content)
    assert name_of_dana(project, cache) == "Dana Reyes"
    assert (cache / "acme.json").read_bytes() == whole


def test_a_cache_that_is_cut_short_at_any_place_is_read_again(project: Project, cache: Path) -> None:
    project.load(cache=cache)
    whole = (cache / "acme.json").read_bytes()
    for size in range(0, len(whole), 37):
        (cache / "acme.json").write_bytes(whole[:size])
        assert name_of_dana(project, cache) == "Dana Reyes"


def test_records_with_problems_are_never_kept(project: Project, cache: Path) -> None:
    project.write(people="people: {dana: {nam: x}}\n")
    assert len(project.problems(cache=cache)) == len(project.problems(cache=cache)) == 1
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_is_no_problem(project: Project) -> None:
    blocked = project.root / "file"
    blocked.write_text("")
    assert project.problems(cache=blocked / "records") == []


def test_a_client_that_is_gone_leaves_the_cache(project: Project, cache: Path) -> None:
    project.write("bravo", client=CLIENT, people="people: {}\n")
    project.load(cache=cache)
    for path in (project.root / "identities" / "bravo").iterdir():
        path.unlink()
    (project.root / "identities" / "bravo").rmdir()
    project.load("acme", cache=cache)
    assert {path.name for path in cache.iterdir()} == {"acme.json", "bravo.json"}
    project.load(cache=cache)
    assert {path.name for path in cache.iterdir()} == {"acme.json"}


def test_moments_are_the_same_instants_from_the_cache(project: Project, cache: Path) -> None:
    project.write(people=LEAVING.replace("2026-11-27 17:00", "2026-07-01 17:00"))
    for _ in range(2):
        departure = project.load(cache=cache).clients["acme"].people["dana.reyes"].departure
        assert departure is not None
        assert departure.at == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)
