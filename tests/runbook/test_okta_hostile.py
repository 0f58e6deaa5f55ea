"""Answers that no organisation should give: the Okta steps refuse them or judge them, and never break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.runbook.okta import STEPS
from leaver.runbook.step import BadReply, Reply, Seen, Step
from tests.runbook.okta_replies import (
    CASE,
    EVERYONE,
    ME,
    STEP,
    USER,
    WHOLE,
    left,
    seen,
)


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
