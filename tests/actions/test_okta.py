from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from leaver.actions import Account, BadAnswer, DirectoryGroup, Forbidden, Outcome
from leaver.actions.okta_user import STATUSES

from .script import Script, answer, okta

ID = "00u0000000000000001"
ORG = "https://acme.okta.com"
READ = f"GET /api/v1/users/{ID}"
SUSPEND = f"POST /api/v1/users/{ID}/lifecycle/suspend"
DEACTIVATE = f"POST /api/v1/users/{ID}/lifecycle/deactivate"
SESSIONS = f"DELETE /api/v1/users/{ID}/sessions"


def user(status: str = "ACTIVE", id: str = ID, **more: Any) -> dict[str, Any]:
    profile = {"login": "dana.reyes@acme.example", "title": "Controller", "badge": "B-7"}
    return {"id": id, "status": status, "profile": profile} | more


def test_one_list_call_asks_for_every_status_the_deprovisioned_too(script: Script) -> None:
    script.on("GET /api/v1/users", answer(200, []))
    asyncio.run(okta(script).accounts())
    asked = parse_qs(script.seen[0].url.query.decode())
    assert asked["limit"] == ["200"]
    assert asked["filter"] == [" or ".join(f'status eq "{status}"' for status in STATUSES)]
    assert "DEPROVISIONED" in STATUSES
    assert script.seen[0].headers["Authorization"] == "SSWS s3cret-value"


def test_accounts_of_all_pages_with_their_whole_profile(script: Script) -> None:
    two = f"{ORG}/api/v1/users?after=x&limit=200"
    provider = {"provider": {"type": "ACTIVE_DIRECTORY", "name": "corp.example"}}
    script.on(
        "GET /api/v1/users",
        answer(200, [user()], Link=f'<{ORG}/api/v1/users?limit=200>; rel="self", <{two}>; rel="next"'),
        answer(200, [user("SUSPENDED", "00u2", credentials=provider)]),
    )
    profile = {"login": "dana.reyes@acme.example", "title": "Controller", "badge": "B-7"}
    assert asyncio.run(okta(script).accounts()) == {
        ID: Account(ID, "dana.reyes@acme.example", True, "ACTIVE", profile),
        "00u2": Account(
            "00u2",
            "dana.reyes@acme.example",
            False,
            "SUSPENDED",
            profile,
            mastered_elsewhere="ACTIVE_DIRECTORY corp.example",
        ),
    }
    assert str(script.seen[-1].url) == two


@pytest.mark.parametrize("status", STATUSES)
def test_sign_in_is_taken_away_only_from_the_suspended_locked_and_deprovisioned(
    script: Script, status: str
) -> None:
    script.on(READ, answer(200, user(status)))
    found = asyncio.run(okta(script).account(ID))
    assert found is not None
    assert found.enabled is (status not in ("SUSPENDED", "LOCKED_OUT", "DEPROVISIONED"))


@pytest.mark.parametrize("kind", ["OKTA", "IMPORT"])
def test_accounts_with_oktas_own_password_are_mastered_here(script: Script, kind: str) -> None:
    script.on(READ, answer(200, user(credentials={"provider": {"type": kind, "name": kind}})))
    found = asyncio.run(okta(script).account(ID))
    assert found is not None
    assert found.mastered_elsewhere is None


@pytest.mark.parametrize(
    "row",
    [
        {"id": ID},
        user("ASLEEP"),
        {"id": ID, "status": "ACTIVE", "profile": {}},
        {"id": ID, "status": "ACTIVE", "profile": {"login": 7}},
        {"id": "a/b", "status": "ACTIVE", "profile": {"login": "x"}},
        "?",
    ],
)
def test_an_account_that_cannot_be_understood_is_not_guessed_at(script: Script, row: Any) -> None:
    script.on("GET /api/v1/users", answer(200, [row]))
    with pytest.raises(BadAnswer, match="acme/okta: accounts: the answer"):
        asyncio.run(okta(script).accounts())


@pytest.mark.parametrize("link", ["https://evil.example/x", "http://acme.okta.com/x", "//evil.example", "\\"])
def test_a_next_page_elsewhere_is_refused(script: Script, link: str) -> None:
    script.on("GET /api/v1/users", answer(200, [], Link=f'<{link}>; rel="next"'))
    with pytest.raises(BadAnswer, match="leads to another host"):
        asyncio.run(okta(script).accounts())


def test_groups_of_every_kind(script: Script) -> None:
    rows = [
        {"id": "00g1", "type": "OKTA_GROUP", "profile": {"name": "Finance", "description": "Money"}},
        {"id": "00g2", "type": "APP_GROUP", "profile": {"name": "Domain Users"}},
        {"id": "00g3", "type": "BUILT_IN", "profile": {"name": "Everyone", "description": None}},
    ]
    script.on("GET /api/v1/groups", answer(200, rows))
    assert list(asyncio.run(okta(script).groups()).values()) == [
        DirectoryGroup("00g1", "Finance", "Money", "OKTA_GROUP"),
        DirectoryGroup("00g2", "Domain Users", None, "APP_GROUP", mastered_elsewhere="an application"),
        DirectoryGroup("00g3", "Everyone", None, "BUILT_IN", dynamic=True),
    ]


