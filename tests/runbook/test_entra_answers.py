"""What no answer may do to an Entra step: break out of a path or a command, or prove what it does not say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leaver.runbook.step import BadReply, Reply
from tests.runbook.entra_replies import (
    CASE,
    DANA,
    LEE,
    STEP,
    account,
    acts,
    group,
    seen,
)


def test_commands_for_people_cannot_be_broken_out_of() -> None:
    case = replace(CASE, username="o'brien\u2019; Remove-Mailbox *@acme.example")
    (item,) = STEP["groups"].left(case, seen(memberships=[{**group("g'", "L"), "mailEnabled": True}]))
    assert "-Identity 'g''' -Member 'o''brien\u2019\u2019; Remove-Mailbox *@acme.example' -Bypass" in item.why


def test_ids_from_answers_stay_one_segment_of_a_path() -> None:
    answers = seen(memberships=[group("../../users/x?y#z", "Odd")])
    ((_, path, _),) = acts("groups", answers)
    assert path == f"/v1.0/groups/..%2F..%2Fusers%2Fx%3Fy%23z/members/{DANA}/$ref"


def test_an_answer_about_somebody_else_proves_nothing() -> None:
    with pytest.raises(BadReply, match="account: the answer is about another account"):
        STEP["disable"].left(CASE, seen(account=account(id=LEE, accountEnabled=False)))


@pytest.mark.parametrize(
    ("step", "changes", "message"),
    [
        ("disable", {"account": account(accountEnabled=None)}, "account: accountEnabled is missing"),
        ("disable", {"account": account(accountEnabled="false")}, "account: accountEnabled is no boolean"),
        ("disable", {"account": []}, "account: the answer is no object"),
        (
            "revoke-sessions",
            {"account": account(signInSessionsValidFromDateTime="soon")},
            "account: signInSessionsValidFromDateTime is no moment with a zone",
        ),
        ("sign-in-methods", {"sign_in_methods": [{"id": "m"}]}, "sign-in-methods: a row has no type"),
        ("groups", {"memberships": {}}, "memberships: the answer is no list"),
        ("groups", {"memberships": 404}, "memberships: 404 for an account that exists"),
        ("address-list", {"address_list": 404}, "address-list: 404 for an account that exists"),
        ("leave-date", {"leave_date": 404}, "leave-date: 404 for an account that exists"),
        ("groups", {"memberships": [{"id": ""}]}, "memberships: a row of the list is no object with an id"),
        ("directory-roles", {"role_assignments": [{"id": "r"}]}, "role-assignments: principalId is missing"),
        ("consents", {"consents": [{"id": "c", "principalId": DANA}]}, "consents: clientId is missing"),
        ("leave-date", {"leave_date": {"id": DANA}}, "leave-date: employeeLeaveDateTime is missing"),
        ("forwarding", {"inbox_rules": [{"id": "q", "actions": []}]}, "inbox-rules: actions is no object"),
        (
            "licences",
            {"account": account(licenseAssignmentStates="none")},
            "account: licenseAssignmentStates is no list of objects",
        ),
    ],
)
def test_a_malformed_answer_is_no_proof(step: str, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadReply) as refused:
        STEP[step].left(CASE, seen(**changes))
    assert str(refused.value) == message


def test_an_answer_that_was_never_given_is_no_proof() -> None:
    with pytest.raises(BadReply, match="memberships: there is no answer"):
        STEP["groups"].left(CASE, {"account": Reply(200, account())})
