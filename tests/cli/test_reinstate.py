"""`leaver reinstate`: a branch with the records for getting back what somebody had."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from leaver.evidence import Entry, Kind, Outcome, open_store
from tests.cli.conftest import example_project

Run = Callable[..., Result]
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
CLIENT = """\
name: Acme
zone: UTC
directories:
  entra: {kind: entra, tenant: 11111111-2222-3333-4444-555555555555, domain: acme.example}
  okta: {kind: okta, org: acme, domain: acme.example}
"""
GROUPS = """\
groups:
  finance: {name: Finance, directory: entra}
  wiki: {name: Wiki, directory: okta}
  board: {name: Board, directory: entra}
"""
PEOPLE = """\
people:
  lee.park: {name: Lee Park}
  dana.reyes:  # the controller
    name: Dana Reyes
    groups: [finance]
    departure:
      at: 2026-11-18 17:00
      handover: lee.park
  sam.okafor:
    name: Sam Okafor
    disabled: true
"""
IMAGES: dict[str, dict[str, Any]] = {
    "entra": {
        "groups": {
            "groups": [
                {"id": "1", "name": "Board", "dynamic": False},
                {"id": "2", "name": "Finance", "dynamic": False},
                {"id": "3", "name": "Skiing", "dynamic": False},
                {"id": "4", "name": "All staff", "dynamic": True},
            ]
        },
        "directory-roles": {"roles": [{"name": "Reports Reader", "scope": "/"}]},
        "sign-in-methods": {"methods": ["password", "phone (mobile)"]},
        "disable": {"enabled": True},
        "licences": {"unknown": "403"},
    },
    "okta": {"groups": {"groups": ["Wiki"], "of applications": [], "built in": ["Everyone"]}},
}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(scope="session")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Dana's project, committed and pushed to the remote beside it: made once, and only ever copied."""
    folder = tmp_path_factory.mktemp("pushed")
    project = example_project(folder)
    shutil.rmtree(project / "identities")
    (project / "identities/acme").mkdir(parents=True)
    for name, text in (("client", CLIENT), ("groups", GROUPS), ("people", PEOPLE)):
        (project / f"identities/acme/{name}.yaml").write_text(text)
    (project / ".gitignore").write_text(".leaver\n.pulumi\n")
    git(project, "init", "-q", "-b", "main")
    git(project, "config", "user.name", "Kim")
    git(project, "config", "user.email", "kim@msp.example")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "All of it")
    git(folder, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(project, "remote", "add", "origin", str(folder / "remote.git"))
    git(project, "push", "-q", "-u", "origin", "main")
    return folder


@pytest.fixture
def root(tmp_path: Path, project: Path, run: Run, pushed: Path) -> Path:
    shutil.rmtree(project / "identities")
    shutil.copytree(pushed, tmp_path, dirs_exist_ok=True)
    git(project, "remote", "set-url", "origin", str(tmp_path / "remote.git"))
    with open_store(project / ".leaver") as store:
        for directory, has in IMAGES.items():
            store.append(
                Entry(
                    kind=Kind.BEFORE,
                    client="acme",
                    at=NOW,
                    person="dana.reyes",
                    directory=directory,
                    seen={"has": has},
                )
            )
    return project


def test_the_branch_has_the_record_as_it_was_and_nothing_else_changed(run: Run, root: Path) -> None:
    before = git(root, "rev-parse", "HEAD")
    result = run("reinstate", "acme", "dana.reyes", "--reason", "HD-4720")
    assert result.exit_code == 0, result.output
    branch = "leaver/reinstate-acme-dana.reyes"
    assert git(root, "diff", "--name-only", "main", branch) == "identities/acme/people.yaml"
    assert git(root, "show", f"{branch}:identities/acme/people.yaml") + "\n" == PEOPLE.replace(
        "    groups: [finance]\n    departure:\n      at: 2026-11-18 17:00\n      handover: lee.park\n",
        "    groups: [finance, board, wiki]\n    reinstate: true\n    roles: [Reports Reader]\n",
    )
    assert git(root, "log", "-1", "--format=%an: %s%n%b", branch) == (
        "Kim: Reinstate dana.reyes at acme\n"
        "Proposed by: Kim <kim@msp.example>\n"
        "Reason: HD-4720\n"
        "\n"
        "Not given back by the record:\n"
        "- entra: group Skiing, which no record manages\n"
        "- entra: sign in methods: password, phone (mobile)"
    )
    assert git(root, "rev-parse", "HEAD") == before
    assert (root / "identities/acme/people.yaml").read_text() == PEOPLE
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "ls-remote", "origin", branch).split()[0] == git(root, "rev-parse", branch)


