"""Nothing is given to accounts that their directory shows ended, and nothing that they still hold is taken."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.desired import StillHeld, desired, leave_ended
from tests.estates import NOW, client

GROUPS = {"finance": {"directory": "entra"}, "vpn": {"directory": "entra", "membership": "additive"}}
DANA = ("dana", "entra")


def wanted(**dana: Any) -> Any:
    people = {
        "dana": {"groups": ["finance", "vpn"], "roles": ["User Administrator", "Reports Reader"], **dana},
        "lee": {"groups": ["finance"]},
    }
    return desired(client(people, GROUPS), NOW)


def test_an_ended_account_is_put_into_no_group_and_keeps_those_it_is_in() -> None:
    left = leave_ended(wanted(), {DANA: StillHeld(frozenset({"Reports Reader"}))})
    assert {key: (group.members, group.undecided) for key, group in left.groups.items()} == {
        "finance": (("lee",), ("dana",)),
        "vpn": ((), ("dana",)),
    }


def test_an_ended_account_gets_no_role_and_keeps_those_it_holds() -> None:
    assert leave_ended(wanted(), {DANA: StillHeld(frozenset({"Reports Reader"}))}).accounts[DANA].roles == (
        "Reports Reader",
    )


@pytest.mark.parametrize(
    "record",
    [{"reinstate": True}, {"disabled": True}, {"departure": {"at": "2026-11-20 17:00"}}],
    ids=["reinstated", "disabled", "departed"],
)
def test_whoever_is_reinstated_or_shall_be_out_is_as_the_record_says(record: dict[str, Any]) -> None:
    before = wanted(**record)
    assert leave_ended(before, {DANA: StillHeld()}) == before


def test_an_account_that_stands_is_as_the_record_says() -> None:
    before = wanted()
    assert leave_ended(before, {}) == before


def test_an_ended_account_is_given_no_licence_and_keeps_those_it_has() -> None:
    people = {"dana": {"licences": ["e3", "visio"], "usage location": "GB"}}
    catalogue = {"e3": {"sku": "SPE_E3"}, "visio": {"sku": "VISIOCLIENT"}}
    before = desired(client(people, licences=catalogue), NOW)
    assert before.accounts[DANA].licences == ("e3", "visio")
    left = leave_ended(before, {DANA: StillHeld(licences=frozenset({"visio"}))})
    assert left.accounts[DANA].licences == ("visio",)
