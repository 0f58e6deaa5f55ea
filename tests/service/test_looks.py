"""The service asks the directories again whether those who left are still gone."""

from __future__ import annotations

from datetime import timedelta

from tests.service.stage import T, client, leaving, plays, started

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_clients_are_verified_every_night_and_every_hour_where_somebody_left_lately() -> None:
    async def scene() -> None:
        stage = await started(
            client("acme", {"dana": leaving(T - DAY)}), client("kestrel", {"cleo": {}}), now=T
        )
        stage.queue.put_in.clear()
        stage.now = T + 2 * HOUR
        assert stage.service.look_again(T) == T + 2 * HOUR
        await stage.settle()
        assert stage.queue.put_in == [("acme", 5, True)]
        stage.now = T + DAY
        stage.service.look_again(T + 2 * HOUR)
        await stage.settle()
        assert sorted(stage.queue.put_in[1:]) == [("acme", 5, True), ("kestrel", 5, True)]
        await stage.service.close()

    plays(scene)


def test_only_the_leader_looks_and_a_clock_that_was_set_back_looks_at_nothing_twice() -> None:
    async def scene() -> None:
        stage = await started(client("acme", {"dana": {}}), now=T)
        stage.queue.put_in.clear()
        stage.now = T - HOUR
        assert stage.service.look_again(T) == T
        stage.service._leading = False
        stage.now = T + 2 * DAY
        stage.service.look_again(T)
        await stage.settle()
        assert stage.queue.put_in == []
        await stage.service.close()

    plays(scene)
