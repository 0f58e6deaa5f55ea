"""What client.yaml may say of the Entra steps, and what cannot be meant together."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.runbook.entra import SETTINGS, STEPS, contradictions

NAMES = {step.name for step in STEPS}
SHARED = {"licences": {"mailbox": "shared"}}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            name: {}
            for name in NAMES
            if name not in ("automatic-reply", "mailbox-handover", "delete", "files-handover")
        },
        {"forwarding": {"to": "handover", "keep": False}, **SHARED},
        {"forwarding": {"to": "desk@acme.example"}, "licences": {"keep": ("EXCHANGESTANDARD",)}},
        {"automatic-reply": {"text": "Please ask Lee."}, "mailbox-handover": {}, **SHARED},
        {"managed-devices": {"wipe": True}},
        {"managed-devices": {"wipe": False, "retire": True}},
        {"meetings": {"days": "90", "text": "Cancelled."}},
        {"devices": {"action": "suspend"}},
        {"delete": {"ends": ("forwarding", "licences")}, "forwarding": {"to": "handover"}, **SHARED},
        {"delete": {}, "forwarding": {}},
        {"sessions": {"of": "Okta's"}, "factors": {}},
    ],
)
def test_what_can_be_meant(settings: dict[str, Any]) -> None:
    assert contradictions(settings) == []


@pytest.mark.parametrize(
    ("settings", "fault", "remedy"),
    [
        (
            {"managed-devices": {"wipe": True, "retire": True}},
            "managed-devices has both `retire` and `wipe`",
            "Keep one of them: wiping takes everything, retiring the company's data only.",
        ),
        (
            {"managed-devices": {"retire": False}},
            "managed-devices neither retires nor wipes",
            "Remove the step, or `retire: false`.",
        ),
        (
            {"delete": {"ends": ("licences",)}, "forwarding": {"to": "handover"}, **SHARED},
            "forwarding and delete: deleting the account ends what forwarding set up",
            "Remove one of them, or say so: `delete: {ends: [forwarding]}`.",
        ),
        (
            {"delete": {"ends": ("forwarding", "licences")}, "mailbox-handover": {}, **SHARED},
            "mailbox-handover and delete: deleting the account ends what mailbox-handover set up",
            "Remove one of them, or say so: `delete: {ends: [mailbox-handover]}`.",
        ),
        (
            {"delete": {}, "files-handover": {}},
            "files-handover and delete: deleting the account ends what files-handover set up",
            "Remove one of them, or say so: `delete: {ends: [files-handover]}`.",
        ),
        (
            {"delete": {"ends": ("forwarding",)}, **SHARED},
            "licences and delete: `mailbox: shared` keeps the mailbox, and deleting the account deletes it",
            "Remove one of them, or say so: `delete: {ends: [licences]}`.",
        ),
        (
            {"mailbox-handover": {}, "licences": {}},
            "mailbox-handover and licences: a mailbox without its licence is gone after 30 days",
            "Say what keeps it: `licences: {mailbox: shared}`, or `licences: {keep: [EXCHANGESTANDARD]}`.",
        ),
        ({"automatic-reply": {}}, "automatic-reply has no `text`", "Write `text:` with what it says."),
        (
            {"automatic-reply": {"text": " "}},
            "automatic-reply has `text:  `, which is not a text",
            "Write a text.",
        ),
        (
            {"forwarding": {"keep": False}},
            "forwarding has `keep` without `to`",
            "Say to whom, or remove `keep`.",
        ),
        (
            {"forwarding": {"to": "lee"}, **SHARED},
            "forwarding has `to: lee`, which is not an e-mail address or `handover`",
            "Write an e-mail address or `handover`.",
        ),
        (
            {"meetings": {"days": "0"}},
            "meetings has `days: 0`, which is not a number of days from 1 to 1825",
            "Write a number of days from 1 to 1825.",
        ),
        (
            {"managed-devices": {"wipe": "yes"}},
            "managed-devices has `wipe: yes`, which is not true or false",
            "Write true or false.",
        ),
        ({"groups": {"keep": ("x",)}}, "groups has no setting `keep`", "It has none."),
        ({"forwarding": {"from": "x"}}, "forwarding has no setting `from`", "It has `to`, `keep`."),
    ],
)
def test_what_cannot_be_meant(settings: dict[str, Any], fault: str, remedy: str) -> None:
    assert [(each.fault, each.remedy) for each in contradictions(settings)] == [(fault, remedy)]


def test_all_faults_are_told_at_once_in_the_same_order() -> None:
    settings: dict[str, Any] = {
        "delete": {},
        "mailbox-handover": {},
        "forwarding": {"to": "handover", "keep": "no"},
        "licences": {},
        "managed-devices": {"wipe": True, "retire": True},
    }
    found = contradictions(settings)
    assert [each.steps for each in found] == [
        ("forwarding",),
        ("forwarding", "delete"),
        ("forwarding", "licences"),
        ("mailbox-handover", "delete"),
        ("mailbox-handover", "licences"),
        ("managed-devices",),
    ]
    assert contradictions(dict(reversed(settings.items()))) == found


def test_every_setting_belongs_to_a_step() -> None:
    assert set(SETTINGS) <= NAMES


def test_the_steps_have_names_of_their_own_and_wait_for_steps_that_there_are() -> None:
    assert len(NAMES) == len(STEPS)
    order = [step.name for step in STEPS]
    for step in STEPS:
        assert all(order.index(name) < order.index(step.name) for name in step.after), step.name
        assert step.needs, step.name
        assert step.kind == "entra"
        assert "learn.microsoft.com" in (type(step).__doc__ or "") or step.name == "mailbox-handover"
