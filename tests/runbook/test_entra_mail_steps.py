"""Entra steps on a mailbox, by what Graph answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.runbook.entra_replies import (
    CASE,
    OLD,
    STEP,
    acts,
    named,
    rule,
    seen,
)

FORWARD = {"to": "handover"}


@pytest.mark.parametrize(
    ("rules", "settings", "left"),
    [
        ([], FORWARD, ["mail is not forwarded to lee@acme.example"]),
        ([], {"to": "desk@acme.example"}, ["mail is not forwarded to desk@acme.example"]),
        ([rule("a", "LEE@acme.example")], FORWARD, []),
        (
            [rule("a", "lee@acme.example"), rule("b", "lee@acme.example")],
            FORWARD,
            ["rule b to lee@acme.example"],
        ),
        (
            [rule("a", "lee@acme.example", conditions={"subjectContains": ["boss"]})],
            FORWARD,
            ["rule a to lee@acme.example", "mail is not forwarded to lee@acme.example"],
        ),
        (
            [rule("Leaver: forward", "me@private.example")],
            FORWARD,
            ["rule Leaver: forward to me@private.example", "mail is not forwarded to lee@acme.example"],
        ),
        (
            [rule("a", "lee@acme.example", "me@private.example")],
            FORWARD,
            ["rule a to lee@acme.example, me@private.example", "mail is not forwarded to lee@acme.example"],
        ),
        (
            [rule("a", "lee@acme.example", isEnabled=False)],
            FORWARD,
            ["rule a to lee@acme.example", "mail is not forwarded to lee@acme.example"],
        ),
        (
            [rule("a", "lee@acme.example")],
            {**FORWARD, "keep": False},
            ["rule a to lee@acme.example", "mail is not forwarded to lee@acme.example"],
        ),
    ],
)
def test_the_mailbox_forwards_to_whom_the_runbook_names_only(
    rules: list[Any], settings: dict[str, Any], left: list[str]
) -> None:
    assert named("forwarding", seen(inbox_rules=rules), **settings) == left


@pytest.mark.parametrize("keep", [True, False])
def test_the_rule_that_is_made_is_the_one_that_is_wanted(keep: bool) -> None:
    settings = {"to": "handover", "keep": keep}
    ((_, _, made),) = acts("forwarding", seen(inbox_rules=[]), **settings)
    assert made["actions"].get("delete", False) is not keep
    assert named("forwarding", seen(inbox_rules=[{"id": "q", **made}]), **settings) == []


def test_a_rule_that_graph_cannot_delete_is_left_with_the_command() -> None:
    answers = seen(inbox_rules=[rule("q", "me@private.example", isReadOnly=True)])
    (item,) = STEP["forwarding"].left(CASE, answers)
    assert item.why == f"Graph cannot delete this rule. In Exchange Online: Get-InboxRule -Mailbox '{OLD}'"
    assert STEP["forwarding"].act(CASE, answers, [item]) == []


def test_forwarding_without_anybody_to_forward_to_fails_and_says_so() -> None:
    case = replace(CASE, settings=FORWARD)
    (item,) = STEP["forwarding"].left(case, seen(inbox_rules=[], colleague=404))
    assert item.why == "lee.park@acme.example has no account in this directory. Name an address."


@pytest.mark.parametrize(
    ("shown", "left"),
    [
        ("Please ask Lee.", False),
        ("<html>\n<body>\nPlease  ask<br>Lee.\n</body>\n</html>\n", False),
        ("Please ask Kim.", True),
        ("", True),
    ],
)
def test_an_automatic_reply_is_recognised_in_exchanges_html(shown: str, left: bool) -> None:
    setting = {"status": "alwaysEnabled", "internalReplyMessage": shown, "externalReplyMessage": shown}
    answers = seen(mailbox={"automaticRepliesSetting": setting})
    assert bool(named("automatic-reply", answers, text="Please ask\nLee.")) is left


def test_without_a_mailbox_the_mail_steps_do_not_apply() -> None:
    for name in ("automatic-reply", "forwarding", "meetings", "mailbox-handover"):
        assert STEP[name].skip(CASE, seen(mailbox=404)) == "there is no mailbox"
    assert STEP["files-handover"].skip(CASE, seen(drive=404)) == "there is no OneDrive"
