"""A preview in people's words."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.cli.changes import tell
from leaver.desired import Change, ChangeReport, Effect
from leaver.model import Client, ClientSettings, Group, Person

CLIENT = Client(
    key="acme",
    settings=ClientSettings.model_validate(
        {
            "name": "Acme Robotics",
            "zone": "America/New_York",
            "directories": {"okta": {"kind": "okta", "org": "acme", "domain": "acme.example"}},
        }
    ),
    groups={"sales": Group.model_validate({"name": "Sales", "directory": "okta"})},
    people={
        "jun.seo": Person.model_validate({"name": "Jun Seo"}),
        "eve.x": Person.model_validate({"name": "Eve\u202e [bold]X"}),
    },
)


def told(*changes: Change, **fields: Any) -> list[str]:
    report = ChangeReport(
        **{
            "client": "acme",
            "name": "Acme Robotics",
            "zone": "America/New_York",
            "now": "2026-11-22T14:00:00+00:00",
            "next_change": None,
            "people": 30,
            "accounts": 29,
            "groups": 12,
            "changes": tuple(sorted(changes, key=lambda change: change.order)),
            "notices": (),
            "stale": (),
            **fields,
        }
    )
    # The command strips the colours where they are not wanted; here they would only hide the text.
    return [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in map(plain, tell(report, CLIENT))]


def plain(line: str) -> str:
    for colour in ("31", "32", "33"):
        line = line.replace(f"\x1b[{colour}m", "")
    return line


HEAD = "Acme Robotics (acme), 2026-11-22 09:00 EST: 30 people, 29 accounts, 12 groups"


def test_nothing_to_change_is_said() -> None:
    assert told() == [HEAD, "  nothing to change"]


def test_the_next_change_is_told_in_the_clients_zone() -> None:
    assert (
        told(next_change="2026-11-27T22:00:00+00:00")[-1] == "  next change by itself: 2026-11-27 17:00 EST"
    )


def test_a_leaver_is_named_with_the_reason_once_and_all_that_ends() -> None:
    why = "departed 2026-11-20 17:00 EST"
    assert told(
        Change("jun.seo", "entra", Effect.DISABLED, "jun.seo@acme.example", why),
        Change("jun.seo", "entra", Effect.REMOVED, "group Sales", why),
        Change("jun.seo", "entra", Effect.REMOVED, "group Everyone", why),
        Change("jun.seo", "entra", Effect.REMOVED, "role User Administrator", why),
    ) == [
        HEAD,
        "  access ends:",
        "    - Jun Seo, entra: account jun.seo@acme.example is disabled",
        "        departed 2026-11-20 17:00 EST",
        "        leaves groups Everyone, Sales and role User Administrator",
        "  1 person loses all access",
    ]


def test_a_deleted_account_that_comes_back_is_told_with_the_day_on_which_it_is_purged() -> None:
    name = "jun.seo@acme.example"
    until = "until 2026-12-10 12:00 EST, then Entra purges it"
    assert told(
        Change("jun.seo", "entra", Effect.RESTORED, f"{name}, object 4f1c,", until),
        Change("jun.seo", "entra", Effect.ENABLED, name, "the record says `reinstate`"),
        Change("jun.seo", "entra", Effect.ADDED, "group Sales"),
    ) == [
        HEAD,
        "  access begins:",
        f"    + Jun Seo, entra: account {name}, object 4f1c, is restored from the deleted items; account {name} is "
        "enabled again",
        "        until 2026-12-10 12:00 EST, then Entra purges it",
        "        because the record says `reinstate`",
        "        joins group Sales",
        "  1 person gains access",
    ]


def test_the_steps_of_the_runbook_have_a_line_each_and_are_counted() -> None:
    why = "departed 2026-11-20 17:00 EST"
    steps = "disable the account; revoke the sessions; take the licences away"
    assert told(
        Change("jun.seo", "entra", Effect.DISABLED, "jun.seo@acme.example", why),
        Change("jun.seo", "entra", Effect.STEPS, steps, why, agreed=True),
    )[2:-1] == [
        "    - Jun Seo, entra: account jun.seo@acme.example is disabled",
        "        departed 2026-11-20 17:00 EST",
        "        runbook, 3 steps:",
        "          disable the account",
        "          revoke the sessions",
        "          take the licences away",
    ]
    assert told(Change("jun.seo", "entra", Effect.STEPS, "write the date of leaving"))[2:-1] == [
        "    ~ Jun Seo, entra",
        "        runbook: write the date of leaving",
    ]


def test_a_person_in_two_directories_is_counted_once() -> None:
    lines = told(
        Change("jun.seo", "entra", Effect.DISABLED, "jun.seo@acme.example"),
        Change("jun.seo", "okta", Effect.DISABLED, "jun.seo@acme.example"),
    )
    assert lines[-1] == "  1 person loses all access"
    assert len([line for line in lines if "Jun Seo" in line]) == 2


def test_licences_are_lost_and_gained_beside_groups() -> None:
    assert told(
        Change("jun.seo", "entra", Effect.REMOVED, "group Sales"),
        Change("jun.seo", "entra", Effect.REMOVED, "licence m365-e3"),
        Change("jun.seo", "entra", Effect.ADDED, "licence m365-e5"),
        Change("jun.seo", "entra", Effect.ADDED, "licence visio"),
    )[2:-1] == [
        "    ~ Jun Seo, entra",
        "        leaves group Sales",
        "        loses licence m365-e3",
        "        gains licences m365-e5, visio",
    ]


def test_a_mover_loses_and_gains() -> None:
    assert told(
        Change("jun.seo", "entra", Effect.REMOVED, "group Sales"),
        Change("jun.seo", "entra", Effect.ADDED, "group Support"),
        Change("jun.seo", "entra", Effect.CHANGED, "job title: Seller → Helper"),
    )[1:] == [
        "  access changes:",
        "    ~ Jun Seo, entra",
        "        leaves group Sales",
        "        joins group Support",
        "        job title: Seller → Helper",
        "  1 person's access changes",
    ]


def test_who_loses_access_comes_before_who_gains_it() -> None:
    lines = told(
        Change("a.joiner", "okta", Effect.CREATED, "a.joiner@acme.example", "started 2026-11-22 09:00 EST"),
        Change("z.leaver", "okta", Effect.DELETED, "z.leaver@acme.example"),
    )
    assert lines[1:] == [
        "  access ends:",
        "    - z.leaver, okta: account z.leaver@acme.example is deleted",
        "  access begins:",
        "    + a.joiner, okta: new account a.joiner@acme.example",
        "        started 2026-11-22 09:00 EST",
        "  1 person loses all access, 1 person gains access",
    ]


def test_groups_and_notices_have_sections_of_their_own() -> None:
    assert told(
        Change("group Sales", "okta", Effect.CREATED, "6 members"),
        Change("group Staff", "okta", Effect.ADOPTED, "2 members"),
        notices=("zoe: is suspended there, and stays so",),
    )[1:] == [
        "  groups:",
        "    + Sales, okta: new, 6 members",
        "    + Staff, okta: adopted, 2 members",
        "  notices:",
        "    ! zoe: is suspended there, and stays so",
        "  2 groups",
    ]


def test_a_member_whom_no_record_puts_there_leaves_with_that_reason() -> None:
    why = "no record puts it there, and the group is exact"
    assert told(Change("desk@acme.example", "okta", Effect.REMOVED, "group Sales", why))[2:4] == [
        "    ~ desk@acme.example, okta",
        f"        leaves group Sales ({why})",
    ]


@pytest.mark.parametrize("text", ["\x1b]0;owned\x07", "\u202egpj", "[red]x[/red]\n  access ends:"])
def test_what_a_directory_says_cannot_forge_a_line(text: str) -> None:
    lines = told(
        Change(text, "okta", Effect.DISABLED, text, text),
        Change(text, "okta", Effect.ADDED, f"group {text}", text),
        Change(f"group {text}", "okta", Effect.CREATED, text),
        Change("eve.x", "okta", Effect.CHANGED, text),
        notices=(text,),
        name=text,
    )
    assert all(line.isprintable() for line in lines)
    assert lines.count("  access ends:") == 1