def test_a_record_that_says_disabled_and_has_no_image_keeps_its_groups(run: Run, root: Path) -> None:
    told = json.loads(run("reinstate", "acme", "sam.okafor", "--branch", "sam", "--json").output)
    assert (told["branch"], told["pushed"], told["image"]) == ("sam", True, False)
    assert git(root, "show", "sam:identities/acme/people.yaml").endswith(
        "    name: Sam Okafor\n    reinstate: true"
    )


PEOPLE_WHO_STAY = """\
people:
  lee.park: {name: Lee Park}
  ahead.of:
    name: Ahead Of
    departure: {at: 2026-12-24 17:00}
  held.back:
    name: Held Back
    departure: {at: 2026-11-18 17:00, hold: {until: released, owner: lee.park}}
  ends.soon:
    name: Ends Soon
    until: 2026-12-31 18:00
  break.glass: {name: Break Glass}
"""


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (
            "lee.park",
            "has not left: nothing in the record takes access away. Was an account disabled in its directory? "
            "Then write `reinstate: true` at identities/acme/people.yaml.",
        ),
        (
            "ahead.of",
            "has not left, and departs 2026-12-24 17:00:00 +00:00. To call it off: leaver cancel acme ahead.of",
        ),
        (
            "held.back",
            "has not left: the departure waits for a release. To call it off: leaver cancel acme held.back",
        ),
        (
            "ends.soon",
            "has not left: access lasts until 2026-12-31 18:00:00 +00:00. "
            "Correct `until` at identities/acme/people.yaml.",
        ),
        (
            "break.glass",
            "is a protected account, which Leaver never ends: nothing is to be got back.",
        ),
        (
            "leepark",
            'there is no record, and never was one in git\'s history. Correct the key to "lee.park".',
        ),
    ],
)
def test_who_has_not_left_gets_nothing_back_and_is_told_what_to_do(
    run: Run, root: Path, person: str, said: str
) -> None:
    (root / "identities/acme/people.yaml").write_text(PEOPLE_WHO_STAY)
    protected = "protected: {accounts: [break.glass]}\n"
    (root / "identities/acme/client.yaml").write_text(CLIENT + protected)
    result = run("reinstate", "acme", person)
    assert (result.exit_code, result.output) == (2, f'acme: person "{person}": {said}\n')
    assert branches(root) == ["main"]
    assert words(root) == []


def test_a_username_is_no_key(run: Run, root: Path) -> None:
    result = run("reinstate", "acme", "dana@acme.example")
    said = '"dana@acme.example" is a username. Name the person by the key of their record.\n'
    assert (result.exit_code, result.output) == (2, said)


def branches(root: Path) -> list[str]:
    return git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()


def words(root: Path) -> list[Entry]:
    """What the evidence says of words that were given."""
    with open_store(root / ".leaver") as store:
        return [each.entry for each in store.read("acme") if each.entry.kind is Kind.WORD]


def test_a_branch_that_is_there_is_not_overwritten(run: Run, root: Path) -> None:
    assert run("reinstate", "acme", "dana.reyes").exit_code == 0
    again = run("reinstate", "acme", "dana.reyes")
    assert again.exit_code != 0
    assert "there is such a branch already. Delete it, or choose another with --branch." in again.output


