"""What a plan tells of an ending that was added, moved, held or withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.model import Client
from tests.plan.edited import BEFORE, DANA, DEPARTS, FRIDAY, acme, lines, people


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
