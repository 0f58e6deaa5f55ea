"""What an Entra step must wait for, and what nobody can do by Graph."""

from __future__ import annotations

import pytest

from leaver.sandbox.endpoint import Endpoint
from tests.runbook.entra_leaver import DANA, STEP, Dana
from tests.runbook.leaving import DONE, FAILED, SKIPPED

pytestmark = pytest.mark.slow


def test_the_default_method_goes_last_and_graph_would_refuse_another_order(tenant: Dana) -> None:
    case = tenant.case()
    base = f"/v1.0/users/{tenant.dana}/authentication"
    (phone,) = tenant.ids(f"{base}/phoneMethods")
    refused = tenant.delete(f"{base}/phoneMethods/{phone}")
    assert refused.status_code == 400
    assert "Cannot delete default method" in refused.json()["error"]["message"]
    writes = tenant.walk(STEP["sign-in-methods"], case)
    assert len(writes) == 3
    assert writes[-1].endswith(f"/phoneMethods/{phone}")


def test_the_last_owner_cannot_go_before_the_colleague_comes(tenant: Dana) -> None:
    (group,) = tenant.ids(
        f"/v1.0/users/{tenant.dana}/ownedObjects", **{"$filter": "startswith(displayName,'Project')"}
    )
    refused = tenant.delete(f"/v1.0/groups/{group}/owners/{tenant.dana}/$ref")
    assert refused.json()["error"]["message"] == (
        "The group must have at least one owner, hence this owner cannot be removed."
    )
    assert tenant.take("ownership")["ownership"].outcome is DONE
    assert tenant.ids(f"/v1.0/groups/{group}/owners") == [tenant.lee]


def test_without_a_colleague_the_last_owner_stays_and_the_report_says_so(tenant: Dana) -> None:
    receipt = tenant.take("ownership", case=tenant.case(handover=None))["ownership"]
    assert (receipt.outcome, receipt.why) == (
        SKIPPED,
        "no colleague is named to hand over to, and nobody else owns group Project of dana.reyes, application "
        "Reporting script",
    )
    assert len(tenant.rows(f"/v1.0/users/{tenant.dana}/ownedObjects")) == 2


def test_groups_that_graph_cannot_change_are_told_with_what_to_do_instead(tenant: Dana) -> None:
    lists = tenant.new_group("Everyone by mail", tenant.dana, mailEnabled=True)
    rule = {"groupTypes": ["DynamicMembership"], "membershipRule": 'user.department -eq "Sales"'}
    groups = [
        {"displayName": "Office Boston", "members": [tenant.dana], **rule},
        {"displayName": "Old file server", "members": [tenant.dana], "onPremisesSyncEnabled": True},
    ]
    tenant.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "groups": groups})
    receipt = tenant.take("groups")["groups"]
    assert receipt.outcome is FAILED
    assert receipt.why == (
        "Everyone by mail: Graph cannot change mail-enabled groups. In Exchange Online: "
        f"Remove-DistributionGroupMember -Identity '{lists}' -Member '{DANA}' "
        "-BypassSecurityGroupManagerCheck -Confirm:$false; Old file server: The group is mastered on-premises. "
        "Take the person out there (Remove-ADGroupMember)."
    )
    left = tenant.titles(f"/v1.0/users/{tenant.dana}/memberOf")
    assert left == ["Everyone by mail", "Office Boston", "Old file server"]


def test_a_licence_waits_for_the_shared_mailbox(tenant: Dana) -> None:
    settings = {"licences": {"mailbox": "shared"}}
    waiting = tenant.take("licences", settings=settings)["licences"]
    assert waiting.outcome is FAILED
    assert f"Set-Mailbox -Identity '{DANA}' -Type Shared" in waiting.why
    assert len(tenant.rows(f"/v1.0/users/{tenant.dana}/licenseDetails")) == 5
    tenant.patch(f"/v1.0/users/{tenant.dana}/mailboxSettings", json={"userPurpose": "shared"})
    assert tenant.take("licences", settings=settings)["licences"].outcome is DONE
    assert len(tenant.rows(f"/v1.0/users/{tenant.dana}/licenseDetails")) == 2


def test_an_account_mastered_on_premises_is_told_what_must_be_done_there(
    box: Endpoint, acme: dict[str, str]
) -> None:
    with Dana(box, acme, onPremisesSyncEnabled=True) as tenant:
        receipts = tenant.take("disable", "revoke-sessions", "reset-password", "address-list")
        assert {name: each.outcome for name, each in receipts.items()} == {
            "disable": DONE,
            "revoke-sessions": DONE,
            "reset-password": FAILED,
            "address-list": FAILED,
        }
        assert receipts["disable"].why == (
            "The account is mastered on-premises: do it there as well, or the next synchronisation undoes it."
        )
        assert "Reset it there twice (Set-ADAccountPassword)" in receipts["reset-password"].why
