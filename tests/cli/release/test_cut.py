"""`leaver release` cuts in every directory and at every client, whatever stands in its way."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.release.office import ANA, PEOPLE, Office, Run, answer


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
