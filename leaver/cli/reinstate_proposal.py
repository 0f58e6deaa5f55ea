"""What `leaver reinstate` proposes: which record, made of what, and what is to be done beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leaver.cli.reinstate_facts import first_by_hand, former_of, past_of, shown_fields
from leaver.cli.session import Session
from leaver.errors import UsageError
from leaver.escape import line

if TYPE_CHECKING:
    from leaver.evidence.keep import Kept
    from leaver.model import Client, Person
    from leaver.source.had import Had
    from leaver.source.history import Former
    from leaver.source.operator import Operator
    from leaver.source.rehire import Rehire
    from leaver.source.reinstatement import Reinstatement
    from leaver.source.repository import Repository


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the records that gives `person` access again.

    `word.person` is the key of the record, a new one where `is_new`; `first` is to be done before the merge.
    """

    client: str
    person: str
    word: Reinstatement | Rehire
    had: Had
    former: Former | None = None
    first: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.word.person != self.person

    @property
    def branch(self) -> str:
        """The name of the branch, where nobody chose another."""
        return f"leaver/{'rehire' if self.is_new else 'reinstate'}-{self.client}-{self.word.person}"

    def message(self, by: str, reason: str | None) -> str:
        """The commit's message, and so the text of the pull request."""
        verb = f"Rehire {self.person} as {self.word.person}" if self.is_new else f"Reinstate {self.person}"
        # A directory's names must not become lines of their own: the trailers of a commit say who approved it.
        found = f"{verb} at {self.client}\n\nProposed by: {line(by)}\n"
        if reason:
            found += f"Reason: {line(reason)}\n"
        if self.former is not None:
            found += f"The record is that of the commit {self.former.commit}.\n"
        for title, lines in (
            ("To be done before this is merged:", self.first),
            ("Not given by the record:" if self.is_new else "Not given back by the record:", self.had.beyond),
        ):
            if lines:
                found += f"\n{title}\n" + "".join(f"- {line(each)}\n" for each in lines)
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "person": self.person,
            "record": self.word.person,
            "file": self.word.file,
            "rehire": "new" if self.is_new else "restore",
            "former": self.former.commit if self.former is not None else None,
            "groups": list(self.had.groups or ()),
            "roles": list(self.had.roles or ()),
            "licences": list(self.had.licences),
            "first": list(self.first),
            "by_hand": list(self.had.beyond),
            "image": self.had.images > 0,
        }


def proposal(
    session: Session,
    repository: Repository,
    client: str,
    person: str,
    new_key: str | None,
    starts: str | None,
) -> Proposal:
    """What gives the person access again, by the client's policy. Raises UsageError where that is nothing."""
    from leaver.model.protected import is_protected
    from leaver.source.had import had
    from leaver.source.rehire import Rehire
    from leaver.source.reinstatement import Reinstatement, fitted, not_left

    estate = session.estate([client])
    whole, former = estate.clients[client], None
    if person in whole.people:
        known, file = whole, estate.place(client, "people", person).file
    else:
        former, record = former_of(repository, whole, person)
        known, file = replace(whole, people={**whole.people, person: record}), _home(session, client, former)
    subject = f'{client}: person "{person}"'
    usernames = [known.username(person, name) or "" for name in known.accounts(person)]
    if is_protected(known, person, usernames):
        raise UsageError(
            f"{subject}: is a protected account, which Leaver never ends: nothing is to be got back."
        )
    if former is None and (why := not_left(known, person, session.now(), file)):
        raise UsageError(f"{subject}: {why}")
    past = past_of(session, client, person)
    found = had(whole, past.images)
    without: tuple[str, ...] = ()
    if former is not None:
        found, without = fitted(whole, known.people[person], found)
    text = former.text if former is not None else None
    if new_key is not None or whole.settings.rehire == "new":
        key = _new_key(repository, whole, person, new_key)
        if starts is None:
            raise UsageError(f"{subject}: gets new accounts. Say from when: --starts '2026-12-01 09:00'.")
        lines = tuple(_not_carried(session, known.people[person], file, person, text))
        found = replace(found, beyond=(*found.beyond, *lines))
        rehire = Rehire(whole, key, file, person, starts, found, text, without, shown_fields(whole, past))
        _refuse_faults(session, whole, rehire)
        return Proposal(client, person, rehire, found, former)
    if starts is not None:
        raise UsageError(
            f"{subject}: gets the same accounts back, with the apply. Leave --starts out, or add --as KEY."
        )
    now = session.now()
    word = Reinstatement(whole, person, file, found, now, text, without)
    _refuse_faults(session, whole, word)
    first = tuple(first_by_hand(whole, person, past, now, gone=former is not None))
    return Proposal(client, person, word, found, former, first)


