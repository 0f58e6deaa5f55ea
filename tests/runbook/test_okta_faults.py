"""Each Okta step against each fault: it ends done, or says honestly that it did not; none is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from leaver.actions.call import Policy
from leaver.evidence import Outcome
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.matrices import Note
from tests.runbook.okta_leaver import THINGS, USUAL, Dana

pytestmark = pytest.mark.slow
MATRIX = "Okta: what each step comes to when its write meets a fault"

BRISK = Policy(call=1.5, settling=0.6, longest_wait=1.0, pause=0.01)
STEPS = (*USUAL, "devices", "deactivate")
# The write of each step, as a fault's method and path.
WRITES: Mapping[str, tuple[str, str]] = {
    "suspend": ("POST", "*/lifecycle/suspend"),
    "sessions": ("DELETE", "*/sessions"),
    "api-tokens": ("DELETE", "/api/v1/api-tokens/*"),
    "client-tokens": ("DELETE", "*/tokens"),
    "grants": ("DELETE", "*/grants"),
    "admin-roles": ("DELETE", "*/roles/*"),
    "groups": ("DELETE", "/api/v1/groups/*"),
    "apps": ("DELETE", "/api/v1/apps/*"),
    "factors": ("DELETE", "*/factors/*"),
    "devices": ("POST", "/api/v1/devices/*"),
    "deactivate": ("POST", "*/lifecycle/deactivate"),
}
FAULTS: Mapping[str, dict[str, Any]] = {
    "429": {"kind": "throttle", "retry_after": 0, "count": 1},
    "503": {"kind": "error", "status": 503, "count": 1},
    "answer lost": {"kind": "drop_after", "count": 1},
    "stale read": {"kind": "stale", "seconds": 0.3, "count": 1},
    "503 for good": {"kind": "error", "status": 503, "count": None},
    "403": {"kind": "forbidden", "count": None},
}
EXPECTED = {
    "429": Outcome.DONE,
    "503": Outcome.DONE,
    "answer lost": Outcome.DONE,
    "stale read": Outcome.DONE,
    "503 for good": Outcome.FAILED,
    "403": Outcome.FAILED,
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A sandbox whose clock runs, so that what is stale becomes fresh."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), lambda: datetime.now(UTC)) as found:
        yield found


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_the_matrix_of_faults(box: Endpoint, note: Note, step: str, fault: str) -> None:
    okta = Dana(box, things=THINGS, of_the_directory=False)
    method, path = WRITES[step]
    box.fault(**FAULTS[fault], client="acme", method=method, path=path)
    receipt = okta.take(step, policy=BRISK)[step]
    note(step, fault, receipt.outcome.value)
    assert len(okta.receipts) == 1
    assert [entry.step for entry in okta.entries] == [None, step]
    # A 5xx may have been done and an answer lost: where nothing can be asked, that is said.
    allowed = {EXPECTED[fault]}
    if step == "sessions" and fault == "503 for good":
        allowed = {Outcome.UNVERIFIED}
    assert receipt.outcome in allowed, receipt.why
    box.admin("DELETE", "/faults")
    if not receipt.outcome.good:
        assert receipt.why
        assert okta.take(step)[step].outcome is Outcome.DONE
    elif step != "sessions":
        assert okta.take(step)[step].outcome is Outcome.ALREADY


def test_one_step_that_is_refused_stops_no_other(box: Endpoint) -> None:
    okta = Dana(box, of_the_directory=False)
    box.withhold("acme", "okta", "okta.roles.manage", "okta.apps.read")
    receipts = okta.take()
    refused = {name for name, receipt in receipts.items() if not receipt.outcome.good}
    assert refused == {"admin-roles", "apps"}
    assert "Grant okta.users.read and okta.roles.read and okta.roles.manage" in receipts["admin-roles"].why
    assert receipts["apps"].why.startswith("it cannot be read: 403 (E0000006")
    box.withhold("acme", "okta")
    assert all(receipt.outcome.good for receipt in okta.take().values())
