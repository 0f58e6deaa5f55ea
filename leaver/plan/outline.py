"""The outline that a plan has in every format: title, one part a client, what is refused; nothing is escaped yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from leaver.plan.changes import ClientChange
from leaver.plan.plan import FoundBreak, LimitUse, Plan, Standing
from leaver.plan.told import ToldClient, field_line, told
from leaver.plan.verbs import Verb

_SHORT_COMMIT = 10
_GONE = (
    "the client is ended: its folder and its stack's settings are removed. Nothing is done there any more, "
    "scheduled departures neither"
)
_COUNTED = {
    Verb.LEAVES: ("leaves", "leave"),
    Verb.WAITS: ("waits for a release", "wait for a release"),
    Verb.JOINS: ("joins", "join"),
    Verb.RETURNS: ("has access again", "have access again"),
    Verb.STAYS: ("stays", "stay"),
    Verb.MOVES: ("moves", "move"),
    Verb.REMOVED: ("record is removed", "records are removed"),
    Verb.RECORD: ("record changes", "records change"),
}


class Topic(StrEnum):
    """What a block of lines is about; the value is its title."""

    GROUPS = "groups"
    SETTINGS = "client.yaml"
    MOMENTS = "by itself, later"
    NEW = "policies: new with this change"
    STAYS = "policies: as before"
    GONE = "policies: mended by this change"
    LIMITS = "limits used"
    STEPS = "the runbook"
    BEYOND = "the engine would also do"
    SHORT = "the engine would not do"
    NOTICES = "the directories say"


@dataclass(frozen=True, slots=True)
class Part:
    """One client: its told people, and blocks of lines below a topic each; `weighty` ones are never folded away."""

    change: ClientChange
    told: ToldClient
    counted: str
    blocks: tuple[tuple[Topic, tuple[str, ...]], ...]

    @property
    def name(self) -> str:
        """The client's name and key."""
        return f"{self.change.name} ({self.change.key})"

    @property
    def title(self) -> str:
        """The client, and how many people do what."""
        return f"{self.name}: {self.counted}"


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole plan."""

    plan: Plan
    title: str
    parts: tuple[Part, ...]
    gone: tuple[str, ...]
    limits: tuple[str, ...]
    """Over all clients: what changes in them, and what is used."""
    refusals: tuple[str, ...]


def outline(plan: Plan) -> Outline:
    """What there is to show of a plan, as seen at its moment."""
    changed = len(plan.clients)
    others = f", {plan.unchanged:,} unchanged" if plan.unchanged else ""
    noun = "client" if changed == 1 else "clients"
    return Outline(
        plan,
        f"since {plan.since} ({plan.commit[:_SHORT_COMMIT]}): {changed:,} {noun} changed{others}",
        tuple(_part(plan, change) for change in plan.clients),
        tuple(f"{key}: {_GONE}" for key in plan.gone),
        (
            *(f"identities/limits.yaml: {field_line(each, 'UTC')}" for each in plan.bounds),
            *(limit_line(each) for each in plan.limits if each.client is None),
        ),
        tuple(_refusals(plan)),
    )


def limit_line(use: LimitUse) -> str:
    """`acme: people: 3 of 30, 5 allowed`."""
    about = "about " if use.about else ""
    over = ": TOO MANY" if use.exceeded else ""
    return f"{use.scope}: {use.what}: {use.used:,} of {about}{use.of:,}, {use.allowed:,} allowed{over}"


def _part(plan: Plan, change: ClientChange) -> Part:
    found = told(change, plan.now)
    view = plan.engine.get(change.key)
    findings = [each for each in plan.findings if each.client == change.key]
    blocks: list[tuple[Topic, tuple[str, ...]]] = [
        (Topic.GROUPS, found.groups),
        (Topic.SETTINGS, found.settings),
        (Topic.MOMENTS, found.moments),
        (Topic.NEW, _texts(findings, Standing.NEW)),
        (Topic.STAYS, _texts(findings, Standing.STAYS)),
        (Topic.GONE, _texts(findings, Standing.GONE)),
        (Topic.LIMITS, tuple(limit_line(each) for each in plan.limits if each.client == change.key)),
    ]
    if view is not None:
        blocks += [
            (Topic.STEPS, view.steps),
            (Topic.BEYOND, view.beyond),
            (Topic.SHORT, view.short),
            (Topic.NOTICES, view.notices),
        ]
    return Part(change, found, _counted(change, found), tuple((t, lines) for t, lines in blocks if lines))


def _counted(change: ClientChange, found: ToldClient) -> str:
    parts = [
        f"{number:,} {words[0] if number == 1 else words[1]}"
        for verb, words in _COUNTED.items()
        if (number := found.count(verb))
    ]
    if change.groups:
        number = len(change.groups)
        parts.append(f"{number:,} {'group' if number == 1 else 'groups'}")
    if change.settings:
        parts.append("client.yaml")
    if change.before is None:
        parts.insert(0, "new client")
    return ", ".join(parts) or "the files differ, and say the same"


def _texts(findings: list[FoundBreak], standing: Standing) -> tuple[str, ...]:
    """The mandatory ones first."""
    chosen = sorted(
        (each for each in findings if each.standing is standing), key=lambda each: not each.mandatory
    )
    if standing is Standing.GONE:
        return tuple(each.text for each in chosen)
    return tuple(f"{'mandatory' if each.mandatory else 'advisory'}: {each.text}" for each in chosen)


def _refusals(plan: Plan) -> Iterator[str]:
    yield from plan.refusals
    mandatory = [each for each in plan.findings if each.mandatory and each.standing is not Standing.GONE]
    for each in mandatory:
        yield each.text
    for key, view in plan.engine.items():
        if view.error:
            yield view.error if view.error.startswith(f"{key}:") else f"{key}: {view.error}"
