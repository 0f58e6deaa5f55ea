"""A plan in people's words, as seen at a moment: the same lines for every format, none of them escaped yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from leaver.plan.changes import ClientChange, FieldChange, GroupChange, MomentChange, PersonChange
from leaver.plan.ending import told as told_ending
from leaver.plan.ending import when
from leaver.plan.timeline import Access, Item
from leaver.plan.verbs import MOMENTLESS, Verb, of_account, seen, verb_of

APPLY = "with the apply"
_MOMENTS = ("starts", "expires")
"""The last parts of fields whose values are moments, where they are no plain dates."""


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """One person: what becomes of them and when, and why, what and where, a line each."""

    key: str
    name: str
    verb: Verb
    at: datetime | None
    """None: with the apply, or nothing happens at a moment."""
    said: str
    """The name, the verb and the moment."""
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldClient:
    """One client."""

    key: str
    name: str
    people: tuple[ToldPerson, ...]
    groups: tuple[str, ...]
    settings: tuple[str, ...]
    moments: tuple[str, ...]

    def count(self, verb: Verb) -> int:
        """How many people it is of whom that is told."""
        return sum(1 for person in self.people if person.verb is verb)


def told(change: ClientChange, now: datetime) -> ToldClient:
    """What a client's change means, seen at `now`: what is over by then is not told."""
    people = sorted(
        (_person(change, each, now) for each in change.people),
        key=lambda each: (list(Verb).index(each.verb), each.at is not None, each.at or now, each.key),
    )
    return ToldClient(
        key=change.key,
        name=change.name,
        people=tuple(people),
        groups=tuple(line for each in change.groups for line in _group(each)),
        settings=tuple(field_line(each, change.zone) for each in change.settings),
        moments=tuple(_moments(change, now)),
    )


def _person(change: ClientChange, person: PersonChange, now: datetime) -> ToldPerson:
    verb, at = verb_of(person, now)
    subject = person.name if person.name == person.key else f"{person.name} ({person.key})"
    moment = "" if verb in MOMENTLESS else f" {_at(at, change.zone)}"
    if verb is Verb.STAYS and at is not None:
        moment = f" beyond {when(at, change.zone)}"
    return ToldPerson(
        person.key,
        person.name,
        verb,
        at,
        f"{subject} {verb.value}{moment}",
        tuple(_lines(change, person, now, verb, at)),
    )


def _lines(
    change: ClientChange, person: PersonChange, now: datetime, verb: Verb, at: datetime | None
) -> Iterator[str]:
    zone = change.zone
    if person.renamed_from is not None:
        yield f"the record was called {person.renamed_from}; the accounts stay"
    if person.record == "removed":
        kept = "deleted at once" if change.removal == "at once" else _kept(change.removal)
        yield f"the record is removed: the account is {kept}"
    yield from told_ending(person.before, person.after, zone)
    for account in person.accounts:
        yield from _account(change, person, account.directory, account.before, account.after)
    yield from _access(change, person, now, verb, at)
    if person.decided:
        yield "the record now says which groups there are: memberships that it does not name end"
    if person.undecided:
        yield "the record no longer says which groups there are: memberships stay as they are"
    for field in person.fields:
        yield field_line(field, zone)
    if _back(person, now) and not person.reinstates:
        yield "an account that the directory shows disabled stays so, without `reinstate: true` in the record"
    if person.reinstates and (_back(person, now) or any(each.before is None for each in person.accounts)):
        yield "an account that Entra deleted less than 30 days ago is restored"


def _kept(period: str) -> str:
    return f"disabled and stripped, kept for {period}, then deleted"


def _account(
    change: ClientChange, person: PersonChange, directory: str, before: str | None, after: str | None
) -> Iterator[str]:
    if before is not None and after is not None:
        yield f"{directory}: username {before} → {after}"
    elif after is not None:
        taken = ", or the one that exists is taken over" if person.adopts else ""
        yield f"{directory}: new account {after}{taken}"
    elif person.record != "removed":
        kept = "deleted at once" if change.removal == "at once" else _kept(change.removal)
        yield f"{directory}: the account {before} is {kept}"
    else:
        yield f"{directory}: account {before}"


