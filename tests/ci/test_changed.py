"""`leaver changed`: work is proportional to what changed, and nothing that changed is left out."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from tests.ci.conftest import CLIENTS, PEOPLE, Clone

Run = Callable[..., Result]


def keys(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


def test_nothing_changed_is_nobody(main: Clone, run: Run) -> None:
    assert keys(run("changed", "--base", "HEAD", "--list")) == []


@pytest.mark.parametrize(
    "name",
    [
        "identities/acme/people.yaml",
        "identities/acme/client.yaml",
        "identities/acme/groups.yaml",
        "identities/acme/people/sales.yaml",
        "stacks/Pulumi.acme.yaml",
    ],
)
@pytest.mark.parametrize("committed", [True, False])
def test_a_file_of_a_client_is_that_client(main: Clone, run: Run, name: str, committed: bool) -> None:
    before = main.git("rev-parse", "HEAD")
    path = main.root / name
    main.write(name, path.read_text() + "\n# said again\n" if path.exists() else "groups: {}\n")
    if committed:
        main.commit()
    assert keys(run("changed", "--base", before, "--list")) == ["acme"]


@pytest.mark.parametrize(
    "name",
    ["leaver/program/run.py", "leaver/errors.py", "__main__.py", "requirements/runtime.lock", "Pulumi.yaml"],
)
def test_what_may_act_at_every_client_is_every_client(main: Clone, run: Run, name: str) -> None:
    before = main.git("rev-parse", "HEAD")
    main.write(name, "# something else\n")
    main.commit()
    result = run("changed", "--base", before)
    assert result.stdout.split() == list(CLIENTS)
    assert result.stderr == f"all clients, because of {name}\n3 clients changed\n"


@pytest.mark.parametrize(
    "name",
    ["docs/operations.md", "leaver/cli/app.py", "leaver/sandbox/app.py", "tests/a.py", "identities/README"],
)
def test_what_cannot_act_at_a_client_is_nobody(main: Clone, run: Run, name: str) -> None:
    main.write(name, "text\n")
    assert keys(run("changed", "--base", "HEAD", "--list")) == []


def test_main_going_on_is_no_change_of_a_branch(main: Clone, branch: Clone, run: Run, monkeypatch) -> None:
    main.write("identities/blue/people.yaml", "people: {}\n")
    main.merge()
    branch.write("identities/acme/people.yaml", "people: {}\n")
    branch.git("fetch", "-q")
    monkeypatch.chdir(branch.root)
    assert keys(run("changed", "--base", "origin/main", "--list")) == ["acme"]


@pytest.mark.parametrize("base", ["0" * 40, "deadbeef" * 5, "no-such-branch", "--help"])
def test_a_base_that_is_not_known_means_everybody_rather_than_nobody(
    main: Clone, run: Run, base: str
) -> None:
    assert keys(run("changed", f"--base={base}", "--list")) == list(CLIENTS)


def test_a_vanished_folder_is_an_error_not_a_client(main: Clone, run: Run) -> None:
    before = main.git("rev-parse", "HEAD")
    main.git("rm", "-rq", "identities/blue")
    main.write("identities/acme/people.yaml", "people: {}\n")
    result = run("changed", "--base", before, "--list")
    assert json.loads(result.stdout) == ["acme"]
    assert result.exit_code == 1
    assert 'identities/blue: client "blue": the folder is gone. Restore it' in result.stderr


def test_a_client_whose_settings_changed_can_be_left_out(main: Clone, run: Run) -> None:
    main.write("identities/acme/people.yaml", "people: {}\n")
    path = main.root / "identities/blue/client.yaml"
    path.write_text(path.read_text().replace("org: blue", "org: somebody-elses"))
    assert keys(run("changed", "--base", "HEAD", "--list")) == ["acme", "blue"]
    result = run("changed", "--base", "HEAD", "--list", "--same-settings")
    assert keys(result) == ["acme"]
    assert "identities/blue/client.yaml was changed" in result.stderr


def test_a_client_called_like_a_path_with_blanks_or_signs_is_found(main: Clone, run: Run) -> None:
    main.write("identities/u.k-east/people.yaml", PEOPLE)
    main.write("identities/acme/people/ä ö.yaml", PEOPLE)
    assert keys(run("changed", "--base", "HEAD", "--list")) == ["acme", "u.k-east"]


def test_examples_can_be_left_out(main: Clone, run: Run) -> None:
    path = main.root / "identities/acme/client.yaml"
    path.write_text(path.read_text() + "sandbox: true\n")
    assert keys(run("changed", "--all", "--list")) == list(CLIENTS)
    assert keys(run("changed", "--all", "--no-examples", "--list")) == ["blue", "cyan"]


def test_a_client_with_bad_records_counts_so_that_its_own_job_can_tell(main: Clone, run: Run) -> None:
    main.write("identities/acme/people.yaml", "people: [\n")
    result = run("changed", "--all", "--no-examples", "--list")
    assert keys(result) == list(CLIENTS)
    assert "identities/acme: the records have problems" in result.stderr
    assert keys(run("changed", "--within", "2h", "--list")) == ["acme"]


def test_some_can_be_chosen(main: Clone, run: Run) -> None:
    assert keys(run("changed", "--all", "--list", "blue", "nobody")) == ["blue"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-22 14:59", ["blue"]),  # a minute ago, in Berlin
        ("2026-11-22 13:01", ["blue"]),
        ("2026-11-22 12:59", []),
        ("2026-11-22 15:01", []),
    ],
)
def test_a_moment_that_has_just_come_is_a_change(main: Clone, run: Run, at: str, expected: list[str]) -> None:
    main.write(
        "identities/blue/people.yaml",
        f"people:\n  lee.park:\n    name: Lee Park\n    departure: {{at: {at}, kind: voluntary}}\n",
    )
    assert keys(run("changed", "--within", "2h", "--list")) == expected


@pytest.mark.parametrize("words", [(), ("--all", "--base", "HEAD"), ("--all", "--within", "2h")])
def test_one_way_to_choose_is_needed(main: Clone, run: Run, words: tuple[str, ...]) -> None:
    result = run("changed", *words)
    assert result.exit_code == 2
    assert result.stderr == "changed: say one of --base REF, --within SPAN and --all.\n"


def test_outside_of_a_repository_it_says_so(main: Clone, run: Run, tmp_path, monkeypatch) -> None:
    project = tmp_path / "plain"
    (project / "identities/acme").mkdir(parents=True)
    (project / "Pulumi.yaml").write_text("name: leaver\n")
    monkeypatch.chdir(project)
    result = run("changed", "--base", "main")
    assert result.exit_code == 2
    assert result.stderr.endswith("is in no git repository. Run this in a clone.\n")


def test_a_project_below_the_top_of_its_repository_works_the_same(main: Clone, run: Run, monkeypatch) -> None:
    (main.root / "below").mkdir()
    for name in ("identities", "Pulumi.yaml", "stacks"):
        main.git("mv", name, "below/")
    main.commit()
    monkeypatch.chdir(main.root / "below")
    main.write("below/identities/cyan/people.yaml", "people: {}\n")
    main.write("below/identities/acme/people/new.yaml", "people: {}\n")
    assert keys(run("changed", "--base", "HEAD", "--list")) == ["acme", "cyan"]
