"""`leaver reinstate` for somebody whose record is gone: it comes out of git's history."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.evidence import Entry, Kind, Outcome, open_store
from tests.cli.conftest import Run
from tests.cli.test_reinstate import CLIENT, GROUPS, branches, git, pushed, root, words

__all__ = ["pushed", "root"]

BEFORE = """\
people:
    # the boss
    lee.park: {name: Lee Park}
    dana.reyes:  # the controller
        name: "Dana Reyes"
        manager: ana.silva
        groups: [finance, oldies]
        nda: {signed: 2024-03-01, document: NDA-17}
    ana.silva: {name: Ana Silva}
"""
AFTER = "people:\n  # the boss\n  lee.park: {name: Lee Park}\n"
BRANCH = "leaver/reinstate-acme-dana.reyes"


def commit(root: Path, message: str, **files: str) -> str:
    for name, text in files.items():
        path = root / f"identities/acme/{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    git(root, "push", "-q")
    return git(root, "rev-parse", "HEAD")


def proposed(root: Path, branch: str = BRANCH, file: str = "people") -> str:
    return git(root, "show", f"{branch}:identities/acme/{file}.yaml") + "\n"


@pytest.fixture
def gone(root: Path) -> str:
    """Dana's and Ana's records were there, and were deleted; the last commit that had them."""
    commit(root, "A group too many", groups=GROUPS + "  oldies: {name: Oldies, directory: entra}\n")
    last = commit(root, "They work here", people=BEFORE)
    commit(root, "Ana and Dana left", people=AFTER, groups=GROUPS)
    commit(root, "Something else", client=CLIENT + "on call: kim@msp.example\n")
    return last


def test_the_record_is_written_back_as_the_last_commit_had_it(run: Run, root: Path, gone: str) -> None:
    result = run("reinstate", "acme", "dana.reyes")
    assert result.exit_code == 0, result.output
    assert f"note   record    dana.reyes had none: it is that of the commit {gone[:10]}\n" in result.output
    assert git(root, "diff", "--name-only", "main", BRANCH) == "identities/acme/people.yaml"
    assert proposed(root) == AFTER + (
        "  dana.reyes:  # the controller\n"
        '      name: "Dana Reyes"\n'
        "      groups: [finance, board, wiki]\n"
        "      nda: {signed: 2024-03-01, document: NDA-17}\n"
        "      reinstate: true\n"
        "      roles: [Reports Reader]\n"
    )
    told = git(root, "log", "-1", "--format=%b", BRANCH)
    assert f"The record is that of the commit {gone[:10]}." in told
    assert "- manager ana.silva, of whom there is no record" in told


def test_without_an_image_the_record_keeps_the_groups_that_there_still_are(
    run: Run, root: Path, gone: str
) -> None:
    for path in (root / ".leaver/evidence").rglob("*"):
        if path.is_file():
            path.unlink()
    told = json.loads(run("reinstate", "acme", "dana.reyes", "--json").output)
    assert (told["image"], told["groups"], told["former"]) == (False, ["finance"], gone[:10])
    assert told["by_hand"] == [
        "manager ana.silva, of whom there is no record",
        "group oldies, which no record manages",
    ]
    assert "groups: [finance]\n" in proposed(root)


def test_what_was_proposed_passes_the_check(run: Run, root: Path, gone: str) -> None:
    assert run("reinstate", "acme", "dana.reyes").exit_code == 0
    git(root, "merge", "-q", BRANCH)
    checked = run("check")
    assert checked.exit_code == 0, checked.output


def test_a_record_that_a_merge_dropped_is_found_too(run: Run, root: Path) -> None:
    git(root, "switch", "-q", "-c", "side")
    commit_here(root, "client.yaml", CLIENT + "on call: kim@msp.example\n")
    git(root, "switch", "-q", "main")
    commit_here(root, "groups.yaml", GROUPS + "  more: {name: More, directory: entra}\n")
    git(root, "merge", "-q", "--no-commit", "--no-ff", "side")
    commit_here(root, "people.yaml", AFTER)
    git(root, "push", "-q")
    assert run("reinstate", "acme", "dana.reyes").exit_code == 0
    assert "  dana.reyes:  # the controller\n    name: Dana Reyes\n" in proposed(root)


def commit_here(root: Path, name: str, text: str) -> None:
    (root / "identities/acme" / name).write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "a change")


def test_a_file_that_is_gone_too_is_replaced_by_the_first_there_is(run: Run, root: Path) -> None:
    git(root, "rm", "-q", "identities/acme/people.yaml")
    (root / "identities/acme/people").mkdir()
    commit(root, "Files of their own", **{"people/main": AFTER})
    assert run("reinstate", "acme", "sam.okafor").exit_code == 0
    shown = proposed(root, "leaver/reinstate-acme-sam.okafor", "people/main")
    assert shown == AFTER + "  sam.okafor:\n    name: Sam Okafor\n    reinstate: true\n"


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (
            "people: {}\n",
            'person "sam.okafor": the file has no list of people, one below another, to put the record into. '
            "Put it there by hand\n",
        ),
        (
            "people:\n  lee.park: {name: Lee Park, username: sam.okafor@acme.example}\n",
            'person "sam.okafor": has the username "sam.okafor@acme.example" in entra, and so has person "lee.park". '
            "Give one of them another username.\n",
        ),
    ],
)
def test_a_record_that_cannot_come_back_is_refused(run: Run, root: Path, people: str, said: str) -> None:
    commit(root, "Others", people=people)
    result = run("reinstate", "acme", "sam.okafor")
    assert result.exit_code == 2
    assert said in result.output
    assert branches(root) == ["main"]
    assert words(root) == []


def test_a_clone_without_its_history_says_so(run: Run, root: Path, tmp_path: Path) -> None:
    commit(root, "Others", people=AFTER)
    shallow = tmp_path / "shallow"
    origin = f"file://{tmp_path / 'remote.git'}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", origin, str(shallow)], check=True)
    result = run("--project", str(shallow), "reinstate", "acme", "sam.okafor")
    said = (
        'acme: person "sam.okafor": there is no record, and git\'s history is cut off here. '
        "Get the rest: git fetch --unshallow\n"
    )
    assert (result.exit_code, result.output) == (2, said)


@pytest.fixture
def slow(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A git whose `log` has no end."""
    git = shutil.which("git")
    fake = tmp_path / "slow/git"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\n[ "$1" = log ] && exec sleep 30\nexec {git} "$@"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setattr("leaver.source.repository.NETWORK_SECONDS", 0.5)


