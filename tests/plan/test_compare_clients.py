"""What a plan tells of the groups, the settings and the whole of a client."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.model import Client
from leaver.plan import compare
from tests.plan.edited import BEFORE, DANA, GROUPS, OVER, acme, lines, people


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
