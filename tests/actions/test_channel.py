"""What happens to a call on a bad day, seen through a directory that uses it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from leaver.actions import (
    Account,
    BadAnswer,
    CallFailed,
    Failing,
    Forbidden,
    Missing,
    Refused,
    Throttled,
    Unauthorised,
    Unreachable,
)

from .script import DANA, HASTY, TENANT, Script, answer, entra, okta

USERS = "GET /beta/users"
EMPTY = {"value": []}


def accounts(script: Script, **policy: Any) -> dict[str, Account]:
    async def read() -> dict[str, Account]:
        directory = entra(script, replace(HASTY, **policy))
        try:
            return await directory.accounts()
        finally:
            await directory.close()

    return asyncio.run(read())


def refusal(script: Script, **policy: Any) -> CallFailed:
    with pytest.raises(CallFailed) as raised:
        accounts(script, **policy)
    return raised.value


@pytest.mark.parametrize(
    "trouble",
    [
        answer(429, {"error": {"code": "TooManyRequests"}}, Retry_After="0"),
        answer(429, {}, Retry_After="Sun, 22 Nov 2026 14:00:10 GMT"),
        answer(429, {}),
        answer(500),
        answer(503, {}, Retry_After="0"),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("dropped"),
    ],
)
def test_a_passing_trouble_is_waited_out(script: Script, trouble: Any) -> None:
    script.on(USERS, trouble, trouble, answer(200, EMPTY))
    assert accounts(script) == {}
    assert script.calls() == [USERS] * 3


def test_a_long_wait_is_not_waited_but_told(script: Script) -> None:
    script.on(USERS, answer(429, {"error": {"code": "TooManyRequests"}}, Retry_After="300", request_id="r-1"))
    error = refusal(script)
    assert isinstance(error, Throttled)
    assert str(error) == (
        "acme/entra: accounts: 429 (TooManyRequests) [request r-1]. "
        "Try again at 14:05:10 UTC by the directory's clock."
    )
    assert error.wait == 300
    assert script.calls() == [USERS]


def test_trouble_that_does_not_pass_ends_at_the_deadline(script: Script) -> None:
    script.on(USERS, answer(503, {}))
    error = refusal(script, call=0.2)
    assert isinstance(error, Failing)
    assert error.maybe_done
    assert len(script.calls()) > 2


@pytest.mark.parametrize(
    ("status", "kind", "remedy"),
    [
        (400, Refused, "See the vendor's description"),
        (403, Forbidden, "Grant User.Read.All."),
        (404, Missing, "Check that it has not been deleted."),
        (501, Refused, "See the vendor's description"),
        (302, BadAnswer, "The API redirects nobody"),
    ],
)
def test_a_clear_refusal_is_not_repeated(
    script: Script, status: int, kind: type[CallFailed], remedy: str
) -> None:
    script.on(
        USERS, answer(status, {"error": {"code": "X", "message": "no"}}, Location="https://evil.example/")
    )
    error = refusal(script)
    assert type(error) is kind
    assert remedy in str(error)
    assert not error.maybe_done
    assert script.calls() == [USERS]


def test_a_refused_token_is_renewed_once(script: Script) -> None:
    token = f"POST /{TENANT}/oauth2/v2.0/token"
    script.on(
        token,
        answer(200, {"access_token": "old", "expires_in": 3600}),
        answer(200, {"access_token": "new", "expires_in": 3600}),
    )
    script.on(USERS, answer(401), answer(200, EMPTY))
    assert accounts(script) == {}
    sent = [each.headers["Authorization"] for each in script.seen if each.method == "GET"]
    assert sent == ["Bearer old", "Bearer new"]


def test_a_second_refused_token_is_an_error(script: Script) -> None:
    script.on(USERS, answer(401))
    assert isinstance(refusal(script), Unauthorised)
    assert script.calls() == [USERS] * 2


def test_an_api_token_is_not_renewed(script: Script) -> None:
    script.on("GET /api/v1/users", answer(401, {"errorCode": "E0000011", "errorSummary": "Invalid token"}))
    with pytest.raises(Unauthorised, match=r"acme/okta: accounts: 401 \(E0000011 Invalid token\)\."):
        asyncio.run(okta(script).accounts())
    assert script.calls() == ["GET /api/v1/users"]


@pytest.mark.parametrize("status", [400, 401])
def test_bad_credentials_are_named_so(script: Script, status: int) -> None:
    body = {"error": "invalid_client", "error_description": "AADSTS7000215: s3cret-value is wrong"}
    script.on(f"POST /{TENANT}/oauth2/v2.0/token", answer(status, body))
    error = refusal(script)
    assert isinstance(error, Unauthorised)
    assert "AADSTS7000215: *** is wrong" in str(error)
    assert "s3cret-value" not in f"{error} {error!r} {error.fault}"


def test_an_access_token_is_kept_out_of_messages(script: Script) -> None:
    script.on(USERS, answer(400, {"error": {"code": "X", "message": "bad: Bearer token-one"}}))
    assert "token-one" not in str(refusal(script))


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"access_token": "a"},
        {"access_token": 7, "expires_in": 9},
        {"access_token": "a\r\nX: y", "expires_in": 9},
    ],
)
def test_a_token_endpoint_that_talks_nonsense(script: Script, body: Any) -> None:
    script.on(f"POST /{TENANT}/oauth2/v2.0/token", answer(200, body))
    assert isinstance(refusal(script), BadAnswer)


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>Sign in to the hotel's network</html>"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b"\xff"),
        answer(200, []),
        answer(200, {"value": None}),
        answer(200, {"value": ["x"]}),
        answer(200, {"value": [{}]}),
        answer(200, {"value": [{"id": "../../evil", "userPrincipalName": "a@b", "accountEnabled": True}]}),
        answer(200, {"value": [{"id": DANA, "userPrincipalName": "a@b"}]}),
        answer(200, {"value": [{"id": DANA, "userPrincipalName": "a@b", "accountEnabled": None}]}),
        answer(200, {"value": [{"id": DANA, "accountEnabled": True}]}),
        answer(200, {"value": [], "@odata.nextLink": "https://evil.example/beta/users?$skiptoken=1"}),
        answer(200, {"value": [], "@odata.nextLink": "http://graph.microsoft.com/beta/users"}),
        answer(200, {"value": [], "@odata.nextLink": "https://graph.microsoft.com:444/beta/users"}),
        answer(200, {"value": [], "@odata.nextLink": "https://graph.microsoft.com@evil.example/"}),
        answer(200, {"value": [], "@odata.nextLink": "::::"}),
        answer(200, {"value": [], "@odata.nextLink": {"a": 1}}),
    ],
)
def test_an_answer_that_breaks_the_apis_promises(script: Script, response: httpx.Response) -> None:
    script.on(USERS, response)
    assert isinstance(refusal(script), BadAnswer)
    assert {each.url.host for each in script.seen} <= {"login.microsoftonline.com", "graph.microsoft.com"}


def test_a_list_without_an_end_ends(script: Script) -> None:
    script.on(
        USERS, answer(200, {"value": [], "@odata.nextLink": "https://graph.microsoft.com/beta/users?x=1"})
    )
    assert "has no last page" in str(refusal(script))
    count = iter(range(10_000))

    def another(_: httpx.Request) -> httpx.Response:
        link = f"https://graph.microsoft.com/beta/users?x={next(count)}"
        return answer(200, {"value": [], "@odata.nextLink": link})

    script.on(USERS, another)
    assert "has no last page (after 51)" in str(refusal(script, pages=50))


def test_an_answer_that_is_too_large_is_not_read_to_its_end(script: Script) -> None:
    sent = 0

    class Flood(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            nonlocal sent
            while True:
                sent += 1
                yield b" " * 1000

    script.on(USERS, lambda _: httpx.Response(200, stream=Flood()))
    assert "is larger than 10000 bytes" in str(refusal(script, page_bytes=10_000))
    assert sent < 20


def test_an_answer_that_trickles_ends_at_the_deadline(script: Script) -> None:
    class Trickle(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.01)
                yield b" "

    script.on(USERS, lambda _: httpx.Response(200, stream=Trickle()))
    error = refusal(script, call=0.1)
    assert isinstance(error, Unreachable)
    assert "no answer within 0.1 s" in str(error)
    assert error.maybe_done


def test_a_refused_connection_did_nothing(script: Script) -> None:
    script.on(USERS, httpx.ConnectError("refused"))
    error = refusal(script, call=0.05)
    assert isinstance(error, Unreachable)
    assert not error.maybe_done
