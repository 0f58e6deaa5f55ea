from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from leaver.actions import Account, DirectoryGroup, Forbidden, Missing, Outcome, Throttled
from leaver.actions.channel import Policy
from leaver.actions.entra_rows import ATTRIBUTES

from .script import DANA, HASTY, LEE, Script, answer, entra

GRAPH = "https://graph.microsoft.com"
GROUP = "c0000000-0000-4000-8000-00000000000{}"


def user(id: str = DANA, **more: Any) -> dict[str, Any]:
    return {"id": id, "userPrincipalName": "dana.reyes@acme.example", "accountEnabled": True} | more


def test_one_list_call_asks_for_all_that_an_update_would_overwrite(script: Script) -> None:
    script.on("GET /beta/users", answer(200, {"value": []}))
    asyncio.run(entra(script).accounts())
    asked = parse_qs(script.seen[-1].url.query.decode())
    # The body of the provider's PATCH, and what it sends only when it is set.
    sent_by_the_provider = {
        *("accountEnabled", "ageGroup", "city", "companyName", "consentProvidedForMinor", "country"),
        *("department", "displayName", "employeeId", "employeeOrgData", "employeeType", "faxNumber"),
        *("givenName", "jobTitle", "mailNickname", "mobilePhone", "officeLocation", "otherMails"),
        *("passwordPolicies", "postalCode", "preferredLanguage", "state", "streetAddress", "surname"),
        *("usageLocation", "userPrincipalName"),
        *("businessPhones", "mail", "onPremisesImmutableId", "employeeHireDate", "showInAddressList"),
    }
    assert sent_by_the_provider <= set(ATTRIBUTES) <= set(asked["$select"][0].split(","))
    assert asked["$expand"] == ["manager($select=id)"]
    assert asked["$top"] == ["999"]


def test_accounts_of_all_pages_the_disabled_ones_too(script: Script) -> None:
    dana = user(
        jobTitle="Controller",
        otherMails=[],
        manager={"id": LEE},
        onPremisesSyncEnabled=True,
        signInSessionsValidFromDateTime="2026-11-20T09:00:00Z",
    )
    lee = user(LEE, userPrincipalName="lee@acme.example", accountEnabled=False)
    link = f"{GRAPH}/beta/users?$skiptoken=two"
    script.on(
        "GET /beta/users",
        answer(200, {"value": [dana], "@odata.nextLink": link}),
        answer(200, {"value": [lee]}),
    )
    found = asyncio.run(entra(script).accounts())
    assert found == {
        DANA: Account(
            id=DANA,
            username="dana.reyes@acme.example",
            enabled=True,
            status="enabled",
            attributes={
                "accountEnabled": True,
                "userPrincipalName": "dana.reyes@acme.example",
                "jobTitle": "Controller",
                "otherMails": [],
            },
            manager=LEE,
            mastered_elsewhere="on-premises",
            sessions_valid_from=datetime(2026, 11, 20, 9, tzinfo=UTC),
        ),
        LEE: Account(
            id=LEE,
            username="lee@acme.example",
            enabled=False,
            status="disabled",
            attributes={"accountEnabled": False, "userPrincipalName": "lee@acme.example"},
        ),
    }
    assert str(script.seen[-1].url) == link


def test_an_account_that_does_not_exist_is_none(script: Script) -> None:
    script.on(f"GET /beta/users/{DANA}", answer(404, {"error": {"code": "Request_ResourceNotFound"}}))
    assert asyncio.run(entra(script).account(DANA)) is None


def test_a_deleted_account_shows_under_its_own_name(script: Script) -> None:
    hidden = DANA.replace("-", "") + "dana.reyes@acme.example"
    row = user(userPrincipalName=hidden, deletedDateTime="2026-11-20T09:00:00Z")
    script.on("GET /v1.0/directory/deletedItems/microsoft.graph.user", answer(200, {"value": [row]}))
    found = asyncio.run(entra(script).deleted())[DANA]
    assert found.username == "dana.reyes@acme.example"
    assert found.attributes["deletedDateTime"] == "2026-11-20T09:00:00Z"


def test_groups_of_every_kind(script: Script) -> None:
    rows = [
        {"id": GROUP.format(1), "displayName": "Finance", "description": "Money", "securityEnabled": True},
        {"id": GROUP.format(2), "displayName": "Team", "groupTypes": ["Unified"], "mailEnabled": True},
        {"id": GROUP.format(3), "displayName": "All", "groupTypes": ["DynamicMembership"]},
        {"id": GROUP.format(4), "displayName": "List", "mailEnabled": True, "onPremisesSyncEnabled": True},
    ]
    script.on("GET /v1.0/groups", answer(200, {"value": rows}))
    assert list(asyncio.run(entra(script).groups()).values()) == [
        DirectoryGroup(GROUP.format(1), "Finance", "Money", "security"),
        DirectoryGroup(GROUP.format(2), "Team", None, "microsoft365"),
        DirectoryGroup(GROUP.format(3), "All", None, "security", dynamic=True),
        DirectoryGroup(GROUP.format(4), "List", None, "distribution", mastered_elsewhere="on-premises"),
    ]


