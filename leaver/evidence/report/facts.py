"""What the records say about a departed person, as plain values: the evidence knows nothing of files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from leaver.lifecycle import effective_end
from leaver.model import ON_CALL, Client, Departure, Nda

_PRODUCTS = {"entra": "Microsoft Entra ID", "okta": "Okta"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment, and whose doing it was."""

    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Something that a person has to do by hand before the departure is complete."""

    key: str
    title: str
    owner: str | None = None
    due: datetime | None = None
    done: Mark | None = None
    """The tick in the record; the evidence has an entry of its own."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Who left which client, and what was agreed. Moments are aware; keys are those of the records.

    `recorded` is False for somebody whose record is gone: then only the evidence tells of them.
    """

    client: str
    client_name: str
    zone: str
    person: str
    name: str
    recorded: bool = True
    usernames: Mapping[str, str] = field(default_factory=dict)
    """By directory, in the order of client.yaml: where the record has accounts."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """The directories' kinds, `entra` or `okta`."""
    ends: bool = True
    """The record ends the access: by a departure, an `until` or `disabled`."""
    agreed: datetime | None = None
    """The agreed moment, held or not."""
    due: datetime | None = None
    """From when there was to be no access: the agreed moment, or the release; None while a hold waits."""
    kind: str | None = None
    held: bool = False
    """The departure waits, or waited, for a release."""
    notice: datetime | None = None
    released: Mark | None = None
    asked: Mark | None = None
    """When the departure was written into the records."""
    approved: Mark | None = None
    """When that was merged."""
    ticket: str | None = None
    handover: str | None = None
    """What the colleague is called who gets mail and files."""
    nda: Nda | None = None
    by_hand: tuple[Hand, ...] = ()
    expected: tuple[tuple[str, str], ...] | None = None
    """The steps that the client's runbook takes, by directory and name; None where that is not known."""
    once: frozenset[str] = frozenset()
    """Steps that no directory can be asked about: its answer to the call is all there is."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What each step does, as an order, by its name."""

    def product(self, directory: str) -> str:
        """`Microsoft Entra ID`; the directory's own key where its kind is not known."""
        return _PRODUCTS.get(self.kinds.get(directory, ""), directory)

    def title(self, step: str) -> str:
        """What the step does: `Delete the sign-in methods`."""
        said = self.titles.get(step) or step.replace("-", " ")
        return said[:1].upper() + said[1:]


def facts_of(client: Client, person: str) -> Facts:
    """The facts that `client` has about `person`, a key; fewer when there is no such record."""
    record = client.people.get(person)
    kinds = {name: settings.kind for name, settings in client.settings.directories.items()}
    if record is None:
        return replace(
            unrecorded(client.key, person),
            client_name=client.settings.name,
            zone=client.zone,
            kinds=kinds,
            by_hand=tuple(_by_hand(client, None, None)),
        )
    departure = record.departure
    end = effective_end(record)
    released = None
    if departure is not None and departure.released is not None:
        released = Mark(at=departure.released, by=departure.released_by or "")
    return Facts(
        client=client.key,
        client_name=client.settings.name,
        zone=client.zone,
        person=person,
        name=client.display_name(person),
        usernames={name: client.username(person, name) or "" for name in client.accounts(person)},
        kinds=kinds,
        ends=departure is not None or record.until is not None or record.disabled,
        agreed=departure.at if departure is not None else record.until,
        due=end,
        kind=departure.kind.value if departure is not None else None,
        held=departure is not None and departure.on_hold,
        notice=departure.notice if departure is not None else None,
        released=released,
        ticket=departure.ticket if departure is not None else None,
        handover=_name(client, departure.handover) if departure is not None else None,
        nda=record.nda,
        by_hand=tuple(_by_hand(client, departure, end or departure.at)) if departure is not None else (),
    )


def _by_hand(client: Client, departure: Departure | None, end: datetime | None) -> Iterator[Hand]:
    """The tasks of one departure; those of leaver.lifecycle.tasks, and before it is effective too."""
    ticked = departure.tasks_done if departure is not None else {}
    for key, task in client.settings.runbook.tasks.items():
        owner = client.settings.on_call if task.owner in (None, ON_CALL) else task.owner
        tick = ticked.get(key)
        yield Hand(
            key=key,
            title=task.title,
            owner=_name(client, owner),
            due=task.due.after(end, client.zone) if end is not None else None,
            done=Mark(at=tick.at, by=tick.by or "") if tick is not None else None,
            note=(tick.note if tick is not None else None) or "",
        )


def unrecorded(client: str, person: str) -> Facts:
    """All that is known without any record: the keys. Times are in UTC then."""
    name = person.replace(".", " ").replace("-", " ").title()
    return Facts(client=client, client_name=client, zone="UTC", person=person, name=name, recorded=False)


def _name(client: Client, person: str | None) -> str | None:
    return client.display_name(person) if person is not None and person in client.people else person
