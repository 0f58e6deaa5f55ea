"""What a change of the records is told to do: one edit of a person, and its exact words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plan.edited import BEFORE, DANA, DEPARTS, FRIDAY, acme, lines, people

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
        "licences and their end",
        {"lee.park": {"name": "Lee Park", "groups": ["everyone"], "licences": ["visio", "e3"]}},
        [
            "~ Lee Park (lee.park) moves",
            "entra: gains licences e3, visio",
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
