"""Each Entra step against each fault: it ends done, or says honestly that it did not; none is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from leaver.actions.call import Policy
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.matrices import Note
from tests.runbook.entra_leaver import READERS, USUAL, Dana
from tests.runbook.leaving import ALREADY, DONE, FAILED

pytestmark = pytest.mark.slow
MATRIX = "Entra: what each step comes to when its write meets a fault"

BRISK = Policy(call=1.5, settling=0.6, longest_wait=1.0, pause=0.01)
# The write of each step, as a fault's method and path.
WRITES: Mapping[str, tuple[str, str]] = {
    "leave-date": ("PATCH", "/v1.0/users/*"),
    "disable": ("PATCH", "/v1.0/users/*"),
    "revoke-sessions": ("POST", "*/revokeSignInSessions"),
    "reset-password": ("PATCH", "/v1.0/users/*"),
    "sign-in-methods": ("DELETE", "*/authentication/*"),
    "directory-roles": ("DELETE", "*/roleAssignments/*"),
    "role-eligibility": ("POST", "*/roleEligibilityScheduleRequests"),
    "group-eligibility": ("POST", "*/group/eligibilityScheduleRequests"),
    "app-roles": ("DELETE", "*/appRoleAssignments/*"),
    "consents": ("DELETE", "*/oauth2PermissionGrants/*"),
    "ownership": ("DELETE", "*/owners/*"),
    "groups": ("DELETE", "*/members/*"),
    "devices": ("PATCH", "/v1.0/devices/*"),
    "managed-devices": ("POST", "*/managedDevices/*"),
    "address-list": ("PATCH", "/beta/users/*"),
    "automatic-reply": ("PATCH", "*/mailboxSettings"),
    "forwarding": ("DELETE", "*/messageRules/*"),
    "meetings": ("POST", "*/cancel"),
    "files-handover": ("POST", "*/invite"),
    "licences": ("POST", "*/assignLicense"),
}
SETTINGS = {"automatic-reply": {"text": "Please ask Lee."}}
FAULTS: Mapping[str, dict[str, Any]] = {
    "429": {"kind": "throttle", "retry_after": 0, "count": 1},
    "503": {"kind": "error", "status": 503, "count": 1},
    "answer lost": {"kind": "drop_after", "count": 1},
    "batch lost": {"kind": "drop_after", "count": 1, "method": "POST", "path": "/v1.0/$batch", "skip": 1},
    "stale read": {"kind": "stale", "seconds": 0.3, "count": 1},
    "503 for good": {"kind": "error", "status": 503, "count": None},
    "403": {"kind": "forbidden", "count": None},
}
EXPECTED = {
    "429": DONE,
    "503": DONE,
    "answer lost": DONE,
    "batch lost": DONE,
    "stale read": DONE,
    "503 for good": FAILED,
    "403": FAILED,
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A sandbox whose clock runs, so that what is stale becomes fresh."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), lambda: datetime.now(UTC)) as found:
        yield found


def leaver(box: Endpoint, credential: dict[str, str]) -> Dana:
    """Dana on a clock that runs: she left just now."""
    tenant = Dana(box, credential)
    body = {"principalId": tenant.dana, "roleDefinitionId": READERS, "directoryScopeId": "/"}
    tenant.post("/v1.0/roleManagement/directory/roleAssignments", json=body)
    return tenant


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", WRITES)
def test_the_matrix_of_faults(box: Endpoint, acme: dict[str, str], note: Note, step: str, fault: str) -> None:
    with closing(leaver(box, acme)) as tenant:
        now = datetime.now(UTC)
        case = tenant.case(cut=now, now=now)
        method, path = WRITES[step]
        box.fault(**{"client": "acme", "method": method, "path": path, **FAULTS[fault]})
        receipt = tenant.take(step, settings=SETTINGS, policy=BRISK, case=case)[step]
        note(step, fault, receipt.outcome.value)
        assert [each["hits"] > 0 for each in box.admin("GET", "/faults")["faults"]] == [True], (
            "it hit nothing"
        )
        assert len(tenant.receipts) == 1
        assert [entry.step for entry in tenant.entries] == [None, step]
        assert receipt.outcome is EXPECTED[fault], receipt.why
        box.admin("DELETE", "/faults")
        again = tenant.take(
            step,
            settings=SETTINGS,
            case=case,
            done=[step] if receipt.outcome.good else [],
        )[step]
        if receipt.outcome.good:
            assert again.outcome is ALREADY, again.why
        else:
            assert receipt.why
            assert again.outcome is DONE, again.why


@pytest.mark.parametrize("fault", FAULTS)
def test_a_restore_meets_each_fault(box: Endpoint, acme: dict[str, str], note: Note, fault: str) -> None:
    """The account is deleted first; the read that is stale is the one behind the restore."""
    with closing(leaver(box, acme)) as tenant:
        tenant.patch(f"/v1.0/users/{tenant.dana}", json={"accountEnabled": False})
        assert tenant.delete(f"/v1.0/users/{tenant.dana}").status_code == 204
        stated = {"method": "POST", "path": "*/restore", **FAULTS[fault]}
        box.fault(**{"client": "acme", **stated})
        receipt = tenant.take("restore", policy=BRISK)["restore"]
        note("restore", fault, receipt.outcome.value)
        assert [each["hits"] > 0 for each in box.admin("GET", "/faults")["faults"]] == [True]
        assert receipt.outcome is EXPECTED[fault], receipt.why
        box.admin("DELETE", "/faults")
        again = tenant.take("restore")["restore"]
        assert again.outcome is (ALREADY if receipt.outcome.good else DONE), again.why
        assert tenant.get(f"/v1.0/users/{tenant.dana}").json()["id"] == tenant.dana


def test_every_step_that_writes_is_in_the_matrix() -> None:
    assert set(USUAL) <= set(WRITES)


def test_a_forwarding_rule_that_was_made_twice_is_one_in_the_end(box: Endpoint, acme: dict[str, str]) -> None:
    """Graph has no way to say "only once", so the answer that got lost may leave a second rule."""
    with closing(leaver(box, acme)) as tenant:
        settings = {"forwarding": {"to": "handover"}}
        box.fault("drop_after", client="acme", method="POST", path="*/messageRules")
        first = tenant.take("forwarding", settings=settings)["forwarding"]
        second = tenant.take("forwarding", settings=settings)["forwarding"]
        assert second.outcome.good
        assert first.outcome.good or "rule Leaver: forward" in first.why
        rules = tenant.titles(f"/v1.0/users/{tenant.dana}/mailFolders/inbox/messageRules")
        assert rules == ["Leaver: forward", "Newsletters"]


def test_an_owner_who_was_added_without_an_answer_is_no_obstacle(box: Endpoint, acme: dict[str, str]) -> None:
    with closing(leaver(box, acme)) as tenant:
        box.fault("drop_after", client="acme", method="POST", path="*/owners/*")
        first = tenant.take("ownership")["ownership"]
        second = tenant.take("ownership")["ownership"]
        assert second.outcome.good
        assert first.outcome.good or first.why
        assert tenant.rows(f"/v1.0/users/{tenant.dana}/ownedObjects") == []


def test_one_step_that_is_refused_stops_no_other(box: Endpoint, acme: dict[str, str]) -> None:
    with closing(leaver(box, acme)) as tenant:
        for path in ("*/consents*", "*/oauth2PermissionGrants*", "*/subscribedSkus"):
            box.fault("forbidden", client="acme", path=path, count=None)
        receipts = tenant.take()
        refused = {name for name, receipt in receipts.items() if not receipt.outcome.good}
        assert refused == {"consents", "licences"}
        assert "DelegatedPermissionGrant.ReadWrite.All" in receipts["consents"].why
        assert receipts["licences"].why.startswith("it cannot be read: 403")
        box.admin("DELETE", "/faults")
        assert all(receipt.outcome.good for receipt in tenant.take().values())
