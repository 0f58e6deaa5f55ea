"""Each Entra step does its work with the permissions that it declares, and none of them is one too many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leaver.evidence import Outcome
from leaver.runbook.entra import STEPS
from leaver.runbook.permissions import gives
from leaver.runbook.step import Step
from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.entra.token import ROLES
from tests.runbook.entra_leaver import READERS, Dana
from tests.sandbox.conftest import NOW, acme  # noqa: F401 - fixture

pytestmark = pytest.mark.slow

# ruff: noqa: F811 - fixtures are imported, and are arguments of the same name.

SETTINGS = {"automatic-reply": {"text": "Please ask Lee."}, "licences": {"mailbox": "shared"}}
WORKING = [step for step in STEPS if step.name != "mailbox-handover"]
TOLERATED = {
    # Names for people only: without it the report shows an ID.
    ("consents", "Application.Read.All"),
    ("licences", "GroupMember.Read.All"),
    # For role-assignable groups only, of which Dana is in none.
    ("groups", "RoleManagement.ReadWrite.Directory"),
}


def granted(*needs: str) -> set[str]:
    """Exactly these permissions, all of which the sandbox's application has."""
    assert set(needs) <= set(ROLES)
    return set(needs)


@pytest.fixture
def tenant(box: Endpoint, acme: dict[str, str]) -> Iterator[Dana]:
    with Dana(box, acme) as found:
        body = {"principalId": found.dana, "roleDefinitionId": READERS, "directoryScopeId": "/"}
        found.post("/v1.0/roleManagement/directory/roleAssignments", json=body)
        found.patch(f"/v1.0/users/{found.dana}/mailboxSettings", json={"userPurpose": "shared"})
        yield found


def taken(tenant: Dana, step: Step, *needs: str) -> Outcome:
    tenant.box.withhold("acme", "entra", *(set(ROLES) - granted(*needs)))
    case = tenant.case(retained_until=NOW)
    return tenant.take(step.name, settings=SETTINGS, case=case)[step.name].outcome


@pytest.mark.parametrize("step", WORKING, ids=lambda step: step.name)
def test_what_a_step_declares_is_enough(tenant: Dana, step: Step) -> None:
    assert taken(tenant, step, *(need.name for need in step.needs)) is Outcome.DONE


@pytest.mark.parametrize(
    ("step", "without"),
    [
        (step, need.name)
        for step in WORKING
        for need in step.needs
        # What another one of the step's permissions gives anyway cannot be missed.
        if not gives({each.name for each in step.needs} - {need.name}, need.name)
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_what_a_step_declares_is_needed(tenant: Dana, step: Step, without: str) -> None:
    outcome = taken(tenant, step, *(need.name for need in step.needs if need.name != without))
    assert outcome.good is ((step.name, without) in TOLERATED)
