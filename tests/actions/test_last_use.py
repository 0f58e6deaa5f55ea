"""When an account was last used, as each directory says it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from leaver.actions import EntraCredentials, Secret, connect
from leaver.model import EntraSettings
from tests.actions.script import DANA, ENTRA, HASTY, TENANT, Script, answer, okta

MADE = "2026-01-02T03:04:05.000Z"
USED = "2026-10-08T14:00:00Z"


@pytest.fixture
def script() -> Script:
    return Script()


def okta_user(**more: Any) -> dict[str, Any]:
    return {"id": "00u1", "status": "ACTIVE", "profile": {"login": "dana@acme.example"}, **more}


@pytest.mark.parametrize(("last", "used"), [(USED, datetime(2026, 10, 8, 14, tzinfo=UTC)), (None, None)])
def test_okta_always_says_when_an_account_was_made_and_used(
    last: str | None, used: datetime | None, script: Script
) -> None:
    script.on("GET /api/v1/users", answer(200, [okta_user(created=MADE, lastLogin=last)]))
    account = asyncio.run(okta(script).accounts())["00u1"]
    assert account.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert account.last_used == used


def entra_accounts(script: Script, settings: EntraSettings, **more: Any) -> Any:
    row = {"id": DANA, "userPrincipalName": "dana@acme.example", "accountEnabled": True, **more}
    script.on("GET /beta/users", answer(200, {"value": [row]}))
    held = EntraCredentials(TENANT, "app-one", client_secret=Secret("s3cret-value"))
    transport = httpx.MockTransport(script)
    directory = connect(
        "acme", "entra", settings, sandbox=False, credentials=held, policy=HASTY, transport=transport
    )
    return asyncio.run(directory.accounts())[DANA]


def test_entra_is_asked_only_where_the_client_says_that_it_may_answer(script: Script) -> None:
    account = entra_accounts(script, ENTRA)
    assert "signInActivity" not in parse_qs(script.seen[-1].url.query.decode())["$select"][0]
    assert (account.created, account.last_used) == (None, None)


def test_the_latest_of_entras_sign_ins_counts(script: Script) -> None:
    asking = ENTRA.model_copy(update={"sign_ins": True})
    activity = {
        "lastSignInDateTime": "2026-09-01T00:00:00Z",
        "lastNonInteractiveSignInDateTime": USED,
        "lastSuccessfulSignInDateTime": None,
    }
    account = entra_accounts(script, asking, createdDateTime=MADE, signInActivity=activity)
    assert "createdDateTime,signInActivity" in parse_qs(script.seen[-1].url.query.decode())["$select"][0]
    assert account.last_used == datetime(2026, 10, 8, 14, tzinfo=UTC)
    assert account.created == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("activity", [None, {}, "never", {"lastSignInDateTime": 7}])
def test_an_account_without_activity_was_never_used(activity: Any, script: Script) -> None:
    asking = ENTRA.model_copy(update={"sign_ins": True})
    assert entra_accounts(script, asking, createdDateTime=MADE, signInActivity=activity).last_used is None
