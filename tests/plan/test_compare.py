"""What a change of the records is told to do: one edit, and its exact words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from leaver.model import Client
from leaver.plan import compare, told
from tests.estates import NOW, client

GROUPS: Mapping[str, Mapping[str, Any]] = {
    "everyone": {"directory": "entra"},
    "finance": {"directory": "entra"},
    "vpn": {"directory": "okta", "existing": True},
    "leaving": {"directory": "entra"},
}
DANA = {"name": "Dana Reyes", "groups": ["everyone", "finance"], "roles": ["Global Reader"]}
OVER = {"group": "vpn", "until": "2026-01-01 12:00"}
DEPARTS = {"at": "2026-11-27 17:00", "kind": "involuntary"}


def people(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"dana.reyes": DANA, "lee.park": {"name": "Lee Park", "groups": ["everyone"]}}
    return {key: record for key, record in {**found, **changed}.items() if record is not None}


def acme(records: Mapping[str, Any], groups: Mapping[str, Any] = GROUPS, **settings: Any) -> Client:
    return client(records, groups, **{"directories": ("entra", "okta"), **settings})


def lines(before: Client | None, after: Client | None, now: datetime = NOW) -> list[str]:
    found = told(compare(before, after), now)
    said = [line for person in found.people for line in (f"{person.verb.mark} {person.said}", *person.lines)]
    return [*said, *found.groups, *found.settings, *found.moments]


BEFORE = acme(people())
FRIDAY = "2026-11-27 17:00 EST (22:00 UTC)"
CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "a departure",
        {"dana.reyes": {**DANA, "departure": DEPARTS}},
        [
            f"- Dana Reyes (dana.reyes) leaves {FRIDAY}",
            f"departure added: {FRIDAY}, involuntary",
            "entra: loses access, groups Everyone, Finance and role Global Reader",
            "okta: loses access",
            f"+ {FRIDAY}: Dana Reyes departs",
        ],
    ),
    (
        "a departure on hold",
        {
            "dana.reyes": {
                **DANA,
                "departure": {
                    **DEPARTS,
                    "hold": {"until": "released", "owner": "lee.park", "expires": "2026-11-28 09:00"},
                    "ticket": "HD-1",
                    "handover": "lee.park",
                },
            }
        },
        [
            f"- Dana Reyes (dana.reyes) is to leave, once released, {FRIDAY}",
            f"departure added: {FRIDAY}, involuntary, held until released (owner lee.park, expires "
            "2026-11-28 09:00 EST (14:00 UTC)), HD-1, mail and files to lee.park",
            f"+ {FRIDAY}: Dana Reyes waits for a release",
            "+ 2026-11-28 09:00 EST (14:00 UTC): Dana Reyes has a hold that expires",
        ],
    ),
    (
        "a deleted record",
        {"dana.reyes": None},
        [
            "- Dana Reyes (dana.reyes) leaves with the apply",
            "the record is removed: the account is disabled and stripped, kept for 30 days, then deleted",
            "entra: account dana.reyes@acme.example",
            "okta: account dana.reyes@acme.example",
            "entra: loses access, groups Everyone, Finance and role Global Reader",
            "okta: loses access",
        ],
    ),
    (
        "a disabled record",
        {"dana.reyes": {**DANA, "disabled": True}},
        [
            "- Dana Reyes (dana.reyes) leaves with the apply",
            "the record says `disabled`",
            "entra: loses access, groups Everyone, Finance and role Global Reader",
            "okta: loses access",
        ],
    ),
    (
        "one account less",
        {"dana.reyes": {**DANA, "accounts": ["entra"]}},
        [
            "~ Dana Reyes (dana.reyes) moves",
            "okta: the account dana.reyes@acme.example is disabled and stripped, kept for 30 days, then deleted",
            "okta: loses access",
        ],
    ),
    (
        "other groups and another title",
        {"dana.reyes": {**DANA, "groups": ["everyone", "vpn"], "title": "Controller"}},
        [
            "~ Dana Reyes (dana.reyes) moves",
            "entra: loses group Finance",
            "okta: gains group Vpn",
            "title: not stated → Controller",
        ],
    ),
    (
        "a group for a time",
        {
            "dana.reyes": {
                **DANA,
                "groups": ["everyone", "finance", {"group": "vpn", "until": "2026-12-24 12:00"}],
            }
        },
        [
            "~ Dana Reyes (dana.reyes) moves",
            "okta: gains group Vpn, for the time until 2026-12-24 12:00 EST (17:00 UTC)",
            "+ 2026-12-24 12:00 EST (17:00 UTC): Dana Reyes leaves group Vpn",
        ],
    ),
    (
        "groups no longer stated",
        {"dana.reyes": {key: value for key, value in DANA.items() if key != "groups"}},
        [
            "  Dana Reyes (dana.reyes) changes in the record only",
            "the record no longer says which groups there are: memberships stay as they are",
        ],
    ),
    (
        "a joiner, later",
        {"sam.okafor": {"name": "Sam Okafor", "groups": ["everyone"], "starts": "2026-12-01 21:00"}},
        [
            "+ Sam Okafor (sam.okafor) joins 2026-12-01 21:00 EST (2026-12-02 02:00 UTC)",
            "entra: new account sam.okafor@acme.example",
            "okta: new account sam.okafor@acme.example",
            "entra: gains access and group Everyone",
            "okta: gains access",
            "+ 2026-12-01 21:00 EST (2026-12-02 02:00 UTC): Sam Okafor starts",
        ],
    ),
    (
        "a joiner who is there already",
        {"sam.okafor": {"name": "Sam Okafor", "groups": [], "accounts": ["okta"], "adopt": True}},
        [
            "+ Sam Okafor (sam.okafor) joins with the apply",
            "okta: new account sam.okafor@acme.example, or the one that exists is taken over",
            "okta: gains access",
        ],
    ),
    (
        "another username",
        {"lee.park": {"name": "Lee Park", "groups": ["everyone"], "username": "lee@acme.example"}},
        [
            "~ Lee Park (lee.park) moves",
            "entra: username lee.park@acme.example → lee@acme.example",
            "okta: username lee.park@acme.example → lee@acme.example",
        ],
    ),
    (
        "an agreement",
        {"dana.reyes": {**DANA, "nda": {"signed": "2026-01-05", "document": "NDA-7"}}},
        [
            "  Dana Reyes (dana.reyes) changes in the record only",
            "nda.document: not stated → NDA-7",
            "nda.signed: not stated → 2026-01-05",
        ],
    ),
    ("nothing", {"dana.reyes": {**DANA, "groups": ["finance", "everyone"]}}, []),
]


@pytest.mark.parametrize(("edit", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_edit_is_told_in_these_words(edit: dict[str, Any], said: list[str]) -> None:
    assert lines(BEFORE, acme(people(**edit))) == said


def ending(**departure: Any) -> Client:
    return acme(people(**{"dana.reyes": {**DANA, "departure": {**DEPARTS, **departure}}}))


HELD = {"until": "released", "owner": "lee.park"}
MONDAY = "2026-11-30 17:00 EST (22:00 UTC)"
KEEPS = ["entra: keeps access, groups Everyone, Finance and role Global Reader", "okta: keeps access"]
ENDINGS: list[tuple[str, Client, Client, list[str]]] = [
    (
        "withdrawn",
        ending(),
        BEFORE,
        [
            f"= Dana Reyes (dana.reyes) stays beyond {FRIDAY}",
            f"the departure of {FRIDAY} is withdrawn",
            *KEEPS,
            f"- {FRIDAY}: Dana Reyes departs: no longer",
        ],
    ),
    (
        "put off",
        ending(),
        ending(at="2026-11-30 17:00"),
        [
            f"= Dana Reyes (dana.reyes) stays beyond {FRIDAY}",
            f"departure moved from {FRIDAY} to {MONDAY}",
            *(f"{line}, for the time until {MONDAY}" for line in KEEPS),
            f"~ {MONDAY}: Dana Reyes departs, was {FRIDAY}",
        ],
    ),
    (
        "held",
        ending(),
        ending(hold=HELD),
        [
            f"- Dana Reyes (dana.reyes) is to leave, once released, {FRIDAY}",
            "hold added: held until released (owner lee.park)",
            *KEEPS,
            f"+ {FRIDAY}: Dana Reyes waits for a release",
            f"- {FRIDAY}: Dana Reyes departs: no longer",
        ],
    ),
    (
        "released",
        ending(hold=HELD),
        ending(hold=HELD, released="2026-11-22 06:59"),
        [
            "- Dana Reyes (dana.reyes) leaves with the apply",
            "released 2026-11-22 06:59 EST (11:59 UTC)",
            "entra: loses access, groups Everyone, Finance and role Global Reader",
            "okta: loses access",
            f"- {FRIDAY}: Dana Reyes waits for a release: no longer",
        ],
    ),
    (
        "no longer held",
        ending(hold=HELD),
        ending(hold="none"),
        [
            f"- Dana Reyes (dana.reyes) leaves {FRIDAY}",
            f"hold removed: the departure takes effect at its moment, {FRIDAY}",
            "entra: loses access, groups Everyone, Finance and role Global Reader",
            "okta: loses access",
            f"+ {FRIDAY}: Dana Reyes departs",
            f"- {FRIDAY}: Dana Reyes waits for a release: no longer",
        ],
    ),
    (
        "an agreed end that was moved",
        acme(people(**{"dana.reyes": {**DANA, "until": "2026-11-27 17:00"}})),
        acme(people(**{"dana.reyes": {**DANA, "until": "2026-11-25 17:00"}})),
        [
            "- Dana Reyes (dana.reyes) leaves 2026-11-25 17:00 EST (22:00 UTC)",
            f"the agreed end moves from {FRIDAY} to 2026-11-25 17:00 EST (22:00 UTC)",
            "entra: loses access, groups Everyone, Finance and role Global Reader, for the time until "
            + FRIDAY,
            "okta: loses access, for the time until " + FRIDAY,
            f"~ 2026-11-25 17:00 EST (22:00 UTC): Dana Reyes reaches their agreed end, was {FRIDAY}",
        ],
    ),
    (
        "enabled again",
        acme(people(**{"dana.reyes": {**DANA, "disabled": True}})),
        BEFORE,
        [
            "+ Dana Reyes (dana.reyes) has access again",
            "the record no longer says `disabled`",
            "entra: gains access, groups Everyone, Finance and role Global Reader",
            "okta: gains access",
            "an account that the directory shows disabled stays so, without `reinstate: true` in the record",
        ],
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "said"), [case[1:] for case in ENDINGS], ids=[case[0] for case in ENDINGS]
)
def test_what_became_of_an_ending_is_told_in_these_words(
    before: Client, after: Client, said: list[str]
) -> None:
    assert lines(before, after) == said


def regrouped(**changed: Any) -> Client:
    groups = {key: group for key, group in {**GROUPS, **changed}.items() if group is not None}
    named = {
        key: {**each, "groups": [g for g in each["groups"] if g in groups]} for key, each in people().items()
    }
    return acme(named, groups)


WHOLE: list[tuple[str, Client | None, Client | None, list[str]]] = [
    ("a new group", BEFORE, regrouped(hr={"directory": "entra"}), ["+ Hr (hr, entra): new group"]),
    (
        "a group that was there before",
        BEFORE,
        regrouped(hr={"directory": "entra", "existing": True, "membership": "exact"}),
        [
            "+ Hr (hr, entra): comes under care",
            "- Hr (hr, entra): whoever is in it without a record that says so is removed",
        ],
    ),
    (
        "a group that goes, and its members with it",
        BEFORE,
        regrouped(finance=None),
        [
            "~ Dana Reyes (dana.reyes) moves",
            "entra: loses group Finance",
            "- Finance (finance, entra): deleted, with all memberships",
        ],
    ),
    ("a group let go of", BEFORE, regrouped(vpn=None), ["- Vpn (vpn, okta): let go of, and stays"]),
    (
        "a group that becomes exact",
        BEFORE,
        regrouped(vpn={**GROUPS["vpn"], "membership": "exact"}),
        [
            "~ Vpn (vpn, okta): membership: not stated → exact",
            "- Vpn (vpn, okta): whoever is in it without a record that says so is removed",
        ],
    ),
    (
        "another zone, and other limits",
        BEFORE,
        acme(people(), zone="Europe/Berlin", limits={"removals": 50}),
        ["limits.removals: not stated → 50", "zone: America/New_York → Europe/Berlin"],
    ),
    (
        "accounts of removed people deleted at once",
        acme(people(), **{"on removal": "delete"}),
        acme(people(**{"lee.park": None}), **{"on removal": "delete"}),
        [
            "- Lee Park (lee.park) leaves with the apply",
            "the record is removed: the account is deleted at once",
            "entra: account lee.park@acme.example",
            "okta: account lee.park@acme.example",
            "entra: loses access and group Everyone",
            "okta: loses access",
        ],
    ),
    (
        "a record that had ended",
        acme(people(**{"lee.park": {"groups": ["everyone"], "disabled": True}})),
        acme(people(**{"lee.park": None})),
        [
            "- Lee Park (lee.park) is removed, and had no access",
            "the record is removed: the account is disabled and stripped, kept for 30 days, then deleted",
            "the record no longer says `disabled`",
            "entra: account lee.park@acme.example",
            "okta: account lee.park@acme.example",
        ],
    ),
    (
        "a new client",
        None,
        acme({"lee.park": {"groups": []}}, {}),
        [
            "+ Lee Park (lee.park) joins with the apply",
            "entra: new account lee.park@acme.example",
            "okta: new account lee.park@acme.example",
            "entra: gains access",
            "okta: gains access",
        ],
    ),
    (
        "a record with another key",
        BEFORE,
        acme({**{key: each for key, each in people().items() if key != "dana.reyes"},
              "dana.silva": {**DANA, "was": "dana.reyes", "username": "dana.reyes@acme.example"}}),
        [
            "  Dana Reyes (dana.silva) changes in the record only",
            "the record was called dana.reyes; the accounts stay",
        ],
    ),
    (
        "what was over long ago",
        BEFORE,
        acme(people(**{"lee.park": {"name": "Lee Park", "groups": ["everyone", OVER]}})),
        ["  Lee Park (lee.park) changes in the record only"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE]
)
def test_a_change_of_the_whole_client_is_told_in_these_words(
    before: Client | None, after: Client | None, said: list[str]
) -> None:
    assert lines(before, after) == said


def test_a_client_in_neither_state_has_no_change() -> None:
    with pytest.raises(ValueError, match="no client in either state"):
        compare(None, None)
