"""Dana leaves: every Entra step against the sandbox, by the conductor, read back by Graph."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leaver.evidence import Kind
from leaver.runbook.step import Item
from tests.runbook.entra_leaver import DANA, LEE, ON_REQUEST, SETTINGS, STEP, USUAL, Dana
from tests.runbook.leaving import ALREADY, DONE, FAILED, SKIPPED
from tests.sandbox.conftest import NOW

pytestmark = pytest.mark.slow


def test_nothing_is_left_behind(reader: Dana) -> None:
    receipts = reader.take(*USUAL, *ON_REQUEST, settings=SETTINGS)
    assert {name: receipt.outcome for name, receipt in receipts.items()} == {
        **dict.fromkeys((*USUAL, *ON_REQUEST), DONE),
        "mailbox-handover": SKIPPED,
    }
    assert receipts["mailbox-handover"].why == (
        "Graph cannot do it, nor show whether it is done. By hand, in Exchange Online: Add-MailboxPermission "
        f"-Identity '{DANA}' -User '{LEE}' -AccessRights FullAccess"
    )
    user = f"/v1.0/users/{reader.dana}"
    shown = reader.get(f"{user}?$select=accountEnabled,licenseAssignmentStates,employeeLeaveDateTime").json()
    assert (shown["accountEnabled"], shown["licenseAssignmentStates"]) == (False, [])
    assert shown["employeeLeaveDateTime"] == "2026-11-22T14:00:00Z"
    assert reader.valid_sessions(DANA) == 0
    for path in ("memberOf", "appRoleAssignments", "oauth2PermissionGrants", "ownedObjects"):
        assert reader.rows(f"{user}/{path}") == [], path
    methods = reader.rows(f"{user}/authentication/methods")
    assert [each["@odata.type"] for each in methods] == ["#microsoft.graph.passwordAuthenticationMethod"]
    assert {each["accountEnabled"] for each in reader.rows(f"{user}/ownedDevices")} == {False}
    assert [each["managementState"] for each in reader.rows(f"{user}/managedDevices")] == [
        "wipePending",
        "retirePending",
    ]
    for path in ("roleAssignments", "roleEligibilitySchedules"):
        held = reader.rows(f"/v1.0/roleManagement/directory/{path}")
        assert [each for each in held if each["principalId"] == reader.dana] == [], path
    mine = f"$filter=principalId eq '{reader.dana}'"
    assert reader.rows(f"/v1.0/identityGovernance/privilegedAccess/group/eligibilitySchedules?{mine}") == []


def test_the_whole_departure_with_30_groups_takes_at_most_25_requests(reader: Dana) -> None:
    groups = [{"displayName": f"Group {number}", "members": [reader.dana]} for number in range(26)]
    reader.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "groups": groups})
    assert len(reader.ids(f"/v1.0/users/{reader.dana}/memberOf/microsoft.graph.group")) == 30
    reader.take(*USUAL, *ON_REQUEST, settings=SETTINGS)
    assert reader.given == {
        "methods": 3,
        "licences": 5,
        "consents": 10,
        "app_roles": 2,
        "devices": 4,
        "managed_devices": 2,
        "owned": 2,
        "rules": 2,
        "meetings": 2,
        "eligibility": 2,
        "sessions": 2,
    }
    assert reader.requests <= 25, reader.requests


def test_the_mailbox_answers_forwards_and_holds_no_meeting(tenant: Dana) -> None:
    tenant.take(*ON_REQUEST, "forwarding", settings=SETTINGS)
    user = f"/v1.0/users/{tenant.dana}"
    (rule, other) = tenant.rows(f"{user}/mailFolders/inbox/messageRules")
    assert rule["displayName"] == "Newsletters"
    assert other["actions"] == {
        "forwardTo": [{"emailAddress": {"address": LEE, "name": LEE}}],
        "stopProcessingRules": False,
    }
    reply = tenant.get(f"{user}/mailboxSettings").json()["automaticRepliesSetting"]
    assert reply["status"] == "alwaysEnabled"
    assert reply["externalReplyMessage"] == (
        "Dana has left.<br>Please write to &lt;lee.park@acme.example&gt; &amp; ask."
    )
    (kept,) = tenant.rows(f"{user}/events")
    assert kept["attendees"] == []
    shares = tenant.rows(f"{user}/drive/root/permissions")
    assert [(each["roles"], each["grantedToV2"]["user"]["id"]) for each in shares] == [
        (["owner"], tenant.dana),
        (["write"], tenant.lee),
    ]


def test_the_colleague_owns_it_now_and_keeps_everything(tenant: Dana) -> None:
    tenant.take(*USUAL, *ON_REQUEST, settings=SETTINGS)
    lee = f"/v1.0/users/{tenant.lee}"
    assert tenant.titles(f"{lee}/ownedObjects") == [
        "Project of dana.reyes",
        "Project of lee.park",
        "Reporting script",
        "Reporting script",
    ]
    assert tenant.get(f"{lee}?$select=accountEnabled").json()["accountEnabled"] is True
    assert tenant.valid_sessions(LEE) == 2
    assert len(tenant.rows(f"{lee}/oauth2PermissionGrants")) == 10
    assert len(tenant.rows(f"{lee}/licenseDetails")) == 5
    assert len(tenant.rows(f"{lee}/authentication/methods")) == 4
    assert {each["accountEnabled"] for each in tenant.rows(f"{lee}/ownedDevices")} == {True}
    assert {each["managementState"] for each in tenant.rows(f"{lee}/managedDevices")} == {"managed"}
    assert len(tenant.rows(f"{lee}/events")) == 3


def test_a_second_run_finds_all_done_and_writes_nothing(reader: Dana) -> None:
    reader.take(*USUAL, *ON_REQUEST, settings=SETTINGS)
    since = reader.box.log()[-1]["seq"]
    done = {receipt.step for receipt in reader.receipts if receipt.outcome.good}
    again = reader.take(*USUAL, *ON_REQUEST, settings=SETTINGS, done=done)
    assert {receipt.outcome for receipt in again.values()} == {ALREADY, SKIPPED}
    later = [each for each in reader.box.log(since=since) if "$batch" not in each["path"]]
    writes = {each["path"] for each in later if each["method"] != "GET" and "/oauth2/" not in each["path"]}
    assert writes == set()


@pytest.mark.parametrize("name", sorted(STEP))
def test_each_step_taken_twice_changes_nothing_the_second_time(reader: Dana, name: str) -> None:
    step = STEP[name]
    case = reader.case(settings=SETTINGS.get(name, {}), retained_until=NOW - timedelta(days=1))
    if name == "restore":
        assert reader.delete(f"/v1.0/users/{reader.dana}").status_code == 204
    first = reader.walk(step, case)
    assert bool(first) is (name != "mailbox-handover")
    seen = reader.read(step, case)
    assert list(step.left(case, seen)) == []
    assert reader.walk(step, case) == []


def test_the_before_image_tells_what_there_was(reader: Dana) -> None:
    reader.take(settings=SETTINGS)
    image = reader.entries[0]
    assert image.kind is Kind.BEFORE
    has = image.seen["has"]
    assert [each["name"] for each in has["directory-roles"]["roles"]] == ["Directory Readers"]
    assert [each["name"] for each in has["role-eligibility"]["eligible"]] == ["User Administrator"]
    assert has["sign-in-methods"]["methods"] == [
        "password",
        "phone (mobile)",
        "Microsoft Authenticator (Phone)",
        "passkey (Key on the ring)",
    ]
    assert has["licences"]["frees"] == {"AAD_PREMIUM_P2": 1, "O365_BUSINESS_PREMIUM": 1, "SPE_E5": 1}
    assert has["licences"]["units"]["SPE_E5"] == {"bought": 20_000, "used": 2, "free": 19_998}
    assert [each["name"] for each in has["groups"]["groups"]] == [
        "Everybody with Office",
        "Everybody with mail",
        "Board papers",
        "Project of dana.reyes",
    ]
    assert {each["app"] for each in has["consents"]["consents"]} >= {"Password Keeper", "Time Tracker"}
    assert has["forwarding"]["forwards"] == ["rule Copy to my own address to private@mail.example"]
    assert "+1 5550100" not in str(image)


def test_no_evidence_holds_the_new_password(tenant: Dana) -> None:
    tenant.take("reset-password")
    asked = STEP["reset-password"].act(tenant.case(), {}, [Item("x", "y")])[0]
    password = asked.json["passwordProfile"]["password"]
    assert len(password) > 40
    assert password not in repr(asked)
    assert "aA1!" not in "".join(map(repr, (*tenant.entries, *tenant.receipts)))


def test_a_password_that_dana_chose_after_the_agreed_moment_is_replaced(tenant: Dana) -> None:
    """Late by a weekend: the stamps are newer than the cut, and none of them is Leaver's."""
    tenant.patch(f"/v1.0/users/{tenant.dana}", json={"passwordProfile": {"password": "My-Own-Secret-1"}})
    tenant.take("disable", "revoke-sessions", "reset-password")
    assert {receipt.outcome for receipt in tenant.receipts} == {DONE}
    written = [each for each in tenant.box.log() if each["method"] in ("PATCH", "POST")]
    assert [each["path"].rpartition("/")[2] for each in written].count("revokeSignInSessions") == 1
    done = {receipt.step for receipt in tenant.receipts}
    again = tenant.take("disable", "revoke-sessions", "reset-password", done=done)
    assert {receipt.outcome for receipt in again.values()} == {ALREADY}