def test_members_of_each_group(script: Script) -> None:
    two = f'<{ORG}/api/v1/groups/00g1/users?after=x>; rel="next"'
    script.on(
        "GET /api/v1/groups/00g1/users",
        answer(200, [{"id": "00u1"}], Link=two),
        answer(200, [{"id": "00u2"}]),
    )
    script.on("GET /api/v1/groups/00g2/users", answer(200, []))
    found = asyncio.run(okta(script).members(["00g2", "00g1", "00g1"]))
    assert found == {"00g1": frozenset({"00u1", "00u2"}), "00g2": frozenset()}


def disable(script: Script) -> Outcome:
    return asyncio.run(okta(script).disable(ID))


REFUSED = answer(400, {"errorCode": "E0000001", "errorSummary": "Cannot suspend a user that is not active"})


def test_an_active_user_is_suspended_and_read_back(script: Script) -> None:
    script.on(SUSPEND, answer(200, {})).on(READ, answer(200, user("SUSPENDED"), X_Okta_Request_Id="r-9"))
    found = disable(script)
    assert (found.result, found.seen, found.request_id) == ("done", 'status="SUSPENDED"', "r-9")
    assert script.calls() == [SUSPEND, READ]


@pytest.mark.parametrize("status", ["SUSPENDED", "DEPROVISIONED"])
def test_a_user_who_is_out_stays_out(script: Script, status: str) -> None:
    script.on(SUSPEND, REFUSED).on(READ, answer(200, user(status)))
    assert disable(script).result == "already"
    assert script.calls() == [SUSPEND, READ]


@pytest.mark.parametrize("status", ["STAGED", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"])
def test_a_user_who_cannot_be_suspended_is_deactivated_after_the_sessions(
    script: Script, status: str
) -> None:
    script.on(SUSPEND, REFUSED).on(READ, answer(200, user(status)), answer(200, user("DEPROVISIONED")))
    script.on(SESSIONS, answer(204)).on(DEACTIVATE, answer(200, {}))
    found = disable(script)
    assert (found.result, found.seen) == ("done", 'status="DEPROVISIONED"')
    assert script.calls() == [SUSPEND, READ, SESSIONS, DEACTIVATE, READ]


@pytest.mark.parametrize("status", [None, [], 7, {"a": 1}])
def test_a_status_that_is_no_word_verifies_nothing(script: Script, status: Any) -> None:
    script.on(SUSPEND, answer(200, {})).on(READ, answer(200, {"status": status}))
    assert disable(script).result == "unverified"


def test_a_deactivation_under_way_is_waited_for(script: Script) -> None:
    under_way = answer(200, user("LOCKED_OUT", transitioningToStatus="DEPROVISIONED"))
    script.on(SUSPEND, REFUSED).on(READ, under_way, under_way, answer(200, user("DEPROVISIONED")))
    script.on(SESSIONS, answer(204)).on(DEACTIVATE, answer(200, {}))
    assert disable(script).result == "done"


def test_a_lost_answer_is_found_out_by_reading(script: Script) -> None:
    script.on(SUSPEND, httpx.ReadError("dropped"), REFUSED).on(READ, answer(200, user("SUSPENDED")))
    found = disable(script)
    assert found.result == "done"
    assert found.why.startswith("its answer got lost")


def test_a_forbidden_suspension_names_the_permission(script: Script) -> None:
    script.on(SUSPEND, answer(403, {"errorCode": "E0000006"})).on(READ, answer(200, user("ACTIVE")))
    found = disable(script)
    assert found.result == "failed"
    assert isinstance(found.error, Forbidden)
    assert "Grant the scope okta.users.manage" in found.why


def test_revoke_ends_sessions_and_oauth_tokens(script: Script) -> None:
    script.on(SESSIONS, answer(204))
    found = asyncio.run(okta(script).revoke(ID))
    assert (found.result, found.seen) == ("done", "204")
    assert script.seen[-1].url.query == b"oauthTokens=true"


@pytest.mark.parametrize(
    ("trouble", "result"),
    [
        (answer(403, {"errorCode": "E0000006"}), "failed"),
        (httpx.ReadError("dropped"), "unverified"),
        (httpx.ConnectError("refused"), "failed"),
    ],
)
def test_a_revocation_that_okta_did_not_confirm_is_not_done(
    script: Script, trouble: Any, result: str
) -> None:
    script.on(SESSIONS, trouble)
    assert asyncio.run(okta(script).revoke(ID)).result == result
