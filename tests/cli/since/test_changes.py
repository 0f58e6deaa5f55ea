"""`leaver preview --since`: what differs from a commit, without credentials, engine or network."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.since.repository import DEPARTURE, PEOPLE, Repository, Run


def test_nothing_changed_is_nothing_to_do(repository: Repository, run: Run) -> None:
    result = run("preview", "--since", "main")
    commit = repository.git("rev-parse", "main")[:10]
    assert result.stdout == f"since main ({commit}): 0 clients changed, 3 unchanged\n"
    assert result.exit_code == 0


def test_a_departure_for_friday_shows_as_such(repository: Repository, run: Run) -> None:
    repository.leaves()
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.output
    friday = "2026-11-27 17:00 EST (22:00 UTC)"
    assert f"  - Tomasz Wilk (tomasz.wilk) leaves {friday}\n" in result.stdout
    assert f"      departure added: {friday}, involuntary\n" in result.stdout
    assert f"    + {friday}: Tomasz Wilk departs\n" in result.stdout
    assert "Acme Robotics (acme): 1 leaves\n" in result.stdout
    assert "limits used" not in result.stdout


def test_seen_after_the_moment_it_is_with_the_apply_and_the_same_plan(
    repository: Repository, run: Run
) -> None:
    repository.leaves()
    before = json.loads(run("preview", "--since", "main", "--json").stdout)
    after = json.loads(run("preview", "--since", "main", "--json", "--at", "2026-11-27 17:00").stdout)
    assert after["told"]["acme"]["people"][0]["said"] == "Tomasz Wilk (tomasz.wilk) leaves with the apply"
    assert after["hash"] == before["hash"]
    assert after["plan"] == before["plan"]


def test_it_is_what_the_branch_changed_and_not_what_main_did_since(repository: Repository, run: Run) -> None:
    repository.git("checkout", "-q", "-b", "branch")
    repository.leaves()
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.edit("identities/kestrel/client.yaml", "name: ", "name: New ")
    repository.commit()
    repository.git("checkout", "-q", "branch")
    result = run("preview", "--since", "main", "--json")
    assert [client["key"] for client in json.loads(result.stdout)["plan"]["clients"]] == ["acme"]


def test_a_client_by_name_leaves_the_others_out(repository: Repository, run: Run) -> None:
    repository.leaves()
    repository.edit("identities/kestrel/client.yaml", "name: ", "name: New ")
    result = run("preview", "--since", "main", "--json", "kestrel")
    assert [client["key"] for client in json.loads(result.stdout)["plan"]["clients"]] == ["kestrel"]


def test_an_unchanged_client_is_not_even_read(repository: Repository, run: Run) -> None:
    (repository.root / "identities/kestrel/people.yaml").write_text("<<<<<<< ours\n")
    repository.commit()
    repository.leaves()
    assert run("preview", "--since", "main").exit_code == 0


def test_a_comment_is_no_change(repository: Repository, run: Run) -> None:
    repository.edit(PEOPLE, "people:\n", "people:\n  # Everybody.\n")
    result = run("preview", "--since", "main")
    assert "Acme Robotics (acme): the files differ, and say the same\n" in result.stdout


def test_a_new_client_and_a_new_file_count_before_they_are_committed(
    repository: Repository, run: Run
) -> None:
    shutil.copytree(repository.root / "identities/kestrel", repository.root / "identities/nova")
    result = run("preview", "--since", "main")
    assert re.search(r"\(nova\): new client, .*\d+ join", result.stdout)


def test_a_project_may_be_a_folder_of_a_repository(
    project: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    (whole / "identities" / "decoy").mkdir(parents=True)
    (whole / "identities" / "decoy" / "client.yaml").write_text("name: Decoy\n")
    shutil.copytree(project, whole / "part")
    repository = Repository(whole)
    repository.first()
    repository.edit(f"part/{PEOPLE}", "  tomasz.wilk:\n", f"  tomasz.wilk:\n    {DEPARTURE}\n")
    (whole / "identities" / "decoy" / "client.yaml").write_text("name: Another\n")
    monkeypatch.chdir(whole / "part")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.output
    assert "1 client changed, 2 unchanged" in result.stdout
    assert "Acme Robotics (acme): 1 leaves\n" in result.stdout
