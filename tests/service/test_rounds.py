"""What the service does when: everything around it is made up, and the clock is the test's."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from leaver.errors import DirectoryError
from leaver.service.work import Worked
from tests.service.stage import Stage, T, client, leaving, plays, started

S = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HELD = {"until": "released", "owner": "on-call", "expires": "2026-11-27 18:00"}


@pytest.mark.parametrize(
    ("record", "when", "expected"),
    [
        (leaving(T), T - S, []),
        (leaving(T), T, ["dana"]),
        (leaving(T), T + timedelta(days=400), ["dana"]),
        (leaving(T, hold=HELD), T + timedelta(days=2), []),
        (leaving(T, hold=HELD, released="2026-11-27 17:20:00"), T + timedelta(minutes=19), []),
        (leaving(T, hold=HELD, released="2026-11-27 17:20:00"), T + timedelta(minutes=20), ["dana"]),
        (leaving(T, hold=HELD, released="2026-11-27 16:30:00"), T - timedelta(minutes=30), ["dana"]),
        ({"starts": "2026-11-01 09:00", "until": "2026-11-27 17:00"}, T, ["dana"]),
        ({"starts": "2026-11-27 17:00"}, T + S, []),
        ({}, T + timedelta(days=400), []),
    ],
)
def test_access_ends_at_the_moment_and_never_before(
    record: dict[str, Any], when: datetime, expected: list[str]
) -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": record}))
        assert stage.cut == []
        await stage.at(when)
        assert stage.cut == expected
        await stage.service.close()

    plays(scene)


def test_the_most_urgent_goes_first_and_its_client_is_queued_first() -> None:
    async def scene() -> None:
        stage = await started(
            client("acme", {"vera": leaving(T), "ines": leaving(T, kind="involuntary")}),
            client("kestrel", {"cleo": leaving(T, kind="contentious", hold="none")}),
            client("brightwater", {"rhea": leaving(T - MINUTE, hold=HELD, released="2026-11-27 17:00:00")}),
        )
        stage.queue.put_in.clear()
        await stage.at(T)
        assert stage.cut == ["rhea", "cleo", "ines", "vera"]
        assert [name for name, _, _ in stage.queue.put_in] == ["brightwater", "kestrel", "acme"]
        assert all(not only_differences for _, _, only_differences in stage.queue.put_in)
        await stage.service.close()

    plays(scene)


def test_at_the_start_every_client_is_compared_and_who_has_gone_is_left_alone() -> None:
    async def scene() -> None:
        people = {"dana": leaving(T - timedelta(days=7)), "sam": leaving(T - timedelta(days=7))}
        stage = await started(client("acme", people), now=T, gone={("acme", "sam")})
        assert stage.cut == ["dana"]
        assert stage.queue.put_in == [("acme", 5, True)]
        assert stage.kinds() == ["late"]
        (late,) = stage.told
        assert late.lateness == timedelta(days=7)
        await stage.service.close()

    plays(scene)


def test_only_the_clients_that_change_are_worked_on() -> None:
    async def scene() -> None:
        stage = await started(
            client("acme", {"dana": leaving(T)}), client("kestrel", {"lee": leaving(T + MINUTE)})
        )
        stage.queue.put_in.clear()
        await stage.at(T)
        assert [name for name, _, _ in stage.queue.put_in] == ["acme"]
        await stage.service.close()

    plays(scene)


def test_it_sleeps_to_the_next_moment_and_not_a_tick_less() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}), now=T - timedelta(hours=5))
        assert stage.pause == timedelta(hours=5, minutes=-10).total_seconds()
        await stage.at(T - timedelta(minutes=10))
        assert stage.pause == timedelta(minutes=9, seconds=56).total_seconds()
        await stage.at(T - timedelta(seconds=4))
        assert stage.pause == 4
        await stage.at(T)
        assert stage.pause is None
        await stage.service.close()

    plays(scene)


def test_ten_minutes_before_everything_is_tried_and_told() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T), "sam": leaving(T, hold=HELD)}))
        assert stage.directories.armed == []
        await stage.at(T - timedelta(minutes=10))
        assert sorted(person for _, person in stage.directories.armed) == ["dana", "sam"]
        assert stage.kinds() == ["upcoming", "upcoming"]
        await stage.at(T - timedelta(seconds=4))
        assert len(stage.directories.armed) == 3
        assert stage.kinds() == ["upcoming", "upcoming"]
        await stage.service.close()

    plays(scene)


def test_what_would_stop_a_departure_alarms_then_and_is_tried_again_until_it_is_mended() -> None:
    async def scene() -> None:
        stage = await started(
            client("acme", {"dana": leaving(T)}), stops={"dana": "acme/entra: there is no account."}
        )
        await stage.at(T - timedelta(minutes=10))
        assert stage.kinds() == ["stopper"]
        assert not stage.service.healthy
        assert stage.pause == 60
        await stage.at(T - timedelta(minutes=9))
        assert stage.kinds() == ["stopper"]
        stage.directories.stops.clear()
        await stage.at(T - timedelta(minutes=8))
        assert stage.kinds() == ["stopper", "recovered", "upcoming"]
        assert stage.service.healthy
        await stage.service.close()

    plays(scene)


def test_a_stopper_is_forgotten_when_the_departure_is_called_off() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}), stops={"dana": "no account."})
        await stage.at(T - timedelta(minutes=10))
        assert not stage.service.healthy
        await stage.merge(client("acme", {"dana": {}}))
        assert stage.service.healthy
        await stage.service.close()

    plays(scene)


def test_a_hold_is_told_of_at_its_moment_and_every_hour_from_its_expiry_on() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T, hold=HELD)}))
        await stage.at(T)
        assert stage.kinds() == ["held"]
        for hour, expected in ((1, 1), (2, 2), (3, 3)):
            assert stage.pause is not None
            await stage.at(T + timedelta(hours=hour))
            assert stage.kinds().count("hold expired") == expected
        assert stage.cut == []
        assert "leaver release acme dana" in stage.told[-1].todo
        await stage.service.close()

    plays(scene)


def test_a_release_merged_now_is_done_now_and_ahead_of_the_rest() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T, hold=HELD)}))
        await stage.at(T + 5 * MINUTE)
        stage.queue.put_in.clear()
        released = leaving(T, hold=HELD, released="2026-11-27 17:05:00")
        await stage.merge(client("acme", {"dana": released}))
        assert stage.cut == ["dana"]
        assert stage.queue.put_in == [("acme", 1, False)]
        await stage.service.close()

    plays(scene)


@pytest.mark.parametrize("many", [1, 50, 400])
def test_many_at_one_second_all_go(many: int) -> None:
    async def scene() -> None:
        clients = [
            client(f"client-{number:02}", {f"p{each:03}": leaving(T) for each in range(many // 5 or 1)})
            for number in range(5)
        ]
        stage = await started(*clients)
        await stage.at(T)
        assert len(stage.cut) == len(set(stage.directories.gone)) == 5 * (many // 5 or 1)
        await stage.service.close()

    plays(scene)


def test_a_database_that_is_down_delays_no_cut() -> None:
    async def scene() -> None:
        stage = Stage(client("acme", {"dana": leaving(T)}))
        stage.queue.down = True

        def leads() -> bool:
            raise DirectoryError("database: no connection.")

        object.__setattr__(stage.service._outside, "leads", leads)
        await stage.start()
        await stage.at(T)
        assert stage.cut == ["dana"]
        assert not stage.service.healthy
        await stage.service.close()

    plays(scene)


def test_after_the_engine_wrote_the_people_who_left_lately_are_looked_at_again() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T), "old": leaving(T - timedelta(days=3))}))
        await stage.at(T)
        assert stage.cut == ["old", "dana"]
        stage.directories.gone.clear()
        stage.service.worked(Worked("acme", "verified", 1), 0)
        await stage.settle()
        await stage.at(T + S)
        assert stage.cut == ["old", "dana", "dana"]
        await stage.service.close()

    plays(scene)


def test_what_an_update_under_way_gives_back_is_taken_again_before_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leaver.service.endings._GUARD_EVERY", 0.05)

    async def scene() -> None:
        stage = await started(client("acme", {"dana": leaving(T)}))
        stage.queue.working.add("acme")
        await stage.at(T)
        assert stage.cut == ["dana"]
        stage.directories.gone.clear()
        await asyncio.sleep(0.2)
        assert stage.cut == ["dana", "dana"]
        stage.queue.working.clear()
        await asyncio.sleep(0.1)
        stage.directories.gone.clear()
        await asyncio.sleep(0.2)
        assert stage.cut == ["dana", "dana"]
        await stage.service.close()

    plays(scene)


def test_the_end_of_a_retention_is_a_moment_too() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": {}}))
        stage.service.worked(Worked("acme", "verified", next_change=T), 0)
        await stage.settle()
        await stage.at(T - MINUTE)
        assert stage.pause == 60
        stage.queue.put_in.clear()
        await stage.at(T)
        assert stage.queue.put_in == [("acme", 5, False)]
        await stage.service.close()

    plays(scene)
