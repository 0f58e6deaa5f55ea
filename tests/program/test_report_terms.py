"""What a preview says of access for a time and of notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leaver.desired import Effect, desired
from leaver.program.compose import compose
from leaver.program.report import report
from tests.estates import NOW, account_id, client, settled

DAY = timedelta(days=1)


def told(record: dict[str, Any], group: dict[str, Any], directory: str = "entra") -> list[tuple[str, ...]]:
    """What a run at NOW does at a client where everything was settled a day before."""
    made = client(
        {"dana": record},
        {"vpn": {"directory": directory, "name": "VPN", **group}},
        directories=(directory,),
        **{"notice groups": ["vpn"]} if "departure" in record else {},
    )
    live, state = settled(made, desired(made, NOW - DAY))
    if group.get("membership") == "additive" and directory == "entra":
        in_it = {("azuread:index/groupMember:GroupMember", f"dana/{directory}/vpn"): "id"}
        state = replace(state, ids={**state.ids, **in_it})
    for name in ("Reports Reader",) if record.get("roles") else ():
        type_ = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"
        state = replace(state, ids={**state.ids, (type_, "dana/entra/role/reports-reader"): "id"})
        assert live["entra"].roles[name] == {account_id("dana", "entra"): f"{name}:dana"}
    wanted, plan = compose(made, NOW, live, state)
    return [
        (change.subject, change.effect.value, change.what, change.why)
        for change in report(made, wanted, plan, live, state).changes
        if change.effect is not Effect.STEPS
    ]


ENDED = "its time ended 2026-11-22 07:00 EST"


@pytest.mark.parametrize(
    ("membership", "directory"), [("exact", "entra"), ("additive", "entra"), ("exact", "okta")]
)
def test_a_group_whose_time_is_over_is_removed_with_the_reason(membership: str, directory: str) -> None:
    record = {"groups": [{"group": "vpn", "until": NOW}]}
    assert told(record, {"membership": membership}, directory) == [("dana", "removed", "group VPN", ENDED)]


def test_a_role_whose_time_is_over_is_removed_with_the_reason() -> None:
    record = {"roles": [{"role": "Reports Reader", "until": NOW}]}
    assert told(record, {}) == [("dana", "removed", "role Reports Reader", ENDED)]


def test_somebody_on_notice_is_added_to_the_notice_group() -> None:
    record = {"departure": {"at": NOW + DAY, "notice": NOW}}
    assert told(record, {}) == [("dana", "added", "group VPN", "")]


def test_the_end_of_a_contract_disables_and_removes_with_its_moment() -> None:
    departed = "departed 2026-11-22 07:00 EST"
    assert told({"until": NOW, "groups": ["vpn"]}, {}) == [
        ("dana", "disabled", "dana@acme.example", departed),
        ("dana", "removed", "group VPN", departed),
    ]
