"""Somebody with years of belongings leaves, and nothing is left."""

from __future__ import annotations

import pytest

from leaver.evidence import Outcome
from leaver.sandbox.endpoint import Endpoint
from tests.runbook.okta_leaver import DANA, USUAL, Dana

pytestmark = pytest.mark.slow


def test_all_belongings_are_taken_and_the_requests_are_few(box: Endpoint) -> None:
    okta = Dana(box, things={}, of_the_directory=False)
    box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "belongings": [DANA]})
    receipts = okta.take(*USUAL, "devices", "deactivate")
    assert {
        name: receipt.outcome for name, receipt in receipts.items() if receipt.outcome is not Outcome.DONE
    } == {
        # Ended with the sessions, and read back by a step of its own.
        "client-tokens": Outcome.ALREADY
    }
    assert okta.names(f"/users/{okta.dana}/groups") == ["Everyone"]
    assert {each["username"] for each in okta.sessions()} == set()
    assert okta.status(okta.dana) == "DEPROVISIONED"
    # 84 on 2026-11-22, of which 32 take something.
    assert okta.requests <= 90