def _access(
    change: ClientChange, person: PersonChange, now: datetime, verb: Verb, at: datetime | None
) -> Iterator[str]:
    """What is gained and lost, what happens at the same time in one directory on one line."""
    found: dict[tuple[bool, str, datetime | None, datetime | None], list[Item]] = {}
    told_at = None if verb in MOMENTLESS else at
    for shift in person.shifts:
        for span in seen(shift, now):
            key = (shift.gained, shift.item.directory, span.start, span.end)
            found.setdefault(key, []).append(shift.item)
    for (gained, directory, start, end), items in found.items():
        does = "loses" if not gained else "keeps" if verb in (Verb.STAYS, Verb.WAITS) else "gains"
        for_how_long = _span(start, end, told_at, change.zone)
        yield f"{directory}: {does} {_listing(items, change)}{for_how_long}"


def _span(start: datetime | None, end: datetime | None, told_at: datetime | None, zone: str) -> str:
    text = "" if start in (told_at, None) else f", from {_at(start, zone)}"
    if start is None and told_at is not None:
        text = f", {APPLY}"
    return text if end is None else f"{text}, for the time until {when(end, zone)}"


def _listing(items: Iterable[Item], change: ClientChange) -> str:
    chosen = list(items)
    parts = ["access"] if any(item.access is Access.ACCOUNT for item in chosen) else []
    for access in (Access.GROUP, Access.ROLE, Access.LICENCE):
        names = sorted(_name(item, change) for item in chosen if item.access is access)
        if names:
            parts.append(f"{access.value}{'s' if len(names) > 1 else ''} {', '.join(names)}")
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _name(item: Item, change: ClientChange) -> str:
    return change.group_names.get(item.name, item.name) if item.access is Access.GROUP else item.name


def _back(person: PersonChange, now: datetime) -> bool:
    """Whether an account that there was gets its access back with the apply."""
    new = {account.directory for account in person.accounts if account.before is None}
    return any(
        span.start is None
        for shift in of_account(person, gained=True)
        if shift.item.directory not in new
        for span in seen(shift, now)
    )


def _at(at: datetime | None, zone: str) -> str:
    return APPLY if at is None else when(at, zone)


def field_line(field: FieldChange, zone: str) -> str:
    """`title: Controller → Head of Finance`."""

    def shown(value: str | None) -> str | None:
        if value is None or field.field.rpartition(".")[2] not in _MOMENTS or "T" not in value:
            return value
        return when(datetime.fromisoformat(value), zone)

    before, after = shown(field.before), shown(field.after)
    if after is None:
        return f"{field.field}: {before} → no longer stated"
    return f"{field.field}: {before or 'not stated'} → {after}"


def _group(group: GroupChange) -> Iterator[str]:
    subject = f"{group.name} ({group.key}, {group.directory})"
    if group.record == "added":
        yield f"+ {subject}: {'comes under care' if group.existing else 'new group'}"
    elif group.record == "removed":
        yield f"- {subject}: {'let go of, and stays' if group.existing else 'deleted, with all memberships'}"
    for field in group.fields:
        yield f"~ {subject}: {field.field}: {field.before or 'not stated'} → {field.after or 'no longer stated'}"
    if group.exact and (group.record == "changed" or group.existing):
        yield f"- {subject}: whoever is in it without a record that says so is removed"


def _moments(change: ClientChange, now: datetime) -> Iterator[str]:
    """What will happen by itself, and did not before; what no longer will; what will at another moment."""
    found = []
    for person in change.people:
        for moment in person.moments:
            coming = [at for at in (moment.before, moment.after) if at is not None and at > now]
            if coming:
                found.append((min(coming), person.key, _moment(change, person, moment, now)))
    yield from (text for _, _, text in sorted(found))


def _moment(change: ClientChange, person: PersonChange, moment: MomentChange, now: datetime) -> str:
    what = f" {change.group_names.get(moment.what, moment.what)}" if moment.what else ""
    said = f"{person.name} {moment.kind}{what}"
    before, after = moment.before, moment.after
    if after is None and before is not None:
        return f"- {when(before, change.zone)}: {said}: no longer"
    if before is None and after is not None:
        return f"+ {when(after, change.zone)}: {said}"
    if before is not None and after is not None:
        past = " (past)" if after <= now else ""
        return f"~ {when(after, change.zone)}{past}: {said}, was {when(before, change.zone)}"
    return said
