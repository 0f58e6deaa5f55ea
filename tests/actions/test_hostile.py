"""Whatever a directory answers, its client neither crashes nor hangs: an answer or a typed error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.actions import CallFailed, Directory, EntraCredentials, OktaCredentials, Outcome, Secret, connect
from leaver.actions.call import Policy
from tests.examples import examples

from .script import DANA, ENTRA, OKTA, TENANT, Script, answer, entra, okta

IMPATIENT = Policy(connect=0.5, read=0.5, call=0.02, settling=0.02, longest_wait=0.01, pause=0.001, pages=3)

KEYS = st.sampled_from(
    [
        *("value", "@odata.nextLink", "id", "userPrincipalName", "accountEnabled", "manager", "status"),
        *("profile", "login", "name", "credentials", "provider", "type", "displayName", "groupTypes"),
        *("responses", "body", "headers", "error", "errorCauses", "errorSummary", "code", "message"),
        *(
            "signInSessionsValidFromDateTime",
            "@odata.type",
            "roleDefinitionId",
            "principalId",
            "access_token",
        ),
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from([DANA, "ACTIVE", "x@y", "0", "https://graph.microsoft.com/x", "2026-11-22T14:00:00Z"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
ROW = st.dictionaries(KEYS, JSON, max_size=6).map(
    lambda more: {**more, "id": DANA, "userPrincipalName": "x@y", "accountEnabled": True}
)
SHAPED = ROW.flatmap(
    lambda row: st.sampled_from(
        [
            row,
            [row],
            {"value": [row]},
            {"responses": [{"id": "0", "status": 200, "body": {"value": [row]}}]},
            {"responses": [{"id": "0", "status": 429, "headers": row, "body": row}]},
        ]
    )
)
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Date", "Link", "X-Rate-Limit-Reset", "request-id", "Location"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
    | st.sampled_from(['<https://acme.okta.com/x>; rel="next"', "Sun, 22 Nov 2026 14:00:10 GMT"]),
)
ANSWERS = st.builds(
    lambda status, data, headers: httpx.Response(status, json=data, headers=headers),
    st.sampled_from([200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 503]),
    JSON | SHAPED,
    HEADERS,
)

CALLS: list[Callable[[Directory], Awaitable[Any]]] = [
    lambda directory: directory.accounts(),
    lambda directory: directory.groups(),
    lambda directory: directory.members([DANA]),
    lambda directory: directory.roles(),
    lambda directory: directory.account(DANA),
    lambda directory: directory.deleted(),
]


class Anything(Script):
    """Answers every call but the sign-in with the same thing."""

    def __init__(self, always: httpx.Response) -> None:
        super().__init__()
        self.always = always

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return answer(200, {"access_token": "token-one", "expires_in": 3600})
        copy = self.always
        return httpx.Response(copy.status_code, content=copy.content, headers=copy.headers)


@pytest.mark.parametrize("opened", [entra, okta])
@given(always=ANSWERS)
@examples(50)
def test_any_json_ends_in_an_answer_or_a_typed_error(
    opened: Callable[[Script, Policy], Directory], always: httpx.Response
) -> None:
    async def run() -> None:
        directory = opened(Anything(always), IMPATIENT)
        said: list[str] = []
        for call in CALLS:
            try:
                await call(directory)
            except CallFailed as error:
                said.append(str(error))
        assert not any("\n" in line for line in said)
        assert isinstance(await directory.disable(DANA), Outcome)
        assert isinstance(await directory.revoke(DANA), Outcome)
        await directory.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 999 \xff\r\nDate: \xff\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
    ],
)
def test_bytes_that_are_no_http_end_in_a_typed_error(said: bytes) -> None:
    async def run() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(said)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        held = EntraCredentials(TENANT, "app", login=address, graph=address, client_secret=Secret("s"))
        token = OktaCredentials("acme", "okta.com", address, api_token=Secret("s"))
        for directory in (
            connect("acme", "entra", ENTRA, sandbox=True, credentials=held, policy=IMPATIENT),
            connect("acme", "okta", OKTA, sandbox=True, credentials=token, policy=IMPATIENT),
        ):
            with pytest.raises(CallFailed):
                await directory.accounts()
            assert not (await directory.disable(DANA)).verified
            await directory.close()
        server.close()

    asyncio.run(run())