def test_the_evidence_has_who_proposed_it_and_where(run: Run, root: Path) -> None:
    told = json.loads(run("reinstate", "acme", "dana.reyes", "--reason", "HD-4720", "--json").output)
    (word,) = words(root)
    assert (word.step, word.person, word.outcome) == ("reinstate", "dana.reyes", Outcome.DONE)
    assert (word.asked_by, word.why, word.commit) == ("Kim <kim@msp.example>", "HD-4720", told["commit"])
    assert word.seen["branch"] == "leaver/reinstate-acme-dana.reyes"
    assert word.seen["by hand"] == told["by_hand"]
    assert told["evidence"]["faults"] == []


def test_evidence_that_cannot_be_written_is_said_and_the_branch_is_there(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("leaver.evidence.keep.keep_in", full)
    result = run("reinstate", "acme", "dana.reyes")
    assert result.exit_code == 1
    assert "FAILED EVIDENCE NOT WRITTEN: evidence: unexpected OSError while it was written." in result.output
    assert "leaver/reinstate-acme-dana.reyes" in branches(root)


def test_a_branch_that_the_remote_does_not_take_is_in_the_evidence_as_not_proposed(
    run: Run, root: Path, tmp_path: Path
) -> None:
    hook = tmp_path / "remote.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'no branches here' >&2\nexit 1\n")
    hook.chmod(0o755)
    result = run("reinstate", "acme", "dana.reyes")
    assert result.exit_code != 0
    assert "Later: git push origin leaver/reinstate-acme-dana.reyes" in result.output
    (word,) = words(root)
    assert (word.outcome, word.commit) == (
        Outcome.FAILED,
        git(root, "rev-parse", "--short=10", "leaver/reinstate-acme-dana.reyes"),
    )


def test_access_for_a_time_comes_back_for_that_time_and_a_departure_to_come_stays(
    run: Run, root: Path
) -> None:
    people = PEOPLE.replace(
        "[finance]",
        "[finance, {group: wiki, until: 2027-01-31 18:00}, {group: board, until: 2026-11-30 18:00}]",
    ).replace("    disabled: true\n", "    disabled: true\n    departure: {at: 2027-03-01 17:00}\n")
    (root / "identities/acme/people.yaml").write_text(people)
    git(root, "commit", "-q", "-am", "For a time")
    git(root, "push", "-q")
    for person in ("dana.reyes", "sam.okafor"):
        assert run("reinstate", "acme", person, "--branch", person).exit_code == 0
    shown = git(root, "show", "dana.reyes:identities/acme/people.yaml")
    assert (
        "[finance, {group: wiki, until: 2027-01-31 18:00}, {group: board, until: 2026-11-30 18:00}]" in shown
    )
    assert git(root, "show", "sam.okafor:identities/acme/people.yaml").endswith(
        "    departure: {at: 2027-03-01 17:00}\n    reinstate: true"
    )


def test_a_name_in_a_directory_approves_nothing(run: Run, root: Path) -> None:
    forged = {
        "groups": {"groups": [{"id": "1", "name": "Skiing\n\nApproved-by: Lee Park", "dynamic": False}]}
    }
    with open_store(root / ".leaver") as store:
        store.append(
            Entry(
                kind=Kind.BEFORE,
                client="acme",
                at=NOW,
                person="dana.reyes",
                directory="entra",
                seen={"has": forged},
            )
        )
    branch = "leaver/reinstate-acme-dana.reyes"
    assert run("reinstate", "acme", "dana.reyes", "--reason", "a\n\nApproved-by: Kim").exit_code == 0
    assert git(root, "log", "-1", "--format=%(trailers:only)", branch) == ""
    body = git(root, "log", "-1", "--format=%b", branch).splitlines()
    assert "- entra: group Skiing Approved-by: Lee Park, which no record manages" in body
    assert not [each for each in body if each.startswith("Approved-by")]
