"""What each Okta step makes of Okta's answers: tables of replies, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.runbook.okta import STEPS
from leaver.runbook.step import BadReply, Case, Reply, Seen, Step

CUT = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
ME = "00u1dana"
CASE = Case("acme", "dana.reyes", "okta", ME, "dana.reyes@acme.example", CUT, CUT + timedelta(minutes=1))
STEP = {step.name: step for step in STEPS}

USER: dict[str, Any] = {
    "id": ME,
    "status": "ACTIVE",
    "profile": {"login": CASE.username, "email": CASE.username},
    "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
}
GROUP = {"id": "00g1", "type": "OKTA_GROUP", "profile": {"name": "Finance"}}
OF_AN_APP = {"id": "00g2", "type": "APP_GROUP", "profile": {"name": "AD"}, "source": {"id": "0oa1"}}
EVERYONE = {"id": "00g3", "type": "BUILT_IN", "profile": {"name": "Everyone"}}
ROLE = {"id": "ra1", "label": "Report Administrator", "assignmentType": "USER"}
BY_GROUP = {
    "id": "ra2",
    "label": "Help Desk Administrator",
    "assignmentType": "GROUP",
    "_links": {"assignee": {"href": "https://acme.okta.com/api/v1/groups/00g1"}},
}
DEVICE = {
    "device": {"id": "guo1", "status": "ACTIVE", "profile": {"displayName": "Laptop", "platform": "MACOS"}}
}
APP = {"id": "0oa2", "label": "Ledger", "_embedded": {"user": {"scope": "USER"}}}
WHOLE: Mapping[str, Any] = {
    "user": USER,
    "clients": [{"client_id": "0oa9", "client_name": "CRM"}],
    "tokens:0oa9": [{"id": "oar1", "status": "ACTIVE"}],
    "grants": [{"id": "oag1", "status": "ACTIVE", "clientId": "0oa9", "scopeId": "openid"}],
    "factors": [{"id": "opf1", "factorType": "push", "provider": "OKTA", "status": "ACTIVE"}],
    "roles": [ROLE, BY_GROUP],
    "groups": [GROUP, OF_AN_APP, EVERYONE],
    "group-rules": [],
    "app:0oa1": {"id": "0oa1", "label": "Active Directory"},
    "apps": [APP],
    "devices": [DEVICE],
    "device-users:guo1": [{"user": {"id": ME}}],
    "api-tokens": [
        {"id": "00T1", "name": "export", "userId": ME},
        {"id": "00T2", "name": "x", "userId": "00u2"},
    ],
    "caller": {"id": "00u9"},
}


def seen(**changed: Any) -> dict[str, Reply]:
    """The whole picture with these answers instead; a number stands for a refusal with that status."""
    replies = {**WHOLE, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return {
        key: Reply(data, None) if isinstance(data, int) else Reply(200, data) for key, data in replies.items()
    }


def left(step: str, **changed: Any) -> list[tuple[str, str, str]]:
    return [(item.key, item.name, item.why) for item in STEP[step].left(CASE, seen(**changed))]


def acts(step: str, case: Case = CASE, **changed: Any) -> list[str]:
    answers = seen(**changed)
    return [
        f"{ask.method} {ask.path}" for ask in STEP[step].act(case, answers, [*STEP[step].left(case, answers)])
    ]


@pytest.mark.parametrize(
    ("status", "is_left", "call"),
    [
        ("ACTIVE", True, "suspend"),
        ("STAGED", True, "deactivate"),
        ("PROVISIONED", True, "deactivate"),
        ("RECOVERY", True, "deactivate"),
        ("PASSWORD_EXPIRED", True, "deactivate"),
        ("LOCKED_OUT", True, "deactivate"),
        ("SUSPENDED", False, None),
        ("DEPROVISIONED", False, None),
    ],
)
def test_the_status_decides_how_sign_in_ends(status: str, is_left: bool, call: str | None) -> None:
    user = {**USER, "status": status}
    assert bool(left("suspend", user=user)) is is_left
    assert acts("suspend", user=user) == (
        [f"POST /api/v1/users/{ME}/lifecycle/{call}"] if call is not None else []
    )


@pytest.mark.parametrize(
    ("step", "items", "calls"),
    [
        (
            "sessions",
            [(ME, f"the sessions of {CASE.username}, which Okta does not list", "")],
            [f"DELETE /api/v1/users/{ME}/sessions?oauthTokens=true&forgetDevices=true"],
        ),
        ("api-tokens", [("00T1", "API token export", "")], ["DELETE /api/v1/api-tokens/00T1"]),
        (
            "client-tokens",
            [("0oa9", "1 token of CRM", "")],
            [f"DELETE /api/v1/users/{ME}/clients/0oa9/tokens"],
        ),
        ("grants", [("oag1", "openid to CRM", "")], [f"DELETE /api/v1/users/{ME}/grants"]),
        (
            "admin-roles",
            [
                ("ra1", "role Report Administrator", ""),
                ("ra2", "role Help Desk Administrator by group Finance", ""),
            ],
            [f"DELETE /api/v1/users/{ME}/roles/ra1", f"DELETE /api/v1/groups/00g1/users/{ME}"],
        ),
        (
            "groups",
            [
                ("00g1", "group Finance", ""),
                (
                    "00g2",
                    "group AD",
                    "the application Active Directory sets its members: take the account out there.",
                ),
            ],
            [f"DELETE /api/v1/groups/00g1/users/{ME}"],
        ),
        ("apps", [("0oa2", "Ledger", "")], [f"DELETE /api/v1/apps/0oa2/users/{ME}"]),
        ("factors", [("opf1", "push by OKTA", "")], [f"DELETE /api/v1/users/{ME}/factors/opf1"]),
        ("devices", [("guo1", "Laptop (MACOS)", "")], ["POST /api/v1/devices/guo1/lifecycle/deactivate"]),
        (
            "deactivate",
            [(ME, f"{CASE.username} is ACTIVE", "")],
            [f"POST /api/v1/users/{ME}/lifecycle/deactivate"],
        ),
        (
            "delete",
            [(ME, f"{CASE.username} is ACTIVE", "")],
            [f"POST /api/v1/users/{ME}/lifecycle/deactivate", f"DELETE /api/v1/users/{ME}"],
        ),
    ],
)
def test_what_is_left_and_the_calls_that_mend_it(
    step: str, items: list[tuple[str, str, str]], calls: list[str]
) -> None:
    assert left(step) == items
    assert acts(step) == calls


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        ("client-tokens", {"tokens:0oa9": []}),
        ("client-tokens", {"tokens:0oa9": 404}),
        ("client-tokens", {"tokens:0oa9": [{"id": "oar1", "status": "REVOKED"}]}),
        ("client-tokens", {"clients": []}),
        ("grants", {"grants": [{"id": "oag1", "status": "REVOKED", "clientId": "0oa9", "scopeId": "x"}]}),
        ("factors", {"factors": [{"id": "f", "factorType": "sms", "status": "NOT_SETUP"}]}),
        (
            "factors",
            {"factors": [{"id": "f", "factorType": "email", "profile": {"email": CASE.username.upper()}}]},
        ),
        ("admin-roles", {"roles": []}),
        ("groups", {"groups": [EVERYONE]}),
        ("apps", {"apps": [{**APP, "_embedded": {"user": {"scope": "GROUP"}}}]}),
        ("apps", {"apps": [{"id": "0oa2", "label": "L"}], "assignment:0oa2": 404}),
        ("devices", {"devices": [{"device": {"id": "guo1", "status": "DEACTIVATED"}}]}),
        ("api-tokens", {"api-tokens": [{"id": "00T2", "userId": "00u2"}]}),
        ("delete", {"user": 404}),
    ],
)
def test_nothing_is_left_of(step: str, answers: dict[str, Any]) -> None:
    assert left(step, **answers) == []
    assert acts(step, **answers) == []


def test_another_address_than_their_own_is_a_factor_to_take_away() -> None:
    row = {
        "id": "f",
        "factorType": "email",
        "provider": "OKTA",
        "profile": {"email": "dana@elsewhere.example"},
    }
    assert left("factors", factors=[row]) == [("f", "email by OKTA", "")]


def test_a_phone_number_ceases_to_recover_the_account_too() -> None:
    row = {"id": "f", "factorType": "sms", "provider": "OKTA"}
    assert acts("factors", factors=[row]) == [
        f"DELETE /api/v1/users/{ME}/factors/f?removeRecoveryEnrollment=true"
    ]


def test_two_roles_of_one_group_need_one_call() -> None:
    second = {**BY_GROUP, "id": "ra3", "label": "Read-Only Administrator"}
    assert acts("admin-roles", roles=[BY_GROUP, second]) == [f"DELETE /api/v1/groups/00g1/users/{ME}"]


@pytest.mark.parametrize(
    ("role", "groups", "item"),
    [
        (
            {**BY_GROUP, "_links": {}},
            [GROUP],
            (
                "ra2",
                "role Help Desk Administrator",
                "A group gives it, and Okta does not say which: look in the console.",
            ),
        ),
        (BY_GROUP, [], ("ra2", "role Help Desk Administrator by a group", "")),
        (
            BY_GROUP,
            [{**GROUP, "type": "BUILT_IN"}],
            (
                "ra2",
                "role Help Desk Administrator by group Finance",
                "Everybody is in this group: take the role from the group.",
            ),
        ),
        (
            BY_GROUP,
            [{**GROUP, "type": "APP_GROUP"}],
            (
                "ra2",
                "role Help Desk Administrator by group Finance",
                "An application sets its members: take the account out of the group there.",
            ),
        ),
    ],
)
def test_a_role_by_a_group(role: Any, groups: Any, item: tuple[str, str, str]) -> None:
    assert left("admin-roles", roles=[role], groups=groups) == [item]


def test_a_group_of_an_application_that_nobody_may_read_is_still_told() -> None:
    for status in (403, 404):
        (item,) = left("groups", groups=[OF_AN_APP], **{"app:0oa1": status})
        assert item[2] == "an application sets its members: take the account out there."


def test_rules_that_cannot_be_read_are_a_note_and_no_failure() -> None:
    assert STEP["groups"].notes(CASE, seen(group_rules=403)) == (
        "Group rules cannot be read, so nobody knows whether one puts the account back.",
    )
    assert left("groups", group_rules=403)[0] == ("00g1", "group Finance", "")


def test_the_token_that_leaver_may_be_signed_in_with_stays() -> None:
    answers = {"caller": {"id": ME}}
    why = "Leaver signs in with a token of this account: give Leaver another one first."
    assert left("api-tokens", **answers) == [("00T1", "API token export", why)]
    assert acts("api-tokens", **answers) == []


def test_a_service_application_is_nobody() -> None:
    assert acts("api-tokens", caller=404) == ["DELETE /api/v1/api-tokens/00T1"]


@pytest.mark.parametrize("step", [step.name for step in STEPS if step.name != "delete"])
def test_an_account_that_is_gone_is_skipped(step: str) -> None:
    answers = seen(user=404, grants=404, clients=404, factors=404, roles=404, groups=404, devices=404)
    assert STEP[step].skip(CASE, answers) == "the account does not exist any more"
    assert list(STEP[step].look(CASE, answers)) == []
    assert not STEP[step].notes(CASE, answers)


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ("client-tokens", "clients"),
        ("grants", "grants"),
        ("factors", "factors"),
        ("admin-roles", "roles"),
        ("groups", "groups"),
    ],
)
def test_a_list_that_okta_denies_to_have(step: str, key: str) -> None:
    gone = {**USER, "status": "DEPROVISIONED"}
    said = STEP[step].skip(CASE, seen(user=gone, **{key: 404}))
    assert said is not None
    assert said.startswith("the account is deactivated, and Okta shows no ")
    with pytest.raises(BadReply, match=f"^{key}: 404 for an account that exists$"):
        STEP[step].skip(CASE, seen(**{key: 404}))


@pytest.mark.parametrize(
    ("step", "answers", "said"),
    [
        ("suspend", {"user": []}, "user: not an object"),
        ("suspend", {"user": {**USER, "id": "00u2"}}, "user: it is about another account"),
        ("suspend", {"user": {"id": ME}}, "user: no status"),
        ("suspend", {"user": {**USER, "status": 7}}, "user: no status"),
        ("grants", {"grants": {}}, "grants: not a list"),
        ("grants", {"grants": [{"id": "g"}]}, "grants: a row without clientId"),
        ("grants", {"grants": ["x"]}, "grants: not an object"),
        ("client-tokens", {"clients": [{}]}, "clients: a row without client_id"),
        ("client-tokens", {"clients": [{"client_id": "../../me"}]}, "clients: a row without client_id"),
        ("factors", {"factors": [{"id": "f"}]}, "factors: a row without factorType"),
        ("admin-roles", {"roles": [{"id": "r"}]}, "roles: a row without assignmentType"),
        (
            "admin-roles",
            {"roles": [{"id": "r", "assignmentType": "CLIENT"}]},
            "roles: an assignment of another type than USER and GROUP",
        ),
        (
            "groups",
            {"groups": [{"id": "g", "type": "NEW"}]},
            "groups: a group of another type than OKTA_GROUP, APP_GROUP and BUILT_IN",
        ),
        ("groups", {"groups": [{"type": "OKTA_GROUP"}]}, "groups: a row without id"),
        (
            "apps",
            {"apps": [{"id": "a", "_embedded": {"user": {"scope": "NONE"}}}]},
            "apps: an assignment of another scope than USER and GROUP",
        ),
        ("devices", {"devices": [{"device": {"id": "d"}}]}, "devices: a row without status"),
        ("devices", {"device-users:guo1": [{}]}, "device-users:guo1: not an object"),
        ("api-tokens", {"api-tokens": [{"id": "t"}]}, "api-tokens: a row without userId"),
        ("api-tokens", {"caller": {}}, "caller: a row without id"),
    ],
)
def test_malformed_answers_are_refused(step: str, answers: dict[str, Any], said: str) -> None:
    with pytest.raises(BadReply) as caught:
        left(step, **answers)
    assert str(caught.value) == said


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(step=st.sampled_from(STEPS), key=st.sampled_from(sorted(WHOLE)), data=JSON)
def test_whatever_one_answer_holds_a_step_says_something_or_refuses(step: Step, key: str, data: Any) -> None:
    answers: Seen = {**seen(), key: Reply(200, data)}
    case = replace(CASE, retained_until=CASE.now)
    try:
        skipped = step.skip(case, answers)
        items = step.left(case, answers)
        asks = step.act(case, answers, items)
        notes, picture = step.notes(case, answers), step.picture(case, answers)
    except BadReply:
        return
    except KeyError:
        # A list of other clients, apps or devices, whose own answers are not here: `look` asks for them.
        assert [ask.key for ask in step.look(case, answers) if ask.key not in answers]
        return
    assert skipped is None
    assert all(item.key and item.name for item in items)
    assert all("/../" not in ask.path for ask in asks)
    assert all(isinstance(note, str) for note in notes)
    assert isinstance(picture, Mapping)


@given(order=st.permutations(sorted(WHOLE)), step=st.sampled_from(STEPS))
def test_looking_ends_whatever_comes_first(order: Sequence[str], step: Step) -> None:
    answers: dict[str, Reply] = {}
    for _ in range(4):
        asks = step.look(CASE, answers)
        if not asks:
            break
        keys = sorted((ask.key for ask in asks), key=order.index)
        answers |= {key: Reply(200, WHOLE[key]) for key in keys[: max(1, len(keys) - 1)]}
    asks = step.look(CASE, answers)
    for ask in asks:
        answers[ask.key] = Reply(200, WHOLE[ask.key])
    assert list(step.look(CASE, answers)) == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_done_means_that_nothing_is_left_and_nothing_more_is_called(step: Step) -> None:
    """The picture of an account that has lost all of it."""
    empty = dict.fromkeys(("grants", "clients", "factors", "roles", "apps", "devices", "api-tokens"), ())
    lists = {key: list(rows) for key, rows in empty.items()}
    status = "DEPROVISIONED" if step.name == "deactivate" else "SUSPENDED"
    user: Any = 404 if step.name == "delete" else {**USER, "status": status}
    after = seen(user=user, groups=[EVERYONE], **lists)
    if step.once:
        assert len(step.left(CASE, after)) == 1
    else:
        assert list(step.left(CASE, after)) == []
        assert list(step.act(CASE, after, [])) == []


def test_every_step_says_what_it_needs_and_waits_only_for_steps_that_exist() -> None:
    names = [step.name for step in STEPS]
    assert len(set(names)) == len(names)
    for step in STEPS:
        assert {"okta.users.read"} <= {permission.name for permission in step.needs}
        assert set(step.after) <= set(names)
        assert all(permission.purpose for permission in step.needs)


def test_the_moment_of_deletion() -> None:
    step = STEP["delete"]
    assert step.skip(CASE, seen()) == "nothing says until when the account is kept"
    for hours, skipped in ((1, True), (0, False), (-1, False)):
        case = replace(CASE, retained_until=CASE.now + timedelta(hours=hours))
        assert (step.skip(case, seen()) is not None) is skipped
