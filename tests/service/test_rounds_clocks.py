"""What the service does when clocks are wrong or jump; everything around it is made up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.service.stage import Stage, T, client, leaving, plays, started

S = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HELD = {"until": "released", "owner": "on-call", "expires": "2026-11-27 18:00"}


@pytest.mark.parametrize("away", [timedelta(hours=2), timedelta(days=7), timedelta(days=900)])
def test_a_clock_that_jumps_ahead_with_the_directories_catches_up(away: timedelta) -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}))
        await stage.at(T + away, jump=True)
        assert stage.cut == ["dana"]
        assert "the clock was set" in stage.logged.getvalue()
        await stage.service.close()

    plays(scene)


def test_a_clock_that_jumps_ahead_of_the_directories_ends_nothing_early() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}))
        stage.ahead = -7200.0
        await stage.at(T + timedelta(hours=1) - S, jump=True)
        assert stage.cut == []
        assert stage.kinds() == ["clock"]
        stage.ahead = 0.0
        await stage.at(T - S, jump=True)
        assert stage.cut == []
        assert "recovered" in stage.kinds()
        await stage.at(T)
        assert stage.cut == ["dana"]
        await stage.service.close()

    plays(scene)


def test_a_start_with_a_clock_ahead_of_the_directories_ends_nothing_early() -> None:
    async def scene() -> None:
        stage = Stage(client("acme", {"dana": leaving(T)}), now=T + timedelta(minutes=5))
        stage.ahead = -600.0
        await stage.start()
        assert stage.cut == []
        await stage.at(T + timedelta(minutes=10))
        assert stage.cut == ["dana"]
        await stage.service.close()

    plays(scene)


@pytest.mark.parametrize(("ahead", "alarms"), [(1.9, 0), (-1.9, 0), (2.5, 1), (-2.5, 1), (None, 0)])
def test_a_clock_that_is_over_two_seconds_wrong_alarms(ahead: float | None, alarms: int) -> None:
    async def scene() -> None:
        stage = Stage(client("acme", {"dana": {}}))
        stage.ahead = ahead
        await stage.start()
        assert stage.kinds().count("clock") == alarms
        await stage.service.close()

    plays(scene)


def test_a_clock_set_back_does_nothing_twice() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}))
        await stage.at(T)
        await stage.at(T - timedelta(minutes=30), jump=True)
        await stage.at(T)
        assert stage.cut == ["dana"]
        await stage.service.close()

    plays(scene)
