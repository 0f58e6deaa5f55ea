"""What client.yaml says of the runbook: which steps a departure takes beyond the account and its managed groups.

The names of the steps are those of `leaver.runbook`, which is above this layer: `leaver check` holds them against
each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from leaver.model.period import Period as PeriodValue
from leaver.model.shown import quoted
from leaver.model.types import Key, Owner, Period, Record, Text, fault

_LONGEST_SETTING = 4_000
_LONGEST_LIST = 100
_SETTING_KEY_LIMIT = 64

Setting = bool | int | str | tuple[str, ...]


def _choice_of(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if not isinstance(value, Mapping):
        raise fault(
            f"{quoted(value)} is no choice",
            "Write true to take the step, false to leave it out, or its settings.",
        )
    return {_name(key): _setting(key, each) for key, each in value.items()}


def _name(key: Any) -> str:
    if isinstance(key, str) and key.isprintable() and 0 < len(key) <= _SETTING_KEY_LIMIT:
        return key
    raise fault(f"{quoted(key)} is not the name of a setting", "Use the names of docs/permissions.md.")


def _setting(key: Any, value: Any) -> Setting:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value):
        return int(value)
    if isinstance(value, bool | int) or (
        isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_SETTING
    ):
        return value
    if (
        isinstance(value, list | tuple)
        and len(value) <= _LONGEST_LIST
        and all(isinstance(each, str) and 0 < len(each.strip()) <= _LONGEST_SETTING for each in value)
    ):
        return tuple(value)
    raise fault(
        f"has the setting {quoted(key)} that is neither a text, a number, a list of texts, true nor false",
        "Write one of them.",
    )


SETTING = "^[a-z][a-z ]*$"
"""The form of a setting's name, for the JSON Schema; which names a step knows, `leaver check` says."""
StepChoice = Annotated[
    bool | Mapping[str, Setting],
    BeforeValidator(_choice_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {
                    "type": "object",
                    "patternProperties": {
                        SETTING: {
                            "anyOf": [
                                {"type": "boolean"},
                                {"type": "string"},
                                {"type": "integer"},
                                {"type": "array", "items": {"type": "string"}},
                            ]
                        }
                    },
                },
            ]
        }
    ),
]
"""true: the step is taken, asked for or not; false: it is left out; a mapping: it is taken with these settings, of
which `after` names further steps that must be over first."""


class HandTask(Record):
    """What no API does: a person does it and says so with `leaver task done`."""

    title: Text
    """What is to be done, as an order: Take the door badge."""
    owner: Owner | None = None
    """Who does it: on-call, the key of a person of this client, or an e-mail address; left out, `on call`."""
    due: Period = PeriodValue(7, "day")
    """By when, counted from the end of the access."""


class Runbook(Record):
    """The steps of a departure beyond the account and its managed groups, and the tasks by hand."""

    steps: Mapping[Key, StepChoice] = {}
    """Steps by name (docs/permissions.md). One that is not named is taken, unless it is only done on request."""
    tasks: Mapping[Key, HandTask] = {}
    """Tasks by hand, by a key of your choice; a departure is complete only when they are ticked."""
