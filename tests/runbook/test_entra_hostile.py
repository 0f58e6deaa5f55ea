"""Answers that no directory should give: the Entra steps refuse them or judge them, and never break."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.runbook.entra import RESTORE, STEPS
from leaver.runbook.step import Ask, BadReply, Case, Reply, Step
from tests.runbook.entra_replies import ANSWERS, CASE, CUT, DANA, seen

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SETTINGS: dict[str, dict[str, Any]] = {
    "automatic-reply": {"text": "Please ask Lee."},
    "forwarding": {"to": "handover"},
    "managed-devices": {"wipe": True},
    "licences": {"mailbox": "shared"},
}
ALL = [*STEPS, RESTORE]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, from the whole to each leaf."""
    inner: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [path, *(place for key, each in inner for place in _places(each, (*path, key)))]


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = _put(value[path[0]], path[1:], new)
    return changed


PLACES = [(key, place) for key, answer in ANSWERS.items() for place in _places(answer)]


def _case(step: Step) -> Case:
    return replace(CASE, settings=SETTINGS.get(step.name, {}), retained_until=CUT)


def _judged(step: Step, answers: dict[str, Reply]) -> list[Ask] | None:
    """Everything that the conductor asks of a step; None when it refused the answers."""
    case = _case(step)
    try:
        asks = list(step.look(case, answers))
        assert all(ask.key not in answers for ask in asks)
        if asks:
            return None
        if step.skip(case, answers) is not None:
            list(step.notes(case, answers))
            return []
        left = list(step.left(case, answers))
        assert all(item.key and isinstance(item.name, str) for item in left)
        assert len({item.key for item in left}) == len(left)
        json.dumps(dict(step.picture(case, answers)))
        assert all("\n" not in each for each in step.notes(case, answers))
        return list(step.act(case, answers, [item for item in left if not item.why]))
    except BadReply:
        return None


@given(place=st.sampled_from(PLACES), new=JSON)
def test_any_value_at_any_place_is_refused_or_judged(place: tuple[str, tuple[Any, ...]], new: Any) -> None:
    key, path = place
    answers = {**seen(), key: Reply(200, _put(ANSWERS[key], path, new))}
    for step in ALL:
        asks = _judged(step, answers)
        assert asks is None or all(_harmless(ask) for ask in asks)


@given(key=st.sampled_from(sorted(ANSWERS)), status=st.sampled_from([200, 204, 400, 403, 404]), data=JSON)
def test_any_answer_of_any_status_is_refused_or_judged(key: str, status: int, data: Any) -> None:
    answers = {**seen(), key: Reply(status, data)}
    for step in ALL:
        asks = _judged(step, answers)
        assert asks is None or all(_harmless(ask) for ask in asks)


def _harmless(ask: Ask) -> bool:
    """Whether a call can reach nobody but Dana, whatever the answers said."""
    start, _, query = ask.path.partition("?")
    segments = start.split("/")
    if segments[1] not in ("v1.0", "beta") or query or ".." in segments or "" in segments[1:]:
        return False
    if segments[2] == "users":
        return segments[3] == DANA
    # A group's own DELETE, or one of its members without /$ref, would delete the object.
    return not (segments[2] == "groups" and ask.method == "DELETE") or segments[-2:] == [DANA, "$ref"]


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.name)
def test_typical_answers_are_judged(step: Step) -> None:
    asks = _judged(step, seen(account=404) if step is RESTORE else seen())
    assert asks is not None
    assert all(_harmless(ask) for ask in asks)


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.name)
def test_a_step_asks_until_it_knows_all_and_then_no_more(step: Step) -> None:
    case, answers = _case(step), {}
    whole = seen()
    for _ in range(5):
        asks = step.look(case, answers)
        if not asks:
            break
        assert len({ask.key for ask in asks}) == len(asks)
        assert all(ask.method == "GET" or ask.key == "consent-clients" for ask in asks)
        answers |= {ask.key: whole[ask.key] for ask in asks}
    assert list(step.look(case, answers)) == []
    assert _judged(step, answers) is not None
