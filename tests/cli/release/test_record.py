"""A release in its record: written, committed and pushed, after a kill too."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from leaver.actions import cut_account
from leaver.cli.recording import Recorded, record
from leaver.source import load
from tests.cli.release.office import ROOT, Office, Run, answer


def test_the_records_are_sound_after_a_release_of_anybody(office: Office, run: Run) -> None:
    for person in ("dana.reyes", "sam.okafor", "lee.park"):
        assert run("release", "acme", person, "--yes", "--operator", "Bo").exit_code == 0
    people = load(office.root, ["acme"]).clients["acme"].people
    assert {each.departure.released_by for each in people.values() if each.departure} == {"Bo"}
    assert "name: Lee Park      # the boss" in office.people


@pytest.mark.slow
def test_the_record_is_written_while_a_directory_is_tried_again(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import leaver.cli.release_job as module

    monkeypatch.setattr(cut_account, "_FIRST_PAUSE", 2.0)
    office.box.fault("forbidden", directory="okta", path="*/suspend", count=1)
    still_in: list[str] = []

    def noting(*arguments: Any) -> Recorded:
        done = record(*arguments)
        still_in.extend(office.gets_in("dana.reyes"))
        return done

    monkeypatch.setattr(module, "record", noting)
    result = run("release", "acme", "dana.reyes", "--yes", "--json")
    assert result.exit_code == 0, result.output
    assert still_in == ["okta"]
    okta = answer(result)["clients"][0]["directories"][1]
    assert (okta["result"], okta["tries"]) == ("cut", 2)
    assert office.gets_in("dana.reyes") == []


KILLED = """
import os, sys
from leaver.actions import cut_account
from leaver.cli import cli
import {module} as module
setattr(module{owner}, {name!r}, lambda *_, **__: os.kill(os.getpid(), 9))
cli()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "owner", "name"),
    [
        ("leaver.cli.release_job", "", "record"),
        ("leaver.source.rewrite", "", "_replaced"),
        ("leaver.source.repository", ".Repository", "commit"),
        ("leaver.source.repository", ".Repository", "_stage"),
        ("leaver.source.repository", ".Repository", "push"),
    ],
)
def test_a_kill_after_the_cut_loses_nothing_the_same_command_finishes(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch, module: str, owner: str, name: str
) -> None:
    office.under_version_control()
    bare = office.root.parent / "remote.git"
    office.git("init", "-q", "--bare", "-b", "main", str(bare))
    office.git("remote", "add", "origin", str(bare))
    office.git("push", "-q", "-u", "origin", "main")
    program = KILLED.format(module=module, owner=owner, name=name)
    killed = subprocess.run(
        [sys.executable, "-c", program, "release", "acme", "dana.reyes", "--yes", "--operator", "Bo"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert office.gets_in("dana.reyes") == []
    monkeypatch.setenv("LEAVER_NOW", "2026-11-22 14:10:00 +00:00")
    assert run("release", "acme", "dana.reyes", "--yes", "--operator", "Bo").exit_code == 0
    assert office.people.count("released:") == 1
    assert office.git("rev-parse", "HEAD") == office.git("rev-parse", "origin/main")
    assert office.git("status", "--porcelain", "--untracked-files=no") == ""
    assert "+      released by: Bo" in office.added()
    assert office.git("rev-list", "--count", "HEAD") == "2"


def test_a_push_that_fails_is_told_and_the_commit_stays(office: Office, run: Run) -> None:
    office.under_version_control()
    office.git("remote", "add", "origin", str(office.root.parent / "nowhere.git"))
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert "  FAILED push    not pushed, the commit is kept here: origin/main: fatal: " in result.output
    assert "Run: git pull --rebase origin main && git push origin HEAD:main" in result.output
    assert "+      released: 2026-11-22 09:00:03 -05:00" in office.added()


def test_a_record_that_cannot_be_edited_is_told_with_what_to_write(office: Office, run: Run) -> None:
    office.write("acme", "people: {dana.reyes: {name: Dana Reyes}}\n")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert "  FAILED record  identities/acme/people.yaml: not written: " in result.output
    assert "Write it by hand: released: 2026-11-22 09:00:03 -05:00, released by: " in result.output


def test_a_mistake_of_our_own_while_writing_is_told_without_its_text(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("leaver.source.rewrite.rewrite", fail)
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert "not written: unexpected RuntimeError. Write it by hand: released: 2026-" in result.output
    assert "hunter2" not in result.output


def test_control_characters_of_an_operator_reach_neither_record_nor_screen(office: Office, run: Run) -> None:
    result = run("release", "acme", "dana.reyes", "--yes", "--operator", "Bo\x1b[31m\nreleased: never")
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert "released by: 'Bo [31m released: never'" in office.people


def test_a_word_on_no_branch_is_not_called_done(office: Office, run: Run) -> None:
    office.under_version_control()
    office.git("remote", "add", "origin", "nowhere.git")
    office.git("checkout", "-q", "--detach")
    result = run("release", "acme", "dana.reyes", "--yes", "--operator", "Bo")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert (
        "  FAILED push    not pushed, the commit is kept here: no branch is checked out. "
        "Run: git push origin HEAD:main\n"
    ) in result.output
