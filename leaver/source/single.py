"""One person's record without the rest of the client, and the clients where the same username is known.

The on-call release must not wait for ten thousand other records to be read, nor fail because one of them has a
fault. What is found here is typed and checked as always; what is in doubt is left to `load`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leaver.errors import LeaverError, Place, Problem, RecordsError, UsageError
from leaver.model import Client, ClientSettings, Person
from leaver.model.nearest import hint
from leaver.source.block import alone, find_record
from leaver.source.files import ClientFiles, FileFault, client_files, folders, read_bytes
from leaver.source.load import client_keys, load
from leaver.source.text import Flaw, decode
from leaver.source.typed import TypedFile, subject_of


@dataclass(frozen=True, slots=True)
class Single:
    """One person at one client: `client` has no other people, and no groups.

    `place` is where the record stands, None for somebody who has none and is known by a username alone.
    `problems` are faults of the record that do not touch where the person has accounts.
    """

    client: Client
    person: str
    place: Place | None
    problems: tuple[Problem, ...] = ()

    @property
    def usernames(self) -> frozenset[str]:
        """The person's usernames in all their directories, in lower case."""
        names = (self.client.username(self.person, name) for name in self.client.accounts(self.person))
        return frozenset(name.lower() for name in names if name)


def load_single(root: Path, client: str, person: str, *, cache: Path | None = None) -> Single:
    """The record of `person`, a key or a username, at `client`.

    A username that no record has is taken for an account in each of the client's directories.

    Raises:
        RecordsError: client.yaml, or what the record says of its accounts, has problems.
        UsageError: there is no such client or person.
    """
    known = client_keys(root)
    if client not in known:
        raise UsageError(f'no client "{client}". Correct it{hint(client, known)}. See the folder identities.')
    if "@" in person:
        return _by_username(root, client, person, cache)
    files = client_files(root, client)
    settings = read_settings(root, files)
    homes = list(_homes(root, files, person))
    if len(homes) == 1:
        name, text = homes[0]
        typed = TypedFile.of(client, name, "people", text, settings.zone)
        if person in typed.people and person not in typed.doubtful:
            made = Client(client, settings, {}, {person: typed.people[person]})
            return Single(made, person, typed.place(("people", person)), tuple(typed.problems))
        raise RecordsError(typed.problems)
    # Not there, or written in an unusual way: whatever it is, the loader knows what to say.
    estate = load(root, [client], cache=cache)
    whole = estate.clients[client]
    if person not in whole.people:
        raise UsageError(
            f'{client}: no person "{person}". Correct it{hint(person, whole.people)}: name them by their key, or an '
            "account that no record has by its username (with @)."
        )
    made = Client(client, settings, {}, {person: whole.people[person]})
    return Single(made, person, estate.place(client, "people", person))


def read_settings(root: Path, files: ClientFiles) -> ClientSettings:
    """client.yaml alone. Raises RecordsError."""
    try:
        text = decode(read_bytes(root, files.settings, subject_of(files.client, ())))
    except FileFault as fault:
        raise RecordsError([fault.problem]) from None
    if isinstance(text, Flaw):
        place = Place(files.settings, text.line, text.column)
        raise RecordsError([Problem(place, subject_of(files.client, ()), text.fault, text.remedy)])
    typed = TypedFile.of(files.client, files.settings, "client", text, None)
    if typed.settings is None:
        raise RecordsError(typed.problems)
    return typed.settings


def _homes(root: Path, files: ClientFiles, person: str) -> Iterator[tuple[str, str]]:
    """The people files that have the record beyond doubt, each by its name, and with nothing else in it."""
    for name, data in _people_bytes(root, files):
        if person.encode() not in data:
            continue
        text = decode(data)
        if not isinstance(text, Flaw) and (block := find_record(text, person)) is not None:
            yield name, alone(text, block)


def _people_bytes(root: Path, files: ClientFiles) -> Iterator[tuple[str, bytes]]:
    for name in files.people:
        try:
            yield name, read_bytes(root, name, subject_of(files.client, ()))
        except FileFault:
            continue


def _by_username(root: Path, client: str, username: str, cache: Path | None) -> Single:
    try:
        estate = load(root, [client], cache=cache)
    except RecordsError:
        settings = read_settings(root, client_files(root, client))
    else:
        whole = estate.clients[client]
        if (key := _who(whole, frozenset({username.lower()}))) is not None:
            made = Client(client, whole.settings, {}, {key: whole.people[key]})
            return Single(made, key, estate.place(client, "people", key))
        settings = whole.settings
    try:
        person = Person(username=username)
    except ValueError:
        raise UsageError(f'"{username}" is neither the key of a person nor a username.') from None
    return Single(Client(client, settings, {}, {username: person}), username, None)


def same_username(
    root: Path, usernames: frozenset[str], *, besides: str, cache: Path | None = None
) -> tuple[list[Single], list[str]]:
    """The people with one of `usernames` (lower case) at all clients but `besides`, and what hindered the search.

    Only clients whose files have the name in them are read: hundreds of others cost a look at their bytes.

    Raises:
        OSError, RecordsError: the folder of the clients cannot be listed.
    """
    found: list[Single] = []
    faults: list[str] = []
    try:
        others: Iterable[str] = [key for key in folders(root) if key != besides]
    except FileFault as fault:
        raise RecordsError([fault.problem]) from None
    for client in others:
        if not _may_know(root, client, usernames):
            continue
        try:
            estate = load(root, [client], cache=cache)
        except LeaverError as fault:
            first = str(fault).partition("\n")[0]
            faults.append(f"{client}: not searched, its records have problems ({first})")
            continue
        whole = estate.clients[client]
        if (key := _who(whole, usernames)) is not None:
            made = Client(client, whole.settings, {}, {key: whole.people[key]})
            found.append(Single(made, key, estate.place(client, "people", key)))
    return found, faults


def _may_know(root: Path, client: str, usernames: frozenset[str]) -> bool:
    """Whether the client's bytes have one of the usernames, or a key and a domain that would make it one."""
    files = client_files(root, client)
    try:
        settings = read_bytes(root, files.settings, client).lower()
    except FileFault:
        settings = b"@"
    parts = [name.encode().partition(b"@")[::2] for name in usernames]
    local = [key for key, domain in parts if domain in settings]
    wanted = [*(name.encode() for name in usernames), *local]
    return any(any(each in data.lower() for each in wanted) for _, data in _people_bytes(root, files))


def _who(client: Client, usernames: frozenset[str]) -> str | None:
    for key in client.people:
        for directory in client.accounts(key):
            username = client.username(key, directory)
            if username is not None and username.lower() in usernames:
                return key
    return None