def test_what_comes_back_is_found_later(tenant: Dana) -> None:
    tenant.take()
    tenant.patch(f"/v1.0/users/{tenant.dana}", json={"accountEnabled": True, "showInAddressList": True})
    (unmanaged, *_) = tenant.ids("/v1.0/groups", **{"$filter": "displayName eq 'Board papers'"})
    tenant.add_member(unmanaged, tenant.dana)
    tenant.post(f"/v1.0/users/{tenant.dana}/authentication/phoneMethods", json={"phoneNumber": "+1 5550199"})
    found = {name: finding.left for name, finding in tenant.look_over().items() if not finding.good}
    assert found == {
        "disable": (f"{DANA} can sign in",),
        "sign-in-methods": ("phone",),
        "groups": ("Board papers",),
        "address-list": ("is in the address list",),
    }
    assert {each.outcome for each in tenant.take().values()} <= {DONE, ALREADY}
    assert all(finding.good for finding in tenant.look_over().values())


def test_an_account_is_deleted_when_its_time_is_over_and_comes_back_disabled(tenant: Dana) -> None:
    early = tenant.case(retained_until=NOW + timedelta(days=3))
    kept = tenant.take("delete", case=early)["delete"]
    assert (kept.outcome, kept.why) == (SKIPPED, "the account is kept until 2026-11-25 14:00 UTC")
    tenant.take("disable")
    due = tenant.case(retained_until=NOW)
    assert tenant.take("delete", case=due)["delete"].outcome is DONE
    assert tenant.get(f"/v1.0/users/{tenant.dana}").status_code == 404
    assert tenant.take("delete", case=due)["delete"].outcome is ALREADY
    others = tenant.take()
    assert {each.why for each in others.values()} == {"the account does not exist any more"}
    assert tenant.take("restore")["restore"].outcome is DONE
    back = tenant.get(f"/v1.0/users/{tenant.dana}?$select=accountEnabled,userPrincipalName").json()
    assert (back["accountEnabled"], back["userPrincipalName"]) == (False, DANA)


def test_an_account_that_is_gone_for_good_cannot_be_restored(tenant: Dana) -> None:
    tenant.delete(f"/v1.0/users/{tenant.dana}")
    assert tenant.delete(f"/v1.0/directory/deletedItems/{tenant.dana}").status_code == 204
    receipt = tenant.take("restore")["restore"]
    assert receipt.outcome is FAILED
    assert "It is gone for good" in receipt.why