def member(id: str, kind: str = "user") -> dict[str, str]:
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": id}


def batched(inner: Any) -> Any:
    """A batch endpoint that answers each request inside by `inner(url)`."""

    def run(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["requests"]
        assert len(asked) <= 20
        return answer(
            200, {"responses": [{"id": each["id"], **inner(each["url"])} for each in reversed(asked)]}
        )

    return run


def test_members_of_many_groups_come_in_batches_of_twenty(script: Script) -> None:
    script.on(
        "POST /v1.0/$batch",
        batched(
            lambda _: {"status": 200, "body": {"value": [member(DANA), member(GROUP.format(9), "group")]}}
        ),
    )
    ids = [f"c0000000-0000-4000-8000-{number:012}" for number in range(45)]
    found = asyncio.run(entra(script).members(ids))
    assert found == dict.fromkeys(ids, frozenset({DANA, GROUP.format(9)})), "a nested group is a member too"
    assert script.calls() == ["POST /v1.0/$batch"] * 3


def test_members_beyond_the_first_page_are_followed(script: Script) -> None:
    group = GROUP.format(1)
    link = f"{GRAPH}/v1.0/groups/{group}/members?$skiptoken=two"
    script.on(
        "POST /v1.0/$batch",
        batched(lambda _: {"status": 200, "body": {"value": [member(DANA)], "@odata.nextLink": link}}),
    )
    script.on(f"GET /v1.0/groups/{group}/members", answer(200, {"value": [member(LEE)]}))
    assert asyncio.run(entra(script).members([group])) == {group: frozenset({DANA, LEE})}


def test_a_throttled_part_of_a_batch_is_asked_for_again(script: Script) -> None:
    tried: list[str] = []

    def inner(url: str) -> dict[str, Any]:
        tried.append(url)
        if "0001/" in url and tried.count(url) < 3:
            return {"status": 429, "headers": {"Retry-After": "0"}, "body": {}}
        return {"status": 200, "body": {"value": []}}

    script.on("POST /v1.0/$batch", batched(inner))
    ids = [f"c0000000-0000-4000-8000-{number:012}" for number in range(3)]
    assert asyncio.run(entra(script).members(ids)) == dict.fromkeys(ids, frozenset())
    assert len(tried) == 5


@pytest.mark.parametrize(
    ("inner", "error"),
    [
        ({"status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}}, Missing),
        ({"status": 403, "body": {"error": {"code": "Authorization_RequestDenied"}}}, Forbidden),
        ({"status": 429, "headers": {"Retry-After": "900"}}, Throttled),
    ],
)
def test_a_refused_part_of_a_batch_is_an_error_of_that_group(
    script: Script, inner: dict[str, Any], error: type[Exception]
) -> None:
    script.on("POST /v1.0/$batch", batched(lambda _: inner))
    with pytest.raises(error, match=f'acme/entra: group "{GROUP.format(1)}": {inner["status"]}'):
        asyncio.run(entra(script).members([GROUP.format(1)]))


def test_roles_by_name_with_their_assignments(script: Script) -> None:
    base = "/v1.0/roleManagement/directory"
    script.on(
        f"GET {base}/roleDefinitions",
        answer(200, {"value": [{"id": "r-1", "displayName": "User Administrator"}]}),
    )
    rows = [
        {"id": "a-1", "roleDefinitionId": "r-1", "principalId": DANA, "directoryScopeId": "/"},
        {"id": "a-2", "roleDefinitionId": "r-1", "principalId": DANA, "directoryScopeId": "/units/x"},
        {"id": "a-3", "roleDefinitionId": "r-1", "principalId": LEE, "directoryScopeId": "/units/x"},
    ]
    script.on(f"GET {base}/roleAssignments", answer(200, {"value": rows}))
    assert asyncio.run(entra(script).roles()) == {"User Administrator": {DANA: "a-1", LEE: "a-3"}}


PATCH = f"PATCH /v1.0/users/{DANA}"
POST = f"POST /v1.0/users/{DANA}/revokeSignInSessions"
READ = f"GET /v1.0/users/{DANA}"


def disable(script: Script, policy: Policy = HASTY) -> Outcome:
    return asyncio.run(entra(script, policy).disable(DANA))


def revoke(script: Script) -> Outcome:
    return asyncio.run(entra(script).revoke(DANA))


def shows(enabled: bool) -> httpx.Response:
    return answer(200, {"accountEnabled": enabled}, request_id="r-7")


def test_disable_is_said_to_be_done_when_it_was_read_back(script: Script) -> None:
    script.on(PATCH, answer(204)).on(READ, shows(False))
    assert disable(script) == Outcome(
        "disable",
        "done",
        "read back",
        "r-7",
        datetime(2026, 11, 22, 14, 0, 10, tzinfo=UTC),
        "accountEnabled=false",
    )
    assert script.calls() == [PATCH, READ]
    assert script.body(1) == {"accountEnabled": False}


def test_a_stale_reading_is_read_again(script: Script) -> None:
    script.on(PATCH, answer(204)).on(READ, shows(True), shows(True), shows(False))
    assert disable(script, replace(HASTY, settling=5.0)).result == "done"
    assert script.calls() == [PATCH, READ, READ, READ]


def test_what_stays_stale_is_unverified(script: Script) -> None:
    script.on(PATCH, answer(204)).on(READ, shows(True))
    found = disable(script)
    assert (found.result, found.verified) == ("unverified", False)
    assert found.why == "the directory accepted it, and after 0.2 s still shows accountEnabled=true"


def test_a_reading_that_is_refused_leaves_it_unverified(script: Script) -> None:
    script.on(PATCH, answer(204)).on(READ, answer(403, {}))
    found = disable(script)
    assert found.result == "unverified"
    assert "Grant User.Read.All." in found.why


def test_an_answer_lost_after_the_write_is_found_out_by_reading(script: Script) -> None:
    script.on(PATCH, httpx.ReadError("dropped"), answer(503, {})).on(READ, shows(False))
    found = disable(script)
    assert found.result == "done"
    assert found.why.startswith("its answer got lost")


def test_an_answer_lost_before_the_write_is_found_out_too(script: Script) -> None:
    script.on(PATCH, httpx.ReadError("dropped")).on(READ, shows(True))
    found = disable(script)
    assert found.result == "failed"
    assert found.why.endswith("The directory shows accountEnabled=true.")


@pytest.mark.slow
def test_a_directory_that_is_gone_leaves_it_unverified_or_failed(script: Script) -> None:
    script.on(PATCH, httpx.ReadError("dropped")).on(READ, httpx.ConnectError("refused"))
    assert disable(script).result == "unverified"
    script.on(PATCH, httpx.ConnectError("refused"))
    assert disable(script).result == "failed"


def test_a_refused_disable_names_the_permission(script: Script) -> None:
    script.on(PATCH, answer(403, {"error": {"code": "Authorization_RequestDenied"}})).on(READ, shows(True))
    found = disable(script)
    assert found.result == "failed"
    assert isinstance(found.error, Forbidden)
    assert "Grant User.EnableDisableAccount.All and User.Read.All" in found.why
    assert script.calls() == [PATCH, READ]


def test_a_refused_disable_of_a_disabled_account_is_no_failure(script: Script) -> None:
    script.on(PATCH, answer(403, {})).on(READ, shows(False))
    assert disable(script).result == "already"


def test_a_missing_account_is_a_failure_that_says_so(script: Script) -> None:
    script.on(PATCH, answer(404, {})).on(READ, answer(404, {}))
    found = disable(script)
    assert found.result == "failed"
    assert isinstance(found.error, Missing)


def valid_from(text: str | None) -> httpx.Response:
    return answer(200, {"signInSessionsValidFromDateTime": text})


@pytest.mark.parametrize(
    ("shown", "result"),
    [
        ("2026-11-22T14:00:10Z", "done"),
        ("2026-11-22T14:00:09Z", "done"),
        ("2026-11-22T13:59:00Z", "unverified"),
        ("nonsense", "unverified"),
        (None, "unverified"),
    ],
)
def test_sessions_are_ended_when_none_from_before_the_call_is_valid(
    script: Script, shown: str | None, result: str
) -> None:
    script.on(POST, answer(200, {"value": True})).on(READ, valid_from(shown))
    assert revoke(script).result == result


def test_without_the_directorys_clock_nothing_is_verified(script: Script) -> None:
    script.on(POST, answer(200, {"value": True}))
    script.on(READ, httpx.Response(200, json={"signInSessionsValidFromDateTime": "2026-11-22T14:00:10Z"}))
    assert revoke(script).result == "unverified"


def test_revoking_again_does_no_harm_so_a_lost_answer_is_retried(script: Script) -> None:
    script.on(POST, httpx.ReadError("dropped"), answer(204)).on(READ, valid_from("2026-11-22T14:00:10Z"))
    assert revoke(script).result == "done"
    assert script.calls() == [POST, POST, READ]
