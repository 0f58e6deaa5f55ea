"""The service's hands, on the sandbox: what is already over, what would stop a departure, and what hangs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leaver import actions
from leaver.errors import LeaverError
from leaver.model import Client
from leaver.schedule import Due, Urgency
from leaver.service.cutter import Cutter
from tests.e2e.world import World

BOTH = ("entra", "okta")
NOBODY: dict[str, dict[str, Any]] = {"dana": {}, "sam": {}}


@pytest.fixture
def filled(world: World) -> World:
    world.register(BOTH)
    world.write(NOBODY, directories=BOTH)
    names = [f"{key}@acme.example" for key in NOBODY]
    users = [{"userPrincipalName": name, "displayName": name, "accountEnabled": True} for name in names]
    people = [{"login": name, "email": name, "firstName": "P", "lastName": "N"} for name in names]
    for directory, seeds in (("entra", users), ("okta", people)):
        world.endpoint.admin("POST", "/seed", {"client": "acme", "directory": directory, "users": seeds})
    return world


def opener(world: World) -> Callable[[Client, str], actions.Directory]:
    def open_directory(client: Client, name: str) -> actions.Directory:
        settings = client.settings.directories[name]
        found = actions.credentials(client.key, name, settings, sandbox=True, environ={}, home=world.home)
        return actions.connect(
            client.key, name, settings, sandbox=True, credentials=found, policy=actions.cut_policy()
        )

    return open_directory


def now() -> datetime:
    return datetime.now(UTC)


def due(person: str, at: datetime) -> Due:
    return Due(Urgency.VOLUNTARY, at, "acme", person)


def played(world: World, scene: Callable[[Cutter], Coroutine[Any, Any, None]], **more: Any) -> None:
    async def whole() -> None:
        cutter = Cutter(opener(world), now, **more)
        try:
            await scene(cutter)
        finally:
            await cutter.close()

    asyncio.run(whole())


def test_who_is_cut_is_over_and_who_is_not_is_still_open(filled: World) -> None:
    at = now().replace(microsecond=0)
    both = [due("dana", at), due("sam", at)]

    async def scene(cutter: Cutter) -> None:
        assert await cutter.still_open(filled.client, both) == both
        report = await cutter.cut(filled.client, "dana", lambda _: None)
        assert report.verified
        assert await cutter.still_open(filled.client, both) == [due("sam", at)]

    played(filled, scene)


def test_an_account_disabled_without_its_sessions_revoked_is_still_open(filled: World) -> None:
    at = now() + timedelta(seconds=30)

    async def scene(cutter: Cutter) -> None:
        await cutter.cut(filled.client, "dana", lambda _: None)
        assert await cutter.still_open(filled.client, [due("dana", at)]) == [due("dana", at)]

    played(filled, scene)


def test_sessions_that_nobody_can_list_are_ended_once_more_after_a_restart(filled: World) -> None:
    at = now().replace(microsecond=0)

    async def scene(cutter: Cutter) -> None:
        await cutter.cut(filled.client, "dana", lambda _: None)
        before = len(filled.endpoint.log(client="acme", method="DELETE", path="*/sessions"))
        assert await cutter.still_open(filled.client, [due("dana", at)]) == []
        after = len(filled.endpoint.log(client="acme", method="DELETE", path="*/sessions"))
        assert after == before + 1
        old = due("dana", at - timedelta(days=60))
        assert await cutter.still_open(filled.client, [old]) == []
        assert len(filled.endpoint.log(client="acme", method="DELETE", path="*/sessions")) == after

    played(filled, scene)


def test_many_are_looked_up_in_one_list(filled: World) -> None:
    at = now().replace(microsecond=0)
    many = {f"p{number:02}": {} for number in range(30)}
    filled.write({**NOBODY, **many}, directories=("entra",))

    async def scene(cutter: Cutter) -> None:
        dues = [due(person, at) for person in (*NOBODY, *many)]
        before = len(filled.endpoint.log(client="acme", method="GET"))
        assert [each.person for each in await cutter.still_open(filled.client, dues)] == ["dana", "sam"]
        assert len(filled.endpoint.log(client="acme", method="GET")) == before + 1

    played(filled, scene)


def test_ready_means_that_every_account_is_found(filled: World) -> None:
    filled.write({**NOBODY, "kim": {"username": "kim@acme.example"}}, directories=BOTH)
    at = now()

    async def scene(cutter: Cutter) -> None:
        stops = await cutter.arm(filled.client, [due("dana", at), due("kim", at)])
        assert stops == {
            due("kim", at): (
                "acme/entra: there is no account kim@acme.example. Correct the record's username. "
                "acme/okta: there is no account kim@acme.example. Correct the record's username."
            )
        }

    played(filled, scene)


def test_a_directory_that_fails_would_stop_a_departure_and_is_named(filled: World) -> None:
    filled.endpoint.fault("forbidden", method="GET", path="/v1.0/users/*", count=None)
    at = now()

    async def scene(cutter: Cutter) -> None:
        (text,) = (await cutter.arm(filled.client, [due("dana", at)])).values()
        assert text.startswith('acme/entra: account "dana@acme.example": 403')

    played(filled, scene)


def test_credentials_that_are_missing_would_stop_a_departure(filled: World) -> None:
    at = now()

    def open_directory(client: Client, name: str) -> actions.Directory:
        raise actions.CredentialsMissing(f"{client.key}/{name}: credentials: none are set. Set them.")

    async def scene() -> None:
        cutter = Cutter(open_directory, now)
        stops = await cutter.arm(filled.client, [due("dana", at)])
        assert "acme/okta: credentials: none are set" in stops[due("dana", at)]
        with pytest.raises(LeaverError):
            await cutter.still_open(filled.client, [due("dana", at)])
        report = await cutter.cut(filled.client, "dana", lambda _: None)
        assert report.failed

    asyncio.run(scene())


def test_a_directory_that_hangs_holds_up_no_other_client(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leaver.service.cutter.SLOW", 0.3)
    filled.endpoint.fault("latency", path="/api/v1/*", count=None, seconds=20)
    other = filled.client.__class__(
        key="kestrel",
        settings=filled.client.settings.model_copy(
            update={"directories": {"entra": filled.client.settings.directories["entra"]}}
        ),
        groups={},
        people=filled.client.people,
    )
    opens = opener(filled)

    async def scene() -> None:
        cutter = Cutter(lambda _, name: opens(filled.client, name), now, at_once=1, patience=0)
        hanging = asyncio.ensure_future(cutter.cut(filled.client, "dana", lambda _: None))
        await asyncio.sleep(0)
        began = time.monotonic()
        assert (await cutter.cut(other, "sam", lambda _: None)).verified
        assert time.monotonic() - began < 3
        hanging.cancel()
        await cutter.close()

    asyncio.run(scene())


@pytest.mark.slow
def test_a_restarted_directory_at_another_address_is_found_by_the_next_try(filled: World) -> None:
    opened: list[str] = []
    opens = opener(filled)

    def open_directory(client: Client, name: str) -> actions.Directory:
        opened.append(name)
        return opens(client, name)

    filled.endpoint.fault("error", method="PATCH", path="*/users/*", count=None, status=500)

    async def scene() -> None:
        cutter = Cutter(open_directory, now, patience=0)
        assert (await cutter.cut(filled.client, "dana", lambda _: None)).failed
        filled.endpoint.admin("DELETE", "/faults")
        assert (await cutter.cut(filled.client, "dana", lambda _: None)).verified
        assert opened == ["entra", "okta"] * 2
        await cutter.close()

    asyncio.run(scene())
