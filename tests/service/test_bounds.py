"""The service believes newer records only when all clients together stay within the limits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from leaver.desired import desired
from leaver.limits import digest, losses
from leaver.model import AllLimits, Client, Override
from leaver.service.bounds import bounded, within
from leaver.service.records import Records
from tests.estates import NOW, client
from tests.service.stage import Stage

LIMITS = AllLimits.model_validate({"removals": 12, "percent": 100})


def acme(key: str, people: int, **changes: Any) -> Client:
    made = client({f"p{number:02}": {} for number in range(people)}, **changes)
    return replace(made, key=key)


def records(**people: int) -> Records:
    return Records(Path(), {key: acme(key, count) for key, count in people.items()})


def test_records_that_stay_within_the_limits_are_believed() -> None:
    newer = records(one=34, two=34, three=41)
    assert within(newer, records(one=40, two=40, three=40), LIMITS, NOW) is newer


def test_clients_that_would_lose_too_many_together_keep_their_last_records() -> None:
    last = records(one=40, two=40, three=40)
    held = within(records(one=33, two=34, three=41), last, LIMITS, NOW)
    assert {key: len(each.people) for key, each in held.clients.items()} == {
        "one": 40,
        "two": 40,
        "three": 41,
    }
    (problem,) = held.problems
    assert problem.startswith(
        "all clients: 13 of 120 people would lose their access (one, two); the limits allow 12 "
        "(removals: 12, percent: 100 in identities/limits.yaml). all clients: nothing is taken away at any client."
    )


def test_they_are_believed_once_an_override_allows_them() -> None:
    last = records(one=40, two=40)
    newer = records(one=33, two=34)
    lost = losses(desired(last.clients["one"], NOW), desired(newer.clients["one"], NOW))
    allowed = Override(losses=digest(lost), reason="HD-4822", expires=NOW.replace(day=25))
    clients = {**newer.clients, "one": replace(newer.clients["one"], overrides=(allowed,))}
    found = within(replace(newer, clients=clients), last, LIMITS, NOW)
    assert (found.problems, len(found.clients["one"].people)) == ((), 33)


def test_agreed_departures_are_believed_in_any_number() -> None:
    last = records(one=40, two=40)
    leaving = {
        key: replace(
            each, people={name: p.model_copy(update={"until": NOW}) for name, p in each.people.items()}
        )
        for key, each in last.clients.items()
    }
    newer = replace(last, clients=leaving)
    assert within(newer, last, LIMITS, NOW) is newer


def test_a_renamed_person_is_no_loss() -> None:
    last = records(one=40, two=40)
    people = {
        f"new.{key}": p.model_copy(update={"was": key}) for key, p in last.clients["one"].people.items()
    }
    newer = replace(last, clients={**last.clients, "one": replace(last.clients["one"], people=people)})
    assert within(newer, last, LIMITS, NOW) is newer


def test_the_first_records_are_believed_and_a_broken_limits_file_means_the_built_in_ones(
    tmp_path: Path,
) -> None:
    told = iter([records(one=80, two=80), records(one=55, two=54)])
    read = bounded(lambda _root, _last: next(told), lambda: NOW)
    first = read(tmp_path, None)
    assert (len(first.clients["one"].people), first.problems) == (80, ())
    (tmp_path / "identities").mkdir()
    (tmp_path / "identities" / "limits.yaml").write_text("removals: many\n")
    # Each client's own run would refuse these: then there is nothing to add up.
    assert read(tmp_path, first).problems == ()


def test_the_service_alarms_and_brings_nothing_to_such_clients_until_they_are_allowed() -> None:
    async def play() -> None:
        last = records(one=60, two=60)
        stage = Stage(*last.clients.values())
        stage.read = bounded(stage.records.read, lambda: stage.now)
        await stage.start()
        stage.queue.put_in.clear()
        generous = {"limits": {"removals": 60, "percent": 100}}
        fewer = {key: acme(key, 30, **generous) for key in last.clients}
        stage.records.set(fewer)
        await stage.service.refresh()
        await stage.at(stage.now)
        assert stage.queue.put_in == []
        assert any(
            "all clients: 60 of 120 people would lose their access" in each.detail for each in stage.told
        )
        assert {len(each.people) for each in stage.service.clients.values()} == {60}

        stage.records.set({**last.clients, "one": acme("one", 52)})
        await stage.service.refresh()
        await stage.at(stage.now)
        assert [client for client, *_ in stage.queue.put_in] == ["one"]

    asyncio.run(play())