@pytest.mark.usefixtures("gone", "slow")
def test_a_search_without_an_end_is_no_proof_that_there_was_no_record(run: Run, root: Path) -> None:
    result = run("reinstate", "acme", "dana.reyes")
    assert (result.exit_code, result.output) == (
        2,
        'acme: person "dana.reyes": there is no record, and the search of git\'s history took too long '
        "(git log: no end after 0.5 s). Look for the last commit that had it: git log -m --full-history --oneline "
        "-G'^ *.?dana[.]reyes.? *:' -- identities/acme; put its record back, with `reinstate: true` and without its "
        "departure.\n",
    )
    assert branches(root) == ["main"]


@pytest.mark.usefixtures("slow")
def test_a_search_without_an_end_is_no_proof_that_a_key_is_new(run: Run, root: Path) -> None:
    words = ("reinstate", "acme", "dana.reyes", "--as", "dana.two", "--starts", "2026-12-01 09:00")
    result = run(*words)
    assert (result.exit_code, result.output) == (
        2,
        "acme: whether \"dana.two\" was somebody's key before cannot be told: the search of git's history took too "
        "long (git log: no end after 0.5 s). Look for it: git log -m --full-history --oneline "
        "-G'^ *.?dana[.]two.? *:' -- identities/acme; if that finds nothing, write the new record by hand.\n",
    )
    assert branches(root) == ["main"]


def seen(root: Path, at: datetime, directory: str = "entra") -> None:
    """The evidence of an account that the runbook deleted at `at`."""
    shared = {"client": "acme", "person": "dana.reyes", "directory": directory, "at": at}
    with open_store(root / ".leaver") as store:
        store.append(Entry(kind=Kind.BEFORE, seen={"account": "a-1", "has": {}}, **shared))  # type: ignore[arg-type]
        store.append(Entry(kind=Kind.STEP, step="delete", outcome=Outcome.DONE, **shared))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (
            datetime(2026, 11, 1, tzinfo=UTC),
            "entra: the account was deleted 2026-11-01. `leaver apply` restores it, if that is before "
            "2026-12-01 00:00 UTC, when Entra purges it",
        ),
        (
            datetime(2026, 10, 1, tzinfo=UTC),
            "entra: the account was deleted 2026-10-01, over 30 days ago, so Entra has purged it, and no apply "
            "brings it back. For a new one make it by hand and write `adopt: true` in the record, or have a new "
            "record proposed: leaver reinstate acme dana.reyes --as KEY",
        ),
    ],
)
def test_the_proposal_says_until_when_a_deleted_account_can_be_restored(
    run: Run, root: Path, at: datetime, said: str
) -> None:
    seen(root, at)
    told = json.loads(run("reinstate", "acme", "dana.reyes", "--json").output)
    assert told["first"] == [said]
    assert f"To be done before this is merged:\n- {said}" in git(root, "log", "-1", "--format=%b", BRANCH)


def test_of_a_record_that_is_gone_the_account_may_be_deleted_too(run: Run, root: Path, gone: str) -> None:
    with open_store(root / ".leaver") as store:
        had = {"account": "a-1", "has": {}}
        at = datetime(2026, 11, 18, 17, tzinfo=UTC)
        store.append(
            Entry(kind=Kind.BEFORE, client="acme", person="dana.reyes", directory="entra", at=at, seen=had)
        )
    told = json.loads(run("reinstate", "acme", "dana.reyes", "--json").output)
    assert told["former"] == gone[:10]
    assert told["first"] == [
        "entra: where the account is deleted by now, `leaver apply` restores it within 30 days of that; then Entra "
        "purges it"
    ]


def test_okta_brings_no_deleted_user_back(run: Run, root: Path) -> None:
    seen(root, datetime(2026, 11, 1, tzinfo=UTC), "okta")
    told = json.loads(run("reinstate", "acme", "dana.reyes", "--json").output)
    assert told["first"] == [
        "okta: the user was deleted 2026-11-01, and Okta brings none back: an apply makes a new one"
    ]


def test_an_account_that_another_system_masters_comes_back_there(run: Run, root: Path) -> None:
    with open_store(root / ".leaver") as store:
        had = {"account": "a-1", "has": {}, "mastered": "The on-premises Active Directory"}
        store.append(
            Entry(
                kind=Kind.BEFORE,
                client="acme",
                person="dana.reyes",
                directory="entra",
                at=datetime(2026, 11, 18, 17, tzinfo=UTC),
                seen=had,
            )
        )
    result = run("reinstate", "acme", "dana.reyes")
    assert (
        "note   first     entra: The on-premises Active Directory masters the account: whoever runs it enables the "
        "account there, or what an apply enables here is ended again by the next synchronisation\n"
    ) in result.output
