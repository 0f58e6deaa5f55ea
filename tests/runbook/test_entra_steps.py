"""The Entra steps judged on answers alone: what is left, what mends it, what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leaver.runbook.entra import STEPS
from leaver.runbook.step import BadReply, Item, Reply
from tests.runbook.entra_replies import (
    AFTER,
    BEFORE,
    CASE,
    CUT,
    DANA,
    LEE,
    STEP,
    account,
    acts,
    event,
    group,
    method,
    named,
    rule,
    seen,
    typed,
)

USER = f"/v1.0/users/{DANA}"
OLD = "dana.reyes@acme.example"


@pytest.mark.parametrize(
    ("step", "changes", "left"),
    [
        ("disable", {}, [f"{OLD} can sign in"]),
        ("disable", {"account": account(accountEnabled=False)}, []),
        ("revoke-sessions", {}, ["sessions since 2026-11-27 15:59:59Z are valid"]),
        ("revoke-sessions", {"account": account(signInSessionsValidFromDateTime=AFTER)}, []),
        (
            "revoke-sessions",
            {"account": account(signInSessionsValidFromDateTime=None)},
            ["sessions of any age are valid"],
        ),
        ("reset-password", {}, ["a password that somebody knows"]),
        ("reset-password", {"account": account(lastPasswordChangeDateTime=AFTER)}, []),
        ("sign-in-methods", {}, ["phone (mobile)"]),
        ("sign-in-methods", {"sign_in_methods": [method("m", "password")]}, []),
        (
            "sign-in-methods",
            {"sign_in_methods": [method("m", "retinaScan")]},
            ["retinaScanAuthenticationMethod"],
        ),
        ("directory-roles", {}, ["Helpdesk Administrator"]),
        ("directory-roles", {"role_assignments": []}, []),
        (
            "directory-roles",
            {
                "role_assignments": [
                    {"id": "r", "principalId": "cccc-3", "roleDefinitionId": "role"},
                    {
                        "id": "s",
                        "principalId": DANA.upper(),
                        "roleDefinitionId": "role",
                        "directoryScopeId": "/administrativeUnits/7",
                    },
                ]
            },
            ["role in /administrativeUnits/7"],
        ),
        ("role-eligibility", {}, ["User Administrator"]),
        ("group-eligibility", {}, ["member of Server administrators"]),
        ("groups", {}, ["Finance"]),
        ("groups", {"memberships": []}, []),
        ("app-roles", {}, ["Payroll"]),
        ("consents", {}, ["Diagram Board: Mail.Read offline_access"]),
        ("consents", {"consent_clients": 403}, ["sp-3: Mail.Read offline_access"]),
        ("ownership", {}, ["group Project", "application Script"]),
        ("ownership", {"owned_objects": []}, []),
        ("devices", {}, ["LAPTOP", "Phone"]),
        ("managed-devices", {}, ["LAPTOP (managed)", "Phone (managed)"]),
        ("address-list", {}, ["is in the address list"]),
        ("address-list", {"address_list": {"showInAddressList": False}}, []),
        ("leave-date", {}, ["the date of leaving is not set"]),
        (
            "leave-date",
            {"leave_date": {"employeeLeaveDateTime": BEFORE}},
            ["the date of leaving is 2026-11-27 15:59Z"],
        ),
        ("leave-date", {"leave_date": {"employeeLeaveDateTime": "2026-11-27T17:00:00+01:00"}}, []),
        ("forwarding", {}, ["rule q-1 to me@private.example"]),
        ("forwarding", {"inbox_rules": []}, []),
        (
            "meetings",
            {},
            ["meeting of 2026-12-01T10:00 with 1 invited", "series of 2026-12-01T10:00 with 1 invited"],
        ),
        ("meetings", {"calendar": [event("v", organiser=False), event("w", isCancelled=True)]}, []),
        ("files-handover", {}, ["the files are not open for lee.park@acme.example"]),
        ("licences", {}, ["SPE_E5"]),
        ("licences", {"account": account(licenseAssignmentStates=[])}, []),
        ("restore", {"account": 404}, [f"the account {OLD} is deleted"]),
        ("restore", {}, []),
    ],
)
def test_what_is_left(step: str, changes: dict[str, Any], left: list[str]) -> None:
    assert named(step, seen(**changes)) == left


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        ("disable", [("PATCH", USER, {"accountEnabled": False})]),
        ("revoke-sessions", [("POST", f"{USER}/revokeSignInSessions", None)]),
        ("sign-in-methods", [("DELETE", f"{USER}/authentication/phoneMethods/m-2", None)]),
        ("directory-roles", [("DELETE", "/v1.0/roleManagement/directory/roleAssignments/r-1", None)]),
        (
            "role-eligibility",
            [
                (
                    "POST",
                    "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests",
                    {
                        "action": "adminRemove",
                        "justification": "The person has left.",
                        "principalId": DANA,
                        "roleDefinitionId": "role",
                        "directoryScopeId": "/",
                    },
                )
            ],
        ),
        (
            "group-eligibility",
            [
                (
                    "POST",
                    "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests",
                    {
                        "action": "adminRemove",
                        "justification": "The person has left.",
                        "principalId": DANA,
                        "groupId": "g-7",
                        "accessId": "member",
                    },
                )
            ],
        ),
        ("groups", [("DELETE", f"/v1.0/groups/g-1/members/{DANA}/$ref", None)]),
        ("app-roles", [("DELETE", f"{USER}/appRoleAssignments/x-1", None)]),
        ("consents", [("DELETE", "/v1.0/oauth2PermissionGrants/c-1", None)]),
        (
            "ownership",
            [
                (
                    "POST",
                    "/v1.0/groups/o-1/owners/$ref",
                    {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{LEE}"},
                ),
                ("DELETE", f"/v1.0/groups/o-1/owners/{DANA}/$ref", None),
                ("DELETE", f"/v1.0/applications/o-2/owners/{DANA}/$ref", None),
            ],
        ),
        ("devices", [("PATCH", "/v1.0/devices/d-1", {"accountEnabled": False})]),
        (
            "managed-devices",
            [
                ("POST", "/v1.0/deviceManagement/managedDevices/i-1/retire", None),
                ("POST", "/v1.0/deviceManagement/managedDevices/i-2/retire", None),
            ],
        ),
        ("address-list", [("PATCH", f"/beta/users/{DANA}", {"showInAddressList": False})]),
        ("leave-date", [("PATCH", USER, {"employeeLeaveDateTime": "2026-11-27T16:00:00Z"})]),
        ("forwarding", [("DELETE", f"{USER}/mailFolders/inbox/messageRules/q-1", None)]),
        (
            "meetings",
            [
                ("POST", f"{USER}/events/v-1/cancel", {"comment": ""}),
                ("POST", f"{USER}/events/s-1/cancel", {"comment": ""}),
            ],
        ),
        (
            "files-handover",
            [
                (
                    "POST",
                    f"{USER}/drive/root/invite",
                    {
                        "recipients": [{"objectId": LEE}],
                        "requireSignIn": True,
                        "sendInvitation": False,
                        "roles": ["write"],
                    },
                )
            ],
        ),
        ("licences", [("POST", f"{USER}/assignLicense", {"addLicenses": [], "removeLicenses": ["sku-e5"]})]),
    ],
)
def test_what_mends_it(step: str, calls: list[tuple[str, str, Any]]) -> None:
    assert acts(step, seen()) == calls


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


def test_a_device_of_another_system_is_left_with_what_to_do() -> None:
    (_, phone) = STEP["devices"].left(CASE, seen())
    assert phone.why == (
        "An application may disable Windows devices only, and this is IPhone. Disable it in the Entra admin "
        "centre, Devices."
    )


@pytest.mark.parametrize(
    ("state", "wipe", "left"),
    [
        ("managed", False, True),
        ("retirePending", False, False),
        ("retireIssued", False, False),
        ("retireFailed", False, True),
        ("retireCanceled", False, True),
        ("wipePending", False, False),
        ("retirePending", True, True),
        ("wipeIssued", True, False),
        ("wipeFailed", True, True),
        ("deletePending", True, False),
        (None, True, True),
    ],
)
def test_the_states_of_a_managed_device(state: str | None, wipe: bool, left: bool) -> None:
    device = {
        "id": "i",
        "deviceName": "LAPTOP",
        "managementState": state,
        "managedDeviceOwnerType": "company",
    }
    assert bool(named("managed-devices", seen(managed_devices=[device]), wipe=wipe)) is left


def test_a_personal_device_is_never_wiped() -> None:
    calls = [path.rpartition("/")[2] for _, path, _ in acts("managed-devices", seen(), wipe=True)]
    assert calls == ["wipe", "retire"]
    unknown = [{"id": "i", "deviceName": "Thing", "managementState": "managed"}]
    assert acts("managed-devices", seen(managed_devices=unknown), wipe=True)[0][1].endswith("/retire")


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


def test_somebody_without_a_departure_has_no_date_of_leaving() -> None:
    case = replace(CASE, departure=False)
    assert STEP["leave-date"].skip(case, seen()) == "there is no departure, so no moment was agreed"
    assert STEP["leave-date"].left(case, seen()) == []


def test_only_the_date_of_leaving_runs_ahead_and_it_takes_nothing_away() -> None:
    assert [step.name for step in STEPS if step.ahead] == ["leave-date"]


@pytest.mark.parametrize(
    "step", [step for step in STEPS if step.name != "delete"], ids=lambda step: step.name
)
def test_an_account_that_is_gone_needs_no_step(step: Any) -> None:
    answers = {"account": Reply(404, None)}
    assert list(step.look(CASE, answers)) == []
    assert step.skip(CASE, answers) == "the account does not exist any more"
    assert list(step.left(CASE, answers)) == []
    assert list(step.notes(CASE, answers)) == []


def test_deletion_waits_for_the_end_of_retention() -> None:
    step = STEP["delete"]
    assert step.skip(CASE, seen()) == "nothing says until when the account is kept"
    early = replace(CASE, retained_until=CASE.now + timedelta(seconds=1))
    assert step.skip(early, seen()) == "the account is kept until 2026-11-27 16:01 UTC"
    assert step.act(early, seen(), [Item(DANA, "x")]) == []
    due = replace(CASE, retained_until=CUT)
    assert step.skip(due, seen()) is None
    assert acts("delete", seen(), due) == [("DELETE", USER, None)]
    assert list(step.left(due, seen(account=404))) == []


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
