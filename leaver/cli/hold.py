"""`leaver hold` and `leaver cancel`: a departure that has to wait, and one that is off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leaver.cli.command import command
from leaver.cli.output import say, say_json
from leaver.cli.recording import Recorded, operator_of, record, tell_records
from leaver.cli.session import Session, with_session
from leaver.cli.words import keep_words, tell_evidence
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, RecordsError, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.model import Departure
    from leaver.source.operator import Operator
    from leaver.source.single import Single
    from leaver.source.word import Word

_client = click.argument("client")
_person = click.argument("person")
_reason = click.option("--reason", metavar="TEXT", help="Why, for the commit.")
_operator = click.option(
    "--operator", metavar="NAME", help="Who gives the word; else git's user.name and user.email."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@command(short_help="Make a departure wait for a release.")
@_client
@_person
@click.option("--owner", metavar="WHO", help="Who makes the call: on-call, a person's key or an address.")
@click.option(
    "--expires", metavar="TIME", help="From when the hold alarms, in the client's zone; it still waits."
)
@_reason
@_operator
@_json
@with_session
def hold(
    session: Session,
    client: str,
    person: str,
    owner: str | None,
    expires: str | None,
    reason: str | None,
    operator: str | None,
    as_json: bool,
) -> int:
    """Make PERSON's departure at CLIENT wait for `leaver release`, even after its moment.

    Writes the hold into the record, commits and pushes that alone. Without --owner the owner is on-call where
    client.yaml names somebody, else you; without --expires it alarms a day after the departure's moment. What
    has been cut already stays cut.

    \b
    Examples:
      leaver hold acme dana.reyes
      leaver hold acme dana.reyes --owner hr@acme.example --expires '2026-11-28 09:00'
    """
    from leaver.lifecycle import effective_end
    from leaver.source.word import HoldBack, default_expiry, stamp

    single = _single(session, client, person)
    departure, now = _departure(single), session.now()
    end = effective_end(single.client.people[person])
    if end is not None and end <= now:
        raise UsageError(
            f'{client}: person "{person}": departed {stamp(end, single.client.zone)}, '
            "and a hold gives nothing back. See: leaver cancel --help"
        )
    by = operator_of(session, operator)
    if not departure.on_hold or owner or expires:
        owner = owner or departure.owner or ("on-call" if single.client.settings.on_call else by.email)
        if not owner:
            raise UsageError("hold: nobody is named as its owner. Add --owner ADDRESS.")
        if expires is None and departure.expires is None:
            expires = default_expiry(departure.at, now, single.client.zone)
    word = HoldBack(single.client, person, _file(single), owner, expires)
    _refuse_faults(session, single, word)
    done = _record(
        session, word, "Hold", reason, by, f"hold: until released, owner {owner or departure.owner}"
    )
    kept = keep_words(session, "hold", [(client, person, done)], str(by), reason, now)
    if as_json:
        told = {"client": client, "person": person, "operator": str(by), "record": done.to_json()}
        say_json({**told, "evidence": kept.to_json()})
    else:
        at = stamp(departure.at, single.client.zone)
        _tell(single, [done], [f"The departure of {at} now waits for: leaver release {client} {person}"])
    tell_evidence(kept, quiet=as_json)
    return EXIT_CLEAN if kept.ok and not done.faults else EXIT_PROBLEMS


@command(short_help="Call a departure off; gives nothing back by itself.")
@_client
@_person
@_reason
@_operator
@_json
@with_session
def cancel(
    session: Session, client: str, person: str, reason: str | None, operator: str | None, as_json: bool
) -> int:
    """Take PERSON's departure at CLIENT out of the record; commit and push that alone.

    It enables no account: one that was disabled stays so, until its record says `reinstate: true` and an apply
    was approved. The next apply puts the accounts back into the record's groups, disabled as they are.

    \b
    Examples:
      leaver cancel acme dana.reyes
      leaver cancel acme dana.reyes --reason 'resignation withdrawn, HD-4711'
    """
    from leaver.lifecycle import effective_end
    from leaver.source.word import Cancellation

    single = _single(session, client, person)
    record_ = single.client.people[person]
    by = operator_of(session, operator)
    if record_.departure is None:
        raise UsageError(f'{client}: person "{person}": has no departure to cancel.')
    end = effective_end(record_)
    departed = end is not None and end <= session.now()
    done = _record(
        session, Cancellation(single.client, person, _file(single)), "Cancel", reason, by, "no departure"
    )
    kept = keep_words(session, "cancel", [(client, person, done)], str(by), reason, session.now())
    place = str(single.place)
    reinstate = {
        "place": place,
        "line": "reinstate: true",
        "then": f"leaver preview {client}, leaver apply {client}",
        "needed": departed,
    }
    if as_json:
        told = {"client": client, "person": person, "operator": str(by), "record": done.to_json()}
        say_json({**told, "reinstate": reinstate, "evidence": kept.to_json()})
    else:
        _tell(single, [done], _what_reinstate_does(single, place, departed=departed))
    tell_evidence(kept, quiet=as_json)
    return EXIT_CLEAN if kept.ok and not done.faults else EXIT_PROBLEMS


def _what_reinstate_does(single: Single, place: str, *, departed: bool) -> list[str]:
    client, person = single.client, single.person
    homes = ", ".join(f"{client.key}/{name}" for name in client.accounts(person))
    if not departed:
        return [f"Access in {homes} was not taken by this departure, and goes on."]
    lines = [
        "Nothing was given back: accounts that were disabled stay disabled.",
        f"To give access back, add this line to the record at {place}, under {person}:",
        "    reinstate: true",
        f"An apply then enables the accounts in {homes}; sessions do not come back, the person signs in anew.",
        "Without that line, an apply puts the accounts back into the record's groups, disabled as they are.",
        f"See it first: leaver preview {client.key}",
    ]
    if client.people[person].disabled:
        lines.append("The record also says `disabled: true`: remove that line too.")
    return lines


def _single(session: Session, client: str, person: str) -> Single:
    from leaver.source.single import load_single

    if "@" in person:
        raise UsageError(f'"{person}" is a username. Name the person by the key of their record.')
    return load_single(session.root, client, person, cache=session.record_cache(session.root))


def _departure(single: Single) -> Departure:
    departure = single.client.people[single.person].departure
    if departure is None:
        raise UsageError(
            f'{single.place}: person "{single.person}": has no departure to hold. Plan one: '
            "`departure: {at: 2026-11-27 17:00}`, or end the access now with leaver release."
        )
    return departure


def _file(single: Single) -> str:
    assert single.place is not None  # noqa: S101 - only a username without a record has none
    return single.place.file


def _refuse_faults(session: Session, single: Single, word: Word) -> None:
    """Say what `leaver check` would say of the record with the word, before it is written."""
    from leaver.source.edit import EditRefused
    from leaver.source.word import faults_with

    try:
        estate = session.estate([single.client.key])
        text = (session.root / word.file).read_text(encoding="utf-8-sig")
        person = word.after(word(text))
    except EditRefused as fault:
        raise UsageError(str(fault)) from None
    except RecordsError:
        # Other records are at fault: not the time to wait for them.
        return
    client = estate.clients[single.client.key]
    if person is not None and (faults := faults_with(client, single.person, person)):
        raise UsageError("\n".join(faults))


def _record(session: Session, word: Word, verb: str, reason: str | None, by: Operator, what: str) -> Recorded:
    message = f"{verb} the departure of {word.person} at {word.client.key}\n\nBy: {by}\n"
    if reason:
        message += f"Reason: {reason}\n"
    return record(session, word, message, by, what)


def _tell(single: Single, records: list[Recorded], lines: list[str]) -> None:
    client = single.client
    say(terminal(f"{client.display_name(single.person)} at {client.settings.name}"))
    for line in tell_records(records):
        say(line)
    for line in lines:
        say(terminal(line))
