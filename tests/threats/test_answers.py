"""A directory that lies, over real HTTP: its client asks nobody else, reads a bounded amount, and says the fault."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from leaver.actions import CallFailed, Directory, Outcome
from leaver.actions.call import Call
from leaver.actions.channel import Channel
from tests.actions.script import DANA
from tests.threats.servers import HASTY, TOKEN, Said, Server, entra, okta, serving

pytestmark = pytest.mark.slow

Opened = Callable[[Server], Directory]
BOTH = pytest.mark.parametrize("opened", [entra, okta])


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture
def stranger() -> Iterator[Server]:
    """Somebody else's server: whatever it is asked, a token may have come along."""
    with serving() as made:
        yield made


def said(server: Server, opened: Opened, ask: Callable[[Directory], Awaitable[Any]]) -> str:
    """The error that the call ends with."""

    async def run() -> str:
        directory = opened(server)
        try:
            with pytest.raises(CallFailed) as failed:
                await ask(directory)
            return str(failed.value)
        finally:
            await directory.close()

    return asyncio.run(run())


def outcome(server: Server, opened: Opened, do: Callable[[Directory], Awaitable[Outcome]]) -> Outcome:
    async def run() -> Outcome:
        directory = opened(server)
        try:
            return await do(directory)
        finally:
            await directory.close()

    return asyncio.run(run())


def row(id: str, **more: Any) -> dict[str, Any]:
    """An account that both clients would take."""
    return {
        "id": id, "userPrincipalName": "x@acme.example", "accountEnabled": True, "status": "ACTIVE",
        "profile": {"login": "x@acme.example"}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    "form",
    [
        "{other}/next",
        "//{host}/next",
        "http://127.0.0.1@{host}/next",
        "{other}",
        "http:\\\\{host}\\next",
        "HTTP://{host}/next",
    ],
)
@BOTH
def test_a_next_page_at_another_host_is_not_asked_for(
    server: Server, stranger: Server, opened: Opened, form: str
) -> None:
    link = form.format(other=stranger.address, host=stranger.address.removeprefix("http://"))
    if opened is entra:
        server.always = Said.of({"value": [], "@odata.nextLink": link})
    else:
        server.always = Said.of([], Link=f'<{link}>; rel="next"')
    assert said(server, opened, lambda directory: directory.accounts())
    assert stranger.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@BOTH
def test_a_redirect_is_followed_nowhere(
    server: Server, stranger: Server, opened: Opened, status: int
) -> None:
    server.always = Said(b"", status, {"Location": f"{stranger.address}/v1.0/users"})
    said(server, opened, lambda directory: directory.accounts())
    assert not outcome(server, opened, lambda directory: directory.disable(DANA)).verified
    assert not outcome(server, opened, lambda directory: directory.revoke(DANA)).verified
    assert stranger.asked == []


def test_a_redirect_of_the_sign_in_does_not_take_the_secret_along(server: Server, stranger: Server) -> None:
    server.answers[TOKEN] = Said(b"", 307, {"Location": f"{stranger.address}{TOKEN}"})
    assert "s3cret-value" not in said(server, entra, lambda directory: directory.accounts())
    assert stranger.asked == []


def test_no_call_leaves_the_origin_whatever_made_its_address(stranger: Server) -> None:
    async def run() -> str:
        channel = Channel("acme/entra", "http://127.0.0.1:9", policy=HASTY, secrets=[])
        try:
            with pytest.raises(CallFailed) as failed:
                await channel.send(Call("GET", f"{stranger.address}/v1.0/users", "users"), "Bearer token-one")
            return str(failed.value)
        finally:
            await channel.close()

    assert "leads to another host" in asyncio.run(run())
    assert stranger.asked == []


@pytest.mark.parametrize(
    "id",
    [
        "../../groups/all",
        "a/b",
        "a?b=c",
        "a#b",
        "%2e%2e",
        "..",
        ".",
        "",
        "a b",
        "a\n",
        "a;b",
        "a'b",
        "x" * 129,
        7,
        None,
        ["a"],
    ],
)
@BOTH
def test_an_id_that_would_lead_elsewhere_is_none(server: Server, opened: Opened, id: Any) -> None:
    rows = [row(id)]
    server.always = Said.of({"value": rows} if opened is entra else rows)
    assert "has an object with the id" in said(server, opened, lambda directory: directory.accounts())


@pytest.mark.parametrize(
    "answer",
    [
        Said(b"<html>Sign in to the hotel's network</html>", headers={"Content-Type": "text/html"}),
        Said(b"<html></html>", headers={"Content-Type": "application/json"}),
        Said(b"\xff\xfe<\x00", headers={"Content-Type": "application/json; charset=utf-16"}),
        Said(b"[]]", headers={"Content-Type": "application/json"}),
        Said(b"\x80\x04.", headers={"Content-Type": "application/x-python-pickle"}),
        Said(b"[" * 100_000, headers={"Content-Type": "application/json"}),
        Said(b'{"value": ' + b"1" * 5000 + b"}", headers={"Content-Type": "application/json"}),
        Said(b"not gzip", headers={"Content-Encoding": "gzip"}),
        Said(b"null"),
        Said(b'"text"'),
    ],
    ids=[
        "html",
        "html as json",
        "utf-16",
        "more than json",
        "pickle",
        "depth",
        "digits",
        "no gzip",
        "null",
        "text",
    ],
)
@BOTH
def test_what_is_not_the_answer_is_said_to_be_none(server: Server, opened: Opened, answer: Said) -> None:
    server.always = answer
    line = said(server, opened, lambda directory: directory.accounts())
    assert "\n" not in line
    assert len(line) < 600


@BOTH
def test_a_small_answer_that_unpacks_to_a_large_one_is_not_unpacked(server: Server, opened: Opened) -> None:
    packed = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    assert len(packed) < HASTY.page_bytes
    server.always = Said(packed, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert "is larger than 200000 bytes" in said(server, opened, lambda directory: directory.accounts())


@BOTH
def test_an_answer_of_gigabytes_is_left_unread(server: Server, opened: Opened) -> None:
    server.always = Said(b"[" + b" " * 5_000_000 + b"]")
    assert "is larger than 200000 bytes" in said(server, opened, lambda directory: directory.accounts())


@BOTH
def test_a_name_is_taken_as_it_is_and_nothing_else_happens(server: Server, opened: Opened) -> None:
    name = "\x1b]0;owned\x07<script>=cmd()|@everyone\u202e"
    rows = [row(DANA, displayName=name, profile={"login": "x@acme.example", "displayName": name})]
    server.always = Said.of({"value": rows} if opened is entra else rows)

    async def run() -> Any:
        directory = opened(server)
        try:
            return await directory.accounts()
        finally:
            await directory.close()

    [account] = asyncio.run(run()).values()
    assert account.attributes["displayName"] == name


@pytest.mark.parametrize(
    "wait", ["1e9", "99999999999", "-5", "Fri, 31 Dec 9999 23:59:59 GMT", "NaN", "\u0661"]
)
@BOTH
def test_a_directory_cannot_make_the_run_wait_as_long_as_it_likes(
    server: Server, opened: Opened, wait: str
) -> None:
    safe = wait.encode().decode("latin-1")
    server.always = Said(b"{}", 429, {"Retry-After": safe, "X-Rate-Limit-Reset": "99999999999"})
    policy = replace(HASTY, call=0.5)
    said(server, lambda at: opened(at, policy), lambda directory: directory.accounts())  # type: ignore[call-arg]
    assert len(server.asked) < 200
