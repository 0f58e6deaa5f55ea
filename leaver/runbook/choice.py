"""Which steps a client's runbook takes, and what is wrong with what it says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from leaver.errors import LeaverError
from leaver.model import Client
from leaver.model import Runbook as RunbookSettings
from leaver.model.nearest import hint
from leaver.runbook.book import Runbook
from leaver.runbook.entra import contradictions
from leaver.runbook.order import Circle, tiers
from leaver.runbook.registry import KINDS
from leaver.runbook.step import Step

DirectoryKind = Literal["entra", "okta"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a client's runbook; `path` leads into client.yaml."""

    path: tuple[str | int, ...]
    fault: str
    remedy: str


class RunbookError(LeaverError):
    """A client's runbook cannot be taken."""


def choose(
    settings: RunbookSettings, kind: DirectoryKind, *, ahead: bool = False, also: Collection[str] = ()
) -> Runbook:
    """The runbook of one directory. With `ahead` only the steps that may run before the cut; `also` are steps on
    request that something else than the runbook asks for."""
    named = settings.steps
    chosen = tuple(
        step
        for step in KINDS[kind]
        if named.get(step.name, step.name in also or not step.on_request) is not False
        and (step.ahead or not ahead)
    )
    return Runbook(
        steps=chosen,
        settings={name: dict(own) for name, own in named.items() if isinstance(own, Mapping)},
    )


def refuse_faults(client: Client) -> None:
    """Raises RunbookError with all that `faults` finds."""
    found = [f"{client.key}: runbook: {each.fault}. {each.remedy}" for each in faults(client)]
    if found:
        raise RunbookError("\n".join(found))


def faults(client: Client) -> Iterator[Fault]:
    """What is wrong with the client's runbook, in no order."""
    settings = client.settings.runbook
    names = {step.name: step for steps in KINDS.values() for step in steps}
    kinds = {directory.kind for directory in client.settings.directories.values()}
    for name, own in settings.steps.items():
        path = ("runbook", "steps", name)
        if name not in names:
            yield Fault(path, f'step "{name}" is not known', f"Correct it{hint(name, names)}, or remove it.")
        elif not any(step.name == name for kind in kinds for step in KINDS[kind]):
            kind = names[name].kind
            yield Fault(
                path, f'step "{name}" is for {kind}, and the client has no such directory', "Remove it."
            )
        elif isinstance(own, Mapping):
            yield from _waits(path, own, names)
    for kind in kinds:
        book = choose(settings, kind)
        try:
            tiers(book.steps, book.further)
        except Circle as circle:
            yield Fault(
                ("runbook", "steps"), f"steps wait for each other: {circle}", "Correct their `after`."
            )
    # A step that is taken without being named counts, too: licences end a mailbox whether or not anybody says so.
    taken = {
        step.name: _settings(settings, step)
        for kind in sorted(kinds)
        for step in choose(settings, kind).steps
    }
    for found in contradictions(taken):
        named = next((name for name in found.steps if name in settings.steps), found.steps[0])
        yield Fault(("runbook", "steps", named), found.fault, found.remedy)


def _waits(path: tuple[str | int, ...], own: Mapping[str, Any], names: Mapping[str, Step]) -> Iterator[Fault]:
    after = own.get("after", ())
    if not isinstance(after, Sequence) or isinstance(after, str):
        yield Fault((*path, "after"), "`after` is no list", "Write the names of steps, such as [licences].")
        return
    for at, name in enumerate(after):
        if name not in names:
            remedy = f"Correct it{hint(name, names)}, or remove it."
            yield Fault((*path, "after", at), f'step "{name}" is not known', remedy)


def _settings(settings: RunbookSettings, step: Step) -> Mapping[str, Any]:
    own = settings.steps.get(step.name)
    return {key: value for key, value in own.items() if key != "after"} if isinstance(own, Mapping) else {}
