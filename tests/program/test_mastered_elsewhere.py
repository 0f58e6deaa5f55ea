"""Accounts that another system masters are found at preview, with the order to whoever is in charge there."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.desired import desired
from leaver.program.compose import compose
from tests.estates import NOW, account_id, change_account, client, settled


def notices(directory: str, elsewhere: str, record: dict[str, Any]) -> list[str]:
    made = client({"dana.reyes": {}}, directories=(directory,))
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, directory, account_id("dana.reyes", directory), mastered_elsewhere=elsewhere)
    _, plan = compose(client({"dana.reyes": record}, directories=(directory,)), NOW, live, state)
    return [str(notice) for notice in plan.notices]


LEAVES: list[dict[str, Any]] = [
    {"disabled": True},
    {"departure": {"at": "2027-03-26 17:00"}},
    {"departure": {"at": "2027-03-26 17:00", "hold": {"until": "released", "owner": "hr@acme.example"}}},
]


@pytest.mark.parametrize("record", LEAVES)
def test_who_leaves_has_the_order_in_the_preview(record: dict[str, Any]) -> None:
    (entra,) = notices("entra", "on-premises", record)
    assert entra.startswith(
        "dana.reyes in entra: The on-premises Active Directory masters the account, so Entra is not the place of a "
        "change: disable dana.reyes@"
    )
    (okta,) = notices("okta", "ACTIVE_DIRECTORY corp.example", record)
    assert okta.startswith(
        "dana.reyes in okta: Active Directory corp.example masters the account, so Okta is not the place of a "
        "change: disable dana.reyes@"
    )


def test_who_stays_has_the_fact_alone() -> None:
    assert notices("entra", "on-premises", {}) == [
        "dana.reyes in entra: The on-premises Active Directory masters the account, so Entra is not the place of a "
        "change."
    ]
