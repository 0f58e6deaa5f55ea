"""`leaver release`, `hold` and `cancel` in a project under version control, against the embedded sandbox."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli
from leaver.cli.recording import Recorded, record
from leaver.evidence import Entry, Kind, Outcome, open_store
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from leaver.source import load
from tests.actions.cutting import ticking

Run = Callable[..., Result]
ROOT = Path(__file__).parents[2]
ANA = "Ana Lee <ana@msp.example>"
PEOPLE = """\
people:
  lee.park:
    name: Lee Park      # the boss
  dana.reyes:
    name: Dana Reyes
    departure:
      at: 2026-11-27 17:00
      kind: contentious
      hold: {until: released, owner: hr@acme.example, expires: 2026-12-01 17:00}   # the call
  sam.okafor:
    name: Sam Okafor
    accounts: [okta]
"""
CLIENT = """\
name: Acme Robotics
zone: America/New_York
sandbox: true
directories:
  entra: {kind: entra, tenant: %s, domain: acme.example}
  okta: {kind: okta, org: %s, domain: acme.example}
"""
TENANTS = {
    "acme": "11111111-1111-4111-8111-111111111111",
    "blue": "22222222-2222-4222-8222-222222222222",
}


class Office:
    """A project, its repository and its sandbox."""

    def __init__(self, root: Path, box: Endpoint) -> None:
        self.root = root
        self.box = box
        for client, tenant in TENANTS.items():
            box.register(client, "entra", "entra", tenant, ["acme.example"])
            box.register(client, "okta", "okta", client, ["acme.example"])
        self.write("acme", PEOPLE)
        self.write("blue", "people:\n  somebody.else: {name: Somebody Else}\n")
        (root / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n")
        (root / ".gitignore").write_text(".leaver/\n")
        for person in ("lee.park", "dana.reyes"):
            self.account("acme", "entra", person)
        for person in ("lee.park", "dana.reyes", "sam.okafor"):
            self.account("acme", "okta", person)

    def write(self, client: str, people: str) -> None:
        folder = self.root / "identities" / client
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "client.yaml").write_text(CLIENT % (TENANTS[client], client))
        (folder / "people.yaml").write_text(people)

    def account(self, client: str, directory: str, person: str) -> None:
        username = f"{person}@acme.example"
        user: dict[str, Any] = {"userPrincipalName": username, "displayName": person, "accountEnabled": True}
        if directory == "okta":
            user = {"login": username, "email": username, "firstName": person, "lastName": "Example"}
        self.box.admin("POST", "/seed", {"client": client, "directory": directory, "users": [user]})

    def gets_in(self, person: str, client: str = "acme") -> list[str]:
        """The directories in which the person can sign in."""
        username = f"{person}@acme.example"
        return [
            name
            for name in ("entra", "okta")
            if self.box.admin("POST", "/signin", {"client": client, "directory": name, "username": username})[
                "ok"
            ]
        ]

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def under_version_control(self) -> None:
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana Lee")
        self.git("config", "user.email", "ana@msp.example")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "first")

    @property
    def people(self) -> str:
        return (self.root / "identities/acme/people.yaml").read_text()

    def added(self) -> list[str]:
        """The lines that the last commit changed."""
        shown = self.git("show", "--format=", "-U0").splitlines()
        return [line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---")]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("LEAVER_HOME", str(root / ".leaver"))
    monkeypatch.setenv("LEAVER_NOW", "2026-11-22 14:00:03 +00:00")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setattr(sys.modules["leaver.actions.cut_account"], "_FIRST_PAUSE", 0.01)
    with running_sandbox(root / ".leaver" / "sandbox", ticking) as box:
        yield Office(root, box)


@pytest.fixture
def run(office: Office) -> Run:
    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(cli, arguments, prog_name="leaver", **options)

    return invoke


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_release_cuts_writes_and_commits(office: Office, run: Run) -> None:
    office.under_version_control()
    result = run("release", "acme", "dana.reyes", "--yes", "--reason", "call from HR")
    assert result.exit_code == 0, result.output
    assert office.gets_in("dana.reyes") == []
    assert office.gets_in("lee.park") == ["entra", "okta"]
    assert office.added() == [
        "+      released: 2026-11-22 09:00:03 -05:00",
        f"+      released by: {ANA}",
        "+      reason: call from HR",
    ]
    assert office.git("log", "-1", "--format=%an <%ae>|%s") == f"{ANA}|Release dana.reyes at acme"
    assert office.git("status", "--porcelain") == ""


def test_what_it_says_is_short_and_in_plain_signs(office: Office, run: Run) -> None:
    office.under_version_control()
    lines = run("release", "acme", "dana.reyes", "--yes").output.splitlines()
    assert lines[0] == "Dana Reyes at Acme Robotics"
    assert lines[1].startswith("  ok     acme/entra  dana.reyes@acme.example: access ended 09:00:03 EST, ")
    assert lines[2].startswith("  ok     acme/okta  dana.reyes@acme.example: access ended 09:00:03 EST, ")
    assert lines[3] == "Access ended in 2 directories, read back."
    assert lines[4] == (
        "  ok     record  identities/acme/people.yaml: released: 2026-11-22 09:00:03 -05:00, "
        f"released by: {ANA}"
    )
    assert lines[5].startswith("  ok     commit  ")
    assert lines[6:8] == [
        "  ok     push    no remote to push to",
        "Left to do, by the scheduler or by you: leaver apply acme (groups, roles, licences).",
    ]
    assert lines[8].startswith("  ok     evidence  acme: head ")
    assert len(lines) == 9


def test_the_records_are_sound_after_a_release_of_anybody(office: Office, run: Run) -> None:
    for person in ("dana.reyes", "sam.okafor", "lee.park"):
        assert run("release", "acme", person, "--yes", "--operator", "Bo").exit_code == 0
    people = load(office.root, ["acme"]).clients["acme"].people
    assert {each.departure.released_by for each in people.values() if each.departure} == {"Bo"}
    assert "name: Lee Park      # the boss" in office.people


def test_a_second_release_changes_nothing_and_is_fine(office: Office, run: Run) -> None:
    office.under_version_control()
    run("release", "acme", "dana.reyes", "--yes", "--operator", "Bo")
    before, head = office.people, office.git("rev-parse", "HEAD")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 0
    assert office.people == before
    assert office.git("rev-parse", "HEAD") == head
    assert "says so already" in result.output
    assert "; was disabled" in result.output


def test_the_same_username_is_cut_at_other_clients_too(office: Office, run: Run) -> None:
    office.write("blue", "people:\n  dana: {username: Dana.Reyes@acme.example, accounts: [okta]}\n")
    office.account("blue", "okta", "dana.reyes")
    office.under_version_control()
    found = answer(run("release", "acme", "dana.reyes", "--yes", "--json"))
    assert found["verified"] is True
    assert [(each["client"], each["person"]) for each in found["clients"]] == [
        ("acme", "dana.reyes"),
        ("blue", "dana"),
    ]
    assert office.gets_in("dana.reyes", "blue") == []
    assert [each["file"] for each in found["records"]] == [
        "identities/acme/people.yaml",
        "identities/blue/people.yaml",
    ]
    assert office.git("status", "--porcelain") == ""


def test_another_client_that_cannot_be_searched_is_no_success(office: Office, run: Run) -> None:
    office.write("blue", "people:\n  dana.reyes: {unknown: x}\n")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert "note   blue: not searched, its records have problems" in result.output


def test_one_directory_that_refuses_stops_nothing_else(office: Office, run: Run) -> None:
    office.under_version_control()
    office.box.fault("forbidden", directory="entra", method="PATCH", count=None)
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 3
    assert office.gets_in("dana.reyes") == ["entra"]
    assert "acme/entra: trying again in" in result.stderr
    assert "acme/entra: by hand meanwhile: entra.microsoft.com" in result.stderr
    assert "acme/entra: given up after 3 tries." in result.stderr
    assert "  FAILED acme/entra  dana.reyes@acme.example: NOT CUT: disable: " in result.stdout
    assert "      By hand: entra.microsoft.com (tenant" in result.stdout
    assert "  ok     acme/okta  " in result.stdout
    assert "Access ended in 1 of 2 directories. Look at: acme/entra (failed)." in result.stdout
    assert "+      released: 2026-11-22 09:00:03 -05:00" in office.added()


def test_the_record_is_written_while_a_directory_is_tried_again(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import leaver.cli.release_job as module

    monkeypatch.setattr(sys.modules["leaver.actions.cut_account"], "_FIRST_PAUSE", 2.0)
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


def test_an_account_that_is_not_there_is_something_left_to_look_at(office: Office, run: Run) -> None:
    office.write("acme", "people:\n  ida.novak: {name: Ida Novak}\n")
    office.account("acme", "okta", "ida.novak")
    result = run("release", "acme", "ida.novak", "--yes")
    assert result.exit_code == 1
    assert (
        "  note   acme/entra  ida.novak@acme.example: there is no account ida.novak@acme.example"
        in result.output
    )
    assert "If it was renamed there, release it by its new username." in result.output


def test_an_account_without_a_record_is_cut_by_its_username(office: Office, run: Run) -> None:
    office.account("acme", "entra", "old.account")
    office.account("acme", "okta", "old.account")
    result = run("release", "acme", "old.account@acme.example", "--yes")
    assert result.exit_code == 0, result.output
    assert office.gets_in("old.account") == []
    assert "No record has this account: nothing was written." in result.output


def test_a_fault_in_somebody_elses_record_stops_no_release(office: Office, run: Run) -> None:
    office.write("acme", PEOPLE.replace("name: Lee Park      # the boss", "nmae: Lee"))
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 0, result.output
    assert "released: 2026-11-22 09:00:03 -05:00" in office.people


def test_a_sandbox_that_is_down_is_told_with_what_to_do_by_hand(office: Office, run: Run) -> None:
    (office.root / ".leaver/sandbox/sandbox.json").rename(office.root / "away.json")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 3
    assert "the sandbox is not running" in result.stdout
    assert "By hand: https://acme-admin.okta.com, Directory, People, dana.reyes@acme.example" in result.stdout


def test_pulumi_is_not_needed_and_its_lock_is_not_looked_at(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.under_version_control()
    git = shutil.which("git")
    assert git is not None
    tools = office.root.parent / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tools))
    lock = office.root / ".leaver/pulumi/.pulumi/locks/organization/leaver/acme/held.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("{}")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 0, result.output
    assert office.gets_in("dana.reyes") == []
    assert lock.exists()


def test_without_yes_and_a_terminal_nothing_happens(office: Office, run: Run) -> None:
    result = run("release", "acme", "dana.reyes")
    assert result.exit_code == 2
    assert result.stderr == "release: there is nobody to ask. Add --yes.\n"
    assert office.gets_in("dana.reyes") == ["entra", "okta"]


@pytest.mark.parametrize(("said", "code", "left"), [("n\n", 1, ["entra", "okta"]), ("y\n", 0, [])])
def test_on_a_terminal_it_asks_once_and_names_everything(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch, said: str, code: int, left: list[str]
) -> None:
    import leaver.cli.release as module

    office.write("blue", "people:\n  dana: {username: dana.reyes@acme.example, accounts: [okta]}\n")
    office.account("blue", "okta", "dana.reyes")
    monkeypatch.setattr(module, "_is_terminal", lambda: True)
    result = run("release", "acme", "dana.reyes", input=said)
    assert result.exit_code == code, result.output
    assert result.output.count("?") == 1
    assert (
        "End all access of Dana Reyes (dana.reyes@acme.example) now, "
        "in acme/entra, acme/okta, blue/okta? [y/N]"
    ) in result.output
    assert office.gets_in("dana.reyes") == left


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("release", "acmee", "dana.reyes", "--yes"), 'no client "acmee"'),
        (("release", "acme", "dana.reyez", "--yes"), 'acme: no person "dana.reyez"'),
        (("hold", "acme", "sam.okafor"), 'person "sam.okafor": has no departure to hold'),
        (("hold", "acme", "dana.reyes@acme.example"), "is a username"),
        (("cancel", "acme", "sam.okafor"), 'person "sam.okafor": has no departure to cancel'),
        (("hold", "acme", "dana.reyes", "--expires", "soon"), "soon"),
        (("hold", "acme", "dana.reyes", "--owner", "nobody.here"), "nobody.here"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    office: Office, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert office.people == PEOPLE


KILLED = """
import os, sys
from leaver.cli import cli
import {module} as module
setattr(module{owner}, {name!r}, lambda *_, **__: os.kill(os.getpid(), 9))
cli()
"""


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


def test_a_hold_gets_an_owner_and_an_expiry_and_says_how_to_release(office: Office, run: Run) -> None:
    office.write("acme", PEOPLE.replace(PEOPLE.split("\n")[8], "      hold: none"))
    office.under_version_control()
    result = run("hold", "acme", "dana.reyes", "--reason", "the lawyers asked")
    assert result.exit_code == 0, result.output
    assert office.added() == [
        "-      hold: none",
        "+      hold: {until: released, owner: ana@msp.example, expires: 2026-11-28 17:00:00 -05:00}",
    ]
    assert "now waits for: leaver release acme dana.reyes" in result.output
    assert office.git("log", "-1", "--format=%b") == f"By: {ANA}\nReason: the lawyers asked"
    assert office.gets_in("dana.reyes") == ["entra", "okta"]


def test_a_hold_that_is_there_takes_a_new_owner_and_keeps_its_expiry(office: Office, run: Run) -> None:
    result = run("hold", "acme", "dana.reyes", "--owner", "lee.park")
    assert result.exit_code == 0, result.output
    assert "hold: {until: released, owner: lee.park, expires: 2026-12-01 17:00}" in office.people


def test_a_hold_after_the_end_gives_nothing_back(office: Office, run: Run) -> None:
    run("release", "acme", "dana.reyes", "--yes")
    before = office.people
    result = run("hold", "acme", "dana.reyes")
    assert result.exit_code == 2
    assert "departed 2026-11-22 09:00:03 -05:00, and a hold gives nothing back" in result.stderr
    assert office.people == before


def test_a_cancellation_before_the_end_takes_the_departure_out(office: Office, run: Run) -> None:
    office.under_version_control()
    result = run("cancel", "acme", "dana.reyes")
    assert result.exit_code == 0
    assert all(line.startswith("-") for line in office.added())
    assert load(office.root, ["acme"]).clients["acme"].people["dana.reyes"].departure is None
    assert "was not taken by this departure, and goes on" in result.output


def test_a_cancellation_after_the_cut_gives_nothing_back_and_says_what_would(
    office: Office, run: Run
) -> None:
    run("release", "acme", "dana.reyes", "--yes")
    result = run("cancel", "acme", "dana.reyes")
    assert result.exit_code == 0
    assert office.gets_in("dana.reyes") == []
    assert "Nothing was given back: accounts that were disabled stay disabled." in result.output
    assert "at identities/acme/people.yaml:4:3, under dana.reyes:\n    reinstate: true\n" in result.output
    found = load(office.root, ["acme"]).clients["acme"].people["dana.reyes"]
    assert found.departure is None


def test_hold_and_cancel_in_json(office: Office, run: Run) -> None:
    office.under_version_control()
    held = answer(run("hold", "acme", "dana.reyes", "--json"))
    assert held["record"]["states"] == [
        "identities/acme/people.yaml: says so already",
        "committed before",
        "no remote to push to",
    ]
    cancelled = answer(run("cancel", "acme", "dana.reyes", "--json"))
    assert cancelled["reinstate"]["needed"] is False
    assert cancelled["record"]["commit"] == office.git("rev-parse", "HEAD")[:10]


def test_control_characters_of_an_operator_reach_neither_record_nor_screen(office: Office, run: Run) -> None:
    result = run("release", "acme", "dana.reyes", "--yes", "--operator", "Bo\x1b[31m\nreleased: never")
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert "released by: 'Bo [31m released: never'" in office.people


def protect(office: Office, client: str, account: str) -> None:
    file = office.root / "identities" / client / "client.yaml"
    file.write_text(f"{file.read_text()}protected: {{accounts: [{account}]}}\n")


def test_a_break_glass_account_is_not_released_and_says_what_to_do(office: Office, run: Run) -> None:
    protect(office, "acme", "sam.okafor@acme.example")
    office.under_version_control()
    result = run("release", "acme", "sam.okafor", "--yes")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        'identities/acme/client.yaml: protected account "sam.okafor": a release would cut a break-glass account, and '
        "Leaver never does. Take it out of `protected.accounts`, merge that, and release it again; in wrong hands, "
        "now, by hand:",
        "  acme/entra: entra.microsoft.com (tenant 11111111-1111-4111-8111-111111111111), Users, "
        "sam.okafor@acme.example: Edit properties, Account enabled off, Save; then Revoke sessions.",
        "  acme/okta: https://acme-admin.okta.com, Directory, People, sam.okafor@acme.example: More Actions, "
        "Suspend; then More Actions, Clear User Sessions.",
    ]
    assert office.gets_in("sam.okafor") == ["okta"]
    assert office.git("status", "--porcelain") == ""


def test_a_break_glass_account_of_another_client_is_spared_there(office: Office, run: Run) -> None:
    office.write("blue", "people:\n  dana: {username: dana.reyes@acme.example, accounts: [okta]}\n")
    office.account("blue", "okta", "dana.reyes")
    protect(office, "blue", "dana")
    office.under_version_control()
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert office.gets_in("dana.reyes", "blue") == ["okta"]
    assert "blue/okta  dana.reyes@acme.example: NOT CUT: it is a break-glass account" in result.stdout
    assert "released" not in (office.root / "identities/blue/people.yaml").read_text()


def written(office: Office, client: str = "acme") -> list[Entry]:
    with open_store(office.root / ".leaver") as store:
        return [each.entry for each in store.read(client)]


def test_the_evidence_has_the_cut_of_each_directory_and_the_word(office: Office, run: Run) -> None:
    office.under_version_control()
    told = answer(run("release", "acme", "dana.reyes", "--yes", "--reason", "call from HR", "--json"))
    entra, okta, word = written(office)
    assert [(each.kind, each.directory, each.outcome) for each in (entra, okta, word)] == [
        (Kind.CUT, "entra", Outcome.DONE),
        (Kind.CUT, "okta", Outcome.DONE),
        (Kind.WORD, None, Outcome.DONE),
    ]
    assert {each.person for each in (entra, okta, word)} == {"dana.reyes"}
    assert {each.asked_by for each in (entra, okta, word)} == {ANA}
    assert all(each.request_id and each.directory_date for each in (entra, okta))
    assert entra.agreed is not None
    assert entra.agreed.isoformat() == "2026-11-22T14:00:03+00:00"
    assert (word.step, word.why, word.commit) == (
        "release",
        "call from HR",
        office.git("rev-parse", "HEAD")[:10],
    )
    with open_store(office.root / ".leaver") as store:
        head = store.head("acme")
    assert head is not None
    assert told["evidence"] == {"heads": {"acme": head.sha256}, "faults": []}


def test_evidence_that_cannot_be_written_stops_no_cut_and_is_shouted_about(office: Office, run: Run) -> None:
    office.under_version_control()
    (office.root / ".leaver/evidence").write_text("in the way")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert "released by" in office.git("show")
    assert "EVIDENCE NOT WRITTEN" in result.stderr


def test_a_key_that_cannot_be_used_stops_no_cut_either(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAVER_EVIDENCE_KEY", "hunter2")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert "LEAVER_EVIDENCE_KEY: is no Ed25519 private key" in result.stderr
    assert "hunter2" not in result.output


def test_a_release_at_several_clients_is_in_the_chain_of_each(office: Office, run: Run) -> None:
    office.write("blue", "people:\n  dana: {username: Dana.Reyes@acme.example, accounts: [okta]}\n")
    office.account("blue", "okta", "dana.reyes")
    office.under_version_control()
    assert run("release", "acme", "dana.reyes", "--yes").exit_code == 0
    assert [(each.kind, each.person) for each in written(office, "blue")] == [
        (Kind.CUT, "dana"),
        (Kind.WORD, "dana"),
    ]


def test_a_hold_and_a_cancellation_are_words_too(office: Office, run: Run) -> None:
    office.under_version_control()
    assert run("hold", "acme", "dana.reyes", "--reason", "not yet").exit_code == 0
    assert run("cancel", "acme", "dana.reyes", "--operator", "Bo").exit_code == 0
    assert [(each.kind, each.step, each.asked_by, each.why) for each in written(office)] == [
        (Kind.WORD, "hold", ANA, "not yet"),
        (Kind.WORD, "cancel", "Bo", ""),
    ]
