"""What the service does when clients, databases, records, another service or Leaver itself fail."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from leaver.service.work import Worked
from tests.service.stage import Stage, T, client, leaving, plays, started

S = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HELD = {"until": "released", "owner": "on-call", "expires": "2026-11-27 18:00"}


def test_a_client_that_fails_or_hangs_holds_up_no_other() -> None:
    async def scene() -> None:
        people = {f"p{number:02}": leaving(T) for number in range(30)}
        stage = await started(
            client("acme", people), client("kestrel", people), client("zephyr", {"lee": leaving(T)})
        )
        stage.directories.failing.add("acme")
        stage.directories.slow.add("kestrel")
        await stage.at(T)
        assert stage.cut == ["lee"]
        assert stage.kinds().count("failed") == 30
        assert not stage.service.healthy
        await stage.service.close()

    plays(scene)


def test_a_failure_alarms_at_once_and_is_tried_again_until_it_succeeds() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}))
        stage.directories.failing.add("acme")
        await stage.at(T)
        assert stage.kinds() == ["failed"]
        assert "By hand" in stage.told[0].todo or "by hand" in stage.told[0].todo
        stage.directories.failing.clear()
        await asyncio.sleep(1.2)
        assert stage.cut == ["dana"]
        assert stage.kinds() == ["failed", "cut", "recovered"]
        assert stage.service.healthy
        await stage.service.close()

    plays(scene)


def test_a_departure_called_off_while_its_directory_is_down_is_not_done_later() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}))
        stage.directories.failing.add("acme")
        await stage.at(T)
        await stage.merge(client("acme", {"dana": {}}))
        stage.directories.failing.clear()
        await asyncio.sleep(1.2)
        assert stage.cut == []
        assert stage.service.healthy
        await stage.service.close()

    plays(scene)


def test_a_standby_waits_a_minute_for_the_leader_and_then_ends_access_itself() -> None:
    async def scene() -> None:
        stage = Stage(client("acme", {"dana": leaving(T)}))
        stage.leads = False
        await stage.start()
        await stage.at(T + timedelta(seconds=59))
        assert stage.cut == []
        assert stage.pause == 1
        await stage.at(T + timedelta(seconds=60))
        assert stage.cut == ["dana"]
        assert stage.queue.put_in == []
        await stage.service.close()

    plays(scene)


def test_a_standby_leaves_alone_what_the_leader_has_done() -> None:
    async def scene() -> None:
        stage = Stage(client("acme", {"dana": leaving(T)}))
        stage.leads = False
        await stage.start()
        stage.directories.gone.add(("acme", "dana"))
        await stage.at(T + timedelta(minutes=2))
        assert stage.cut == []
        await stage.service.close()

    plays(scene)


def test_work_that_fails_alarms_once_and_again_only_now_and_then() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": {}}))
        for attempt in range(11):
            stage.service.worked(Worked("acme", "failed", error="acme: 503."), attempt)
        await stage.settle()
        assert stage.kinds() == ["failed", "failed"]
        assert not stage.service.healthy
        stage.service.worked(Worked("acme", "verified"), 11)
        await stage.settle()
        assert stage.kinds()[-1] == "recovered"
        assert stage.service.healthy
        await stage.service.close()

    plays(scene)


def test_records_with_problems_alarm_once_and_stop_nothing() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}))
        stage.records.problems = ("identities/kestrel/people.yaml:3:1: unknown key.",)
        await stage.merge(client("acme", {"dana": leaving(T)}))
        await stage.merge(client("acme", {"dana": leaving(T)}))
        assert stage.kinds() == ["records"]
        await stage.at(T)
        assert stage.cut == ["dana"]
        await stage.service.close()

    plays(scene)


@pytest.mark.parametrize("begins", [T - timedelta(hours=1), T + timedelta(hours=1)])
def test_a_mistake_of_our_own_costs_nobody_their_departure(begins: datetime) -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}), now=begins, mistaken={"acme"})
        await stage.at(max(T, begins))
        assert stage.cut == []
        assert not stage.service.healthy
        assert "hunter2" not in stage.logged.getvalue()
        stage.directories.mistaken.clear()
        await asyncio.sleep(1.2)
        assert stage.cut == ["dana"]
        await stage.service.close()

    plays(scene)


def test_a_follower_that_breaks_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": {}}))
        stage.records.every = 0.02

        def broken() -> Any:
            raise RuntimeError("hunter2")

        monkeypatch.setattr(stage.records, "refresh", broken)
        running = asyncio.ensure_future(stage.service._newest.follow())
        async with asyncio.timeout(10):
            while stage.service.healthy:
                await asyncio.sleep(0.01)
            monkeypatch.undo()
            stage.records.set({"acme": client("acme", {"dana": leaving(T - timedelta(hours=2))})})
            while not stage.service.healthy:
                await asyncio.sleep(0.01)
        await stage.at(stage.now)
        assert stage.cut == ["dana"]
        assert "hunter2" not in stage.logged.getvalue()
        running.cancel()
        await stage.service.close()

    plays(scene)
