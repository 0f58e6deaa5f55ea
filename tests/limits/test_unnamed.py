"""A change of settings or groups takes nothing from people whose own records it leaves as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leaver.desired import desired
from leaver.limits import judge, losses, size, unnamed
from leaver.model import Client, Person
from tests.estates import NOW, client

PEOPLE: dict[str, dict[str, Any]] = {
    "dana.reyes": {"groups": ["finance"], "departure": {"at": "2026-11-27 17:00"}},
    "lee.park": {"groups": ["finance", "vpn"]},
    "sam.okafor": {"accounts": ["okta"], "groups": ["vpn"], "roles": []},
}
GROUPS = {"finance": {"directory": "entra"}, "vpn": {"directory": "okta"}}
BOTH = ("entra", "okta")


def before(**settings: Any) -> Client:
    return client(PEOPLE, GROUPS, directories=BOTH, **settings)


def in_zone(people: dict[str, dict[str, Any]], zone: str) -> Client:
    made = client(people, GROUPS, directories=BOTH, zone=zone)
    read = {key: Person.model_validate(record, context={"zone": zone}) for key, record in people.items()}
    return replace(made, people=read)


def faults(after: Client) -> list[str]:
    return [str(each) for each in unnamed(before(), after, NOW)]


def test_a_zone_moves_no_agreed_moment() -> None:
    assert faults(in_zone(PEOPLE, "Europe/Berlin")) == [
        "zone: America/New_York becomes Europe/Berlin, which moves the agreed moments of dana.reyes. "
        "Write these moments with their offset first, such as 2026-11-27 17:00 +01:00: then they stay."
    ]


def test_a_zone_may_change_where_the_moments_say_their_offset() -> None:
    fixed = {**PEOPLE, "dana.reyes": {"departure": {"at": "2026-11-27 17:00 -05:00"}}}
    old, new = in_zone(fixed, "America/New_York"), in_zone(fixed, "Europe/Berlin")
    assert unnamed(old, new, NOW) == ()


def test_a_group_that_moves_to_another_directory_leaves_nobody_behind() -> None:
    after = client(PEOPLE, {**GROUPS, "finance": {"directory": "okta"}}, directories=BOTH)
    assert faults(after) == [
        "group Finance in entra: would be lost to dana.reyes, lee.park, whose records are as they were. "
        "Put back what the change took from client.yaml or groups.yaml, or change these people's records too."
    ]


def test_a_directory_that_goes_takes_nobodys_account_with_it() -> None:
    people = {key: {**record, "groups": []} for key, record in PEOPLE.items() if key != "sam.okafor"}
    old = client(people, directories=BOTH)
    after = client(people, directories=("entra",))
    assert [each.subject for each in unnamed(old, after, NOW)] == ["accounts in okta"]


def test_a_role_that_no_directory_gives_any_more_is_a_loss_too() -> None:
    people = {"lee.park": {"roles": ["User Administrator"], "groups": []}}
    old = client(people, directories=BOTH)
    okta = {"entra": {"kind": "okta", "org": "acme", "domain": "acme.example"}}
    new = replace(
        old, settings=old.settings.model_validate({"name": "Acme", "zone": "UTC", "directories": okta})
    )
    assert "role User Administrator in entra" in [each.subject for each in unnamed(old, new, NOW)]


def test_what_is_lost_only_later_is_found_today() -> None:
    people = {"dana.reyes": {"starts": "2026-12-01 09:00", "groups": ["finance"]}}
    old = client(people, GROUPS, directories=BOTH)
    new = client(people, {**GROUPS, "finance": {"directory": "okta"}}, directories=BOTH)
    assert [each.subject for each in unnamed(old, new, NOW)] == ["group Finance in entra"]


@pytest.mark.parametrize(
    "after",
    [
        before(),
        before(limits={"removals": 1}),
        client({**PEOPLE, "new.joiner": {"groups": []}}, GROUPS, directories=BOTH),
        client({**PEOPLE, "lee.park": {"groups": []}}, GROUPS, directories=BOTH),
        client(PEOPLE, {**GROUPS, "finance": {"directory": "entra", "name": "Money"}}, directories=BOTH),
    ],
    ids=["nothing", "a limit", "somebody joins", "a record says it", "a group's name"],
)
def test_a_change_that_says_whom_it_is_about_is_no_fault(after: Client) -> None:
    assert faults(after) == []


def test_two_people_are_too_many_although_a_bound_allows_them() -> None:
    after = client(PEOPLE, {**GROUPS, "finance": {"directory": "okta"}}, directories=BOTH)
    old, new = desired(before(), NOW), desired(after, NOW)
    assert judge(after, losses(old, new), size(old), NOW).allowed
    judgement = judge(after, losses(old, new), size(old), NOW, faults=unnamed(before(), after, NOW))
    assert not judgement.allowed
    assert "write below `overrides:` in identities/acme/overrides.yaml" in judgement.refusals[-1]
