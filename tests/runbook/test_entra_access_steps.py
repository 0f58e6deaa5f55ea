"""Entra steps that take access: sign-in, methods, memberships, licences and ownership, by what Graph answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leaver.runbook.step import BadReply, Item, Reply
from tests.runbook.entra_replies import (
    AFTER,
    BEFORE,
    CASE,
    DANA,
    LEE,
    OLD,
    STEP,
    account,
    method,
    named,
    seen,
    typed,
)


def test_the_new_password_is_of_the_injected_randomness_and_meets_entras_rules() -> None:
    from leaver.runbook.entra.access import ResetPassword

    step = ResetPassword(lambda: "secret")
    (ask,) = step.act(CASE, seen(), step.left(CASE, seen()))
    assert ask.json["passwordProfile"] == {"password": "secretaA1!", "forceChangePasswordNextSignIn": True}
    assert "secret" not in repr(ask)


def test_a_stamp_of_the_second_of_the_cut_counts_and_one_before_does_not() -> None:
    # Graph cuts its stamps to whole seconds, and the cut was at 16:00:00.4.
    assert named("reset-password", seen(account=account(lastPasswordChangeDateTime=AFTER))) == []
    assert named("reset-password", seen(account=account(lastPasswordChangeDateTime=BEFORE))) != []


@pytest.mark.parametrize(
    ("stamp", "taken", "left"),
    [
        (BEFORE, None, True),
        (BEFORE, frozenset({"reset-password", "revoke-sessions"}), True),
        (AFTER, None, False),
        (AFTER, frozenset({"reset-password", "revoke-sessions"}), False),
        # Newer than the cut, but nobody says that it was Leaver, and it is older than this run.
        (AFTER, frozenset(), True),
        # Of this run: the answer got lost, the act did not.
        ("2026-11-27T16:01:00Z", frozenset(), False),
    ],
)
@pytest.mark.parametrize("step", ["revoke-sessions", "reset-password"])
def test_a_stamp_proves_only_what_leaver_did(
    step: str, stamp: str, taken: frozenset[str] | None, left: bool
) -> None:
    changed = account(signInSessionsValidFromDateTime=stamp, lastPasswordChangeDateTime=stamp)
    assert bool(STEP[step].left(replace(CASE, taken=taken), seen(account=changed))) is left


@pytest.mark.parametrize(
    ("default", "order", "waits"),
    [
        (
            "sms",
            ["app", "key", "alternate", "mobile"],
            {"alternate": "app key", "mobile": "app key alternate"},
        ),
        (
            "push",
            ["alternate", "key", "mobile", "app"],
            {"mobile": "alternate", "app": "mobile alternate key"},
        ),
        (
            "oath",
            ["alternate", "key", "mobile", "app"],
            {"mobile": "alternate", "app": "mobile alternate key"},
        ),
        (None, ["app", "alternate", "key", "mobile"], {"mobile": "alternate"}),
        ("none", ["app", "alternate", "key", "mobile"], {"mobile": "alternate"}),
    ],
)
def test_the_default_method_waits_for_all_others(
    default: str | None, order: list[str], waits: dict[str, str]
) -> None:
    methods = [
        method("mobile", "phone", phoneType="mobile"),
        method("app", "microsoftAuthenticator", displayName="Phone"),
        method("alternate", "phone", phoneType="alternateMobile"),
        method("key", "fido2"),
    ]
    answers = seen(
        sign_in_methods=methods,
        sign_in_preferences={"userPreferredMethodForSecondaryAuthentication": default},
    )
    step = STEP["sign-in-methods"]
    asks = step.act(CASE, answers, step.left(CASE, answers))
    assert [ask.key for ask in asks] == order
    assert {ask.key: " ".join(ask.after) for ask in asks if ask.after} == waits


def test_the_order_of_methods_needs_no_permission_to_read_the_default() -> None:
    step = STEP["sign-in-methods"]
    answers = seen(sign_in_preferences=403)
    assert [ask.key for ask in step.act(CASE, answers, step.left(CASE, answers))] == ["m-2"]


def test_a_tenant_without_privileged_identity_management_has_nobody_eligible() -> None:
    refusal = {"error": {"code": "AadPremiumLicenseRequired", "message": "The tenant needs a licence."}}
    answers = {**seen(), "role-eligibility": Reply(400, refusal)}
    assert STEP["role-eligibility"].skip(CASE, answers) == (
        "the tenant has no licence for privileged identity management, so nobody is eligible"
    )
    with pytest.raises(BadReply, match="role-eligibility: the directory refused with status 400"):
        STEP["role-eligibility"].skip(CASE, {**answers, "role-eligibility": Reply(400, {"error": {}})})


def test_what_comes_through_a_group_is_told_and_left_to_the_group() -> None:
    assert STEP["app-roles"].notes(CASE, seen()) == [
        "Ledger: assigned to the group Finance, and goes with the membership"
    ]
    assert STEP["licences"].notes(CASE, seen()) == [
        "EXCHANGESTANDARD: comes with the group Finance, and goes with the membership"
    ]
    states = [{"skuId": "sku-mail", "assignedByGroup": "g-2"}, {"skuId": "sku-e5", "assignedByGroup": "g-9"}]
    assert STEP["licences"].notes(CASE, seen(account=account(licenseAssignmentStates=states))) == [
        "EXCHANGESTANDARD: comes with the dynamic group Office, and is paid until its rule lets the account go",
        "SPE_E5: comes with a group that the account has left, and goes with it",
    ]
    inherited = [{**each, "memberType": "Group"} for each in seen()["role-eligibility"].data]
    answers = seen(role_eligibility=inherited)
    assert named("role-eligibility", answers) == []
    assert STEP["role-eligibility"].notes(CASE, answers) == [
        "User Administrator: eligible through a group, and goes with the membership"
    ]


def test_a_dynamic_group_is_told_and_not_left() -> None:
    assert STEP["groups"].notes(CASE, seen()) == [
        "Office: a rule decides who is in it, so nobody can be taken out. Check that the rule leaves disabled "
        "accounts out."
    ]


def test_a_licence_frees_one_unit_unless_a_group_gives_it_too() -> None:
    picture = STEP["licences"].picture(CASE, seen())
    assert picture == {
        "direct": ["SPE_E5"],
        "inherited": [{"name": "EXCHANGESTANDARD", "group": "g-1"}],
        "frees": {"SPE_E5": 1},
        "units": {"SPE_E5": {"bought": 25, "used": 20, "free": 5}, "EXCHANGESTANDARD": {}},
    }
    both = [{"skuId": "sku-e5", "assignedByGroup": None}, {"skuId": "sku-e5", "assignedByGroup": "g-1"}]
    answers = seen(account=account(licenseAssignmentStates=both))
    assert STEP["licences"].picture(CASE, answers)["frees"] == {"SPE_E5": 0}


def test_a_slip_of_the_pen_in_what_is_kept_costs_no_licence() -> None:
    case = replace(CASE, settings={"keep": ("SPE_E55",)})
    (item,) = STEP["licences"].left(case, seen())
    assert item.why == "The runbook keeps SPE_E55, which the tenant does not have. Correct `keep`."
    assert STEP["licences"].act(case, seen(), [item]) == []


def test_a_licence_that_the_runbook_keeps_stays_and_is_told() -> None:
    case = replace(CASE, settings={"keep": ("SPE_E5",)})
    assert STEP["licences"].left(case, seen()) == []
    assert "SPE_E5: kept, as the runbook says" in STEP["licences"].notes(case, seen())


@pytest.mark.parametrize(
    ("handover", "changes", "why"),
    [
        (
            "lee.park@acme.example",
            {"colleague": 404},
            "Nobody else owns it, and lee.park@acme.example has no account in this directory. Name another "
            "colleague.",
        ),
        (
            "lee.park@acme.example",
            {"colleague": {"id": LEE, "accountEnabled": False}},
            "Nobody else owns it, and the account of lee.park@acme.example is disabled. Name another colleague.",
        ),
        (
            OLD,
            {"colleague": {"id": DANA, "accountEnabled": True}},
            f"Nobody else owns it, and {OLD} is the account that is left. Name another colleague.",
        ),
    ],
)
def test_nobody_can_take_over(handover: str, changes: dict[str, Any], why: str) -> None:
    case = replace(CASE, handover=handover)
    answers = seen(**changes)
    assert STEP["ownership"].left(case, answers) == [
        Item("o-1", "group Project", why),
        Item("o-2", "application Script"),
    ]
    asks = STEP["ownership"].act(case, answers, STEP["ownership"].left(case, answers))
    assert [ask.key for ask in asks] == ["o-2"]


def test_an_owner_goes_only_after_the_colleague_came() -> None:
    asks = STEP["ownership"].act(CASE, seen(), STEP["ownership"].left(CASE, seen()))
    assert [(ask.key, ask.after) for ask in asks] == [("o-1:add", ()), ("o-1", ("o-1:add",)), ("o-2", ())]


def test_an_application_among_the_owners_is_nobody_who_answers_for_a_group() -> None:
    case = replace(CASE, handover=None)
    owners = [typed("user", id=DANA), typed("servicePrincipal", id="sp")]
    answers = seen(owned_objects=[typed("group", id="o-1", displayName="Project")])
    assert STEP["ownership"].left(case, {**answers, "owners:o-1": Reply(200, owners)}) == []
