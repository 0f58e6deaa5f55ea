"""What client.yaml may say of each Entra step, and what cannot be meant together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leaver.runbook.entra.mail import HANDOVER
from leaver.runbook.entra.steps import STEPS

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True, order=True)
class Contradiction:
    """`steps` are the names of the steps that it is about; `fault` and `remedy` are parts of a `Problem`."""

    steps: tuple[str, ...]
    fault: str
    remedy: str


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _days(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal() and 1 <= int(value[:9]) <= 1825


def _names(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(_text(each) for each in value)


def _target(value: Any) -> bool:
    return value == HANDOVER or (isinstance(value, str) and _ADDRESS.fullmatch(value) is not None)


SETTINGS: Mapping[str, Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "automatic-reply": {"text": (_text, "a text")},
    "forwarding": {"to": (_target, "an e-mail address or `handover`"), "keep": (_flag, "true or false")},
    "meetings": {"days": (_days, "a number of days from 1 to 1825"), "text": (_text, "a text")},
    "managed-devices": {"retire": (_flag, "true or false"), "wipe": (_flag, "true or false")},
    "files-handover": {"role": (lambda value: value in ("read", "write"), "read or write")},
    "licences": {
        "keep": (_names, "a list of part numbers"),
        "mailbox": (lambda value: value == "shared", "shared"),
    },
    "delete": {"ends": (_names, "a list of steps")},
    # Okta's step of the same name; the settings of a name are for both directories.
    "devices": {"action": (lambda value: value in ("suspend", "deactivate"), "suspend or deactivate")},
}
"""The settings by step: whether a value is good, and what it has to be. Steps that are not here have none."""

_STEPS = frozenset(step.name for step in STEPS)
_MAIL = ("forwarding", "automatic-reply", "mailbox-handover")
_NEEDED = (("automatic-reply", "text"),)


def contradictions(settings: Mapping[str, Mapping[str, Any]]) -> list[Contradiction]:
    """What is wrong with a runbook's Entra steps, given what client.yaml says of each step that it names.

    A step that is taken without settings has an empty mapping; one that is switched off is left out. Steps of other
    directories are passed over.
    """
    return sorted([*_faults(settings), *_together(settings)])


def _faults(settings: Mapping[str, Mapping[str, Any]]) -> list[Contradiction]:
    found = []
    for step in settings.keys() & _STEPS:
        given = settings[step]
        known = SETTINGS.get(step, {})
        for name, value in given.items():
            if name not in known:
                words = f"It has {', '.join(f'`{each}`' for each in known)}." if known else "It has none."
                found.append(Contradiction((step,), f"{step} has no setting `{name}`", words))
            elif not known[name][0](value):
                fault = f"{step} has `{name}: {value}`, which is not {known[name][1]}"
                found.append(Contradiction((step,), fault, f"Write {known[name][1]}."))
    for step, name in _NEEDED:
        if step in settings and name not in settings[step]:
            found.append(
                Contradiction((step,), f"{step} has no `{name}`", f"Write `{name}:` with what it says.")
            )
    return found


def _together(settings: Mapping[str, Mapping[str, Any]]) -> list[Contradiction]:
    found = []
    managed = settings.get("managed-devices", {})
    if managed.get("wipe") is True and managed.get("retire") is True:
        found.append(
            Contradiction(
                ("managed-devices",),
                "managed-devices has both `retire` and `wipe`",
                "Keep one of them: wiping takes everything, retiring the company's data only.",
            )
        )
    if managed.get("retire") is False and managed.get("wipe") is not True:
        found.append(
            Contradiction(
                ("managed-devices",),
                "managed-devices neither retires nor wipes",
                "Remove the step, or `retire: false`.",
            )
        )
    forwarding = settings.get("forwarding", {})
    if "keep" in forwarding and "to" not in forwarding:
        found.append(
            Contradiction(
                ("forwarding",), "forwarding has `keep` without `to`", "Say to whom, or remove `keep`."
            )
        )
    return [*found, *_ended(settings), *_unlicensed(settings)]


def _mail_steps(settings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The steps that give the mailbox something to do after the departure."""
    return [step for step in _MAIL if step in settings and (step != "forwarding" or "to" in settings[step])]


def _ended(settings: Mapping[str, Mapping[str, Any]]) -> list[Contradiction]:
    if "delete" not in settings:
        return []
    stated = settings["delete"].get("ends")
    allowed = stated if isinstance(stated, list | tuple) else ()
    lasting = [*_mail_steps(settings), *(each for each in ("files-handover",) if each in settings)]
    converted = settings.get("licences", {}).get("mailbox") == "shared" and "licences" not in allowed
    return [
        Contradiction(
            ("licences", "delete"),
            "licences and delete: `mailbox: shared` keeps the mailbox, and deleting the account deletes it",
            "Remove one of them, or say so: `delete: {ends: [licences]}`.",
        )
        for _ in range(converted)
    ] + [
        Contradiction(
            (step, "delete"),
            f"{step} and delete: deleting the account ends what {step} set up",
            f"Remove one of them, or say so: `delete: {{ends: [{step}]}}`.",
        )
        for step in lasting
        if step not in allowed
    ]


def _unlicensed(settings: Mapping[str, Mapping[str, Any]]) -> list[Contradiction]:
    # `licences` is no step on request: it runs unless the runbook leaves it out, which only the caller knows.
    given = settings.get("licences")
    if given is None or given.get("keep") or given.get("mailbox"):
        return []
    return [
        Contradiction(
            (step, "licences"),
            f"{step} and licences: a mailbox without its licence is gone after 30 days",
            "Say what keeps it: `licences: {mailbox: shared}`, or `licences: {keep: [EXCHANGESTANDARD]}`.",
        )
        for step in _mail_steps(settings)
    ]
