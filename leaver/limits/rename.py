"""Renames: a person who keeps their accounts under another key, and two records that look like one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from leaver.desired import Memory
from leaver.limits.judge import Fault
from leaver.model import Client
from leaver.model.finding import person_subject


@dataclass(frozen=True, slots=True)
class Who:
    """What somebody is known by: usernames as "NAME in DIRECTORY" in lower case, and what they are called."""

    usernames: frozenset[str]
    name: str | None = None


def renames(client: Client, memory: Memory) -> dict[str, str]:
    """The new key by the old one, of everybody whose record says what it `was`.

    A key under which the last run looked after another account of the same directory is no rename: two accounts
    cannot become one.
    """
    homes: dict[str, set[str]] = {}
    for person, directory in memory.accounts:
        homes.setdefault(person, set()).add(directory)
    return {
        person.was: key
        for key, person in client.people.items()
        if person.was is not None and not homes.get(person.was, set()) & homes.get(key, set())
    }


def unnamed_renames(before: Client, after: Client) -> list[Fault]:
    """The people of `after` who look like somebody of `before` whose record is gone, and do not say so."""
    known = {person.was for person in after.people.values()}
    gone = {key: who(before, key) for key in before.people if key not in after.people and key not in known}
    new = {
        key: who(after, key)
        for key, person in after.people.items()
        if key not in before.people and person.was is None
    }
    return list(suspects(gone, new))


def who(client: Client, key: str) -> Who:
    """What the person `key` of the records is known by."""
    names = {name: client.username(key, name) for name in client.accounts(key)}
    usernames = frozenset(f"{username} in {name}".lower() for name, username in names.items() if username)
    return Who(usernames, client.people[key].name)


def suspects(gone: Mapping[str, Who], new: Mapping[str, Who]) -> Iterator[Fault]:
    """Everybody of `new` who has a username, or the name, of somebody of `gone`."""
    by_username = {username: key for key in sorted(gone) for username in gone[key].usernames}
    by_name = {name.casefold(): key for key in sorted(gone) if (name := gone[key].name)}
    for key in sorted(new):
        shared = sorted(new[key].usernames & by_username.keys())
        if shared:
            yield _fault(
                key, by_username[shared[0]], f"has the username {shared[0]}", "choose another username"
            )
        elif (name := new[key].name) is not None and name.casefold() in by_name:
            yield _fault(
                key, by_name[name.casefold()], f'is called "{name}"', "let the removal be applied first"
            )


def emptied(client: Client, people: Iterable[str]) -> Iterator[Fault]:
    """That none of `people`, who were there before, has a record any more, and there were several."""
    before = set(people)
    if len(before) > 1 and not before & client.people.keys():
        yield Fault(
            f'client "{client.key}"',
            f"the records have none of the {len(before)} people that were there before",
            "Put the people's files back.",
            overridable=True,
        )


def _fault(key: str, old: str, how: str, else_: str) -> Fault:
    return Fault(
        person_subject(key),
        f'{how}, as "{old}" did, whose record is gone',
        f"If it is the same person, write `was: {old}` in the record, and the account is kept; "
        f"if not, {else_}.",
    )