def _new_key(repository: Repository, client: Client, person: str, stated: str | None) -> str:
    from leaver.source.git import TookTooLong
    from leaver.source.history import former_record, search_by_hand
    from leaver.source.rehire import is_new_key, next_key

    def taken(key: str) -> bool:
        try:
            return key in client.people or former_record(repository, client.key, key) is not None
        except TookTooLong as fault:
            raise UsageError(
                f"{client.key}: whether \"{key}\" was somebody's key before cannot be told: the search of git's "
                f"history took too long ({fault}). Look for it: {search_by_hand(client.key, key)}; if that finds "
                "nothing, write the new record by hand."
            ) from None

    if stated is None:
        return next_key(person, taken)
    if not is_new_key(stated):
        raise UsageError(
            f'--as: "{stated}" is not a key. Write at most 64 lower-case letters, digits, dots and hyphens.'
        )
    if taken(stated):
        raise UsageError(
            f'--as: "{stated}" is or was the key of somebody at {client.key}, and no key is given twice. '
            "Choose another."
        )
    return stated


def _not_carried(
    session: Session, record: Person, file: str, person: str, former: str | None
) -> Iterator[str]:
    from leaver.source.edit import record_data
    from leaver.source.rehire import for_a_time

    text = former if former is not None else (session.root / file).read_text(encoding="utf-8-sig")
    for name in for_a_time(record_data(text, person)):
        yield f"{name}, which was for a time"
    if record.nda is not None:
        yield f"the agreement {record.nda.document}, which is of the old record: one is to be signed anew"


def _home(session: Session, client: str, former: Former) -> str:
    """Where a record that is gone is put: into the file it stood in, or, where that is gone too, the first."""
    from leaver.source.files import client_files

    files = client_files(session.root, client).people
    return former.file if former.file in files else files[0]


def _refuse_faults(session: Session, client: Client, word: Reinstatement | Rehire) -> None:
    """Say what `leaver check` would say of the records with the change, before it is proposed."""
    from leaver.source.edit import EditRefused
    from leaver.source.word import faults_with

    try:
        text = (session.root / word.file).read_text(encoding="utf-8-sig")
        person = word.after(word(text))
    except EditRefused as fault:
        raise UsageError(str(fault)) from None
    if person is not None and (faults := faults_with(client, word.person, person)):
        raise UsageError("\n".join(faults))


def word_given(
    session: Session,
    made: Proposal,
    branch: str,
    commit: str,
    by: Operator,
    reason: str | None,
    now: datetime,
    fault: str = "",
) -> Kept:
    """Write that the branch was made, and by whom; never raises. `fault`: why it is not at the remote."""
    from leaver.evidence import Entry, Kind, Outcome
    from leaver.evidence.keep import keep
    from leaver.source.asked import from_forge

    seen = {"branch": branch, "record": made.word.file, "image": made.had.images > 0}
    if made.is_new:
        seen["as"] = made.word.person
    entry = Entry(
        kind=Kind.WORD,
        client=made.client,
        at=now,
        person=made.person,
        step="rehire" if made.is_new else "reinstate",
        outcome=Outcome.FAILED if fault else Outcome.DONE,
        why=fault or reason or "",
        asked_by=str(by),
        approved_by=from_forge(session.environ),
        commit=commit,
        seen={**seen, "by hand": [*made.first, *made.had.beyond]},
    )
    return keep([entry], session.home, session.environ)
