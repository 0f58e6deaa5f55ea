"""The rules between records about how access ends: who owns a hold, who is on notice, how long a term may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver.model.client import Client
from leaver.model.departure import ON_CALL, Hold
from leaver.model.finding import Finding, person_subject, unknown
from leaver.model.moment import local
from leaver.model.period import Period
from leaver.model.term import terms


def check_holds(client: Client) -> Iterator[Finding]:
    """A hold that still waits has an owner: a person other than the leaver, an address, or the client's on-call."""
    for key, person in client.people.items():
        departure = person.departure
        if departure is None or not departure.on_hold or departure.released is not None:
            continue
        path: tuple[str | int, ...] = (key, "departure", "hold")
        if isinstance(departure.hold, Hold) and departure.owner is not None:
            path = (*path, "owner")
        owner = client.hold_owner(key)
        if owner is None:
            fault = "has a hold without an owner, and client.yaml names nobody on call"
            remedy = (
                "Add `on call:` to client.yaml, or an owner to the hold: a person's key or an e-mail address."
            )
        elif owner == key:
            fault = "is the owner of their own hold"
            remedy = "Name another person, an e-mail address, or on-call."
        elif "@" not in owner and owner not in client.people:
            known = {**client.people, ON_CALL: None}
            yield unknown(
                "people", path, person_subject(key), "owner", owner, known, "write an e-mail address"
            )
            continue
        else:
            continue
        yield Finding("people", path, person_subject(key), fault, remedy)


def check_notice_groups(client: Client) -> Iterator[Finding]:
    """The notice groups exist, and none is named twice."""
    names = client.settings.notice_groups
    for at, name in enumerate(names):
        path, subject = ("notice groups", at), f'client "{client.key}"'
        if name not in client.groups:
            yield unknown("client", path, subject, "group", name, client.groups, "add it to groups.yaml")
        elif name in names[:at]:
            yield Finding(
                "client", path, subject, f'`notice groups` names "{name}" twice', "Keep one of them."
            )


def check_notice(client: Client) -> Iterator[Finding]:
    """Whoever is put on notice has an account in the directory of a notice group."""
    names = client.settings.notice_groups
    homes = [client.groups[name].directory for name in names if name in client.groups]
    for key, person in client.people.items():
        if person.departure is None or person.departure.notice is None:
            continue
        if not names:
            fault = "is put on notice, and the client has no notice group"
            remedy = "Add `notice groups:` to client.yaml, or remove `notice`."
        elif not homes or any(home in client.accounts(key) for home in homes):
            continue
        else:
            fault = f"is put on notice, and has no account in {' or '.join(homes)}, where the notice group is"
            remedy = "Add a notice group in a directory of the person, or remove `notice`."
        yield Finding("people", (key, "departure", "notice"), person_subject(key), fault, remedy)


def check_terms(client: Client) -> Iterator[Finding]:
    """No access for a time is for longer than the client allows."""
    longest = client.settings.longest
    for key, person in client.people.items():
        if longest.record is not None and person.until is not None:
            yield from _too_long(
                client, key, ("until",), "access", (person.starts, person.until, longest.record), "record"
            )
        for field, most in (("groups", longest.group), ("roles", longest.role)):
            if most is None:
                continue
            kind = field.removesuffix("s")
            for at, term in terms(person.groups if field == "groups" else person.roles):
                span = (term.starts or person.starts, term.until, most)
                yield from _too_long(client, key, (field, at), f'{kind} "{term.name}"', span, kind)


def _too_long(
    client: Client,
    key: str,
    path: tuple[str | int, ...],
    what: str,
    span: tuple[datetime | None, datetime, Period],
    kind: str,
) -> Iterator[Finding]:
    starts, until, most = span
    if starts is None:
        fault = f"{what} ends without having a start, and `longest.{kind}` of client.yaml is {most}"
        remedy = "Add `starts:`, so that its length is known."
    elif until > (last := most.after(starts, client.zone)):
        fault = f"{what} lasts until {local(until, client.zone)}, and the client allows {most}"
        remedy = f"End it by {local(last, client.zone)}, or change `longest` in client.yaml."
    else:
        return
    yield Finding("people", (key, *path), person_subject(key), fault, remedy)
