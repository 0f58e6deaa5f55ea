"""Somebody who comes back under a new key: their old record stays ended, and nothing of its accounts is enabled.

What the new record says is what the old one said and what the before-image shows; what was for a time, or was agreed
with the old account (an agreement, a username), is not carried over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leaver.model.types import KEY_PATTERN
from leaver.source.block import find_record
from leaver.source.edit import EditRefused, record_data
from leaver.source.had import Had
from leaver.source.insert import insert_record, new_record
from leaver.source.reinstatement import licence_fields, wanted
from leaver.source.word import Word

_NOT_CARRIED = frozenset(
    {
        "departure",
        "disabled",
        "until",
        "starts",
        "was",
        "adopt",
        "reinstate",
        "nda",
        "username",
        "usernames",
        "groups",
        "roles",
    }
)
_KEY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Rehire(Word):
    """`person`, a new key, gets a record made of that of `old`, with access from `starts` on.

    `former` is a people file with the old record alone, where that is gone. `shown` has fields of a record by what
    the directories showed before the departure: for those that the old record did not say.
    """

    old: str
    starts: str
    had: Had
    former: str | None = None
    without: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, text: str) -> str:
        """The file's text with the new record; as it is where there is one already. Raises EditRefused."""
        if find_record(text, self.person) is not None:
            return text
        source = text if find_record(text, self.old) is not None else self.former
        if source is None:
            raise EditRefused(f'{self.file}: person "{self.old}": the record is not there')
        made = new_record(self.person, self._fields(record_data(source, self.old)))
        changed = insert_record(text, self.person, made)
        if problems := self._typed(changed).problems:
            raise EditRefused("\n".join(f"{each.subject}: {each.fault}. {each.remedy}" for each in problems))
        return changed

    def _fields(self, old: Mapping[str, Any]) -> dict[str, Any]:
        left_out = _NOT_CARRIED | frozenset(self.without)
        carried = {key: value for key, value in old.items() if key not in left_out}
        found: dict[str, Any] = {"name": carried.pop("name", None), "starts": self.starts, **carried}
        if "username" in old:
            found["username"] = self._at_the_domain_of(old["username"])
        if isinstance(own := old.get("usernames"), Mapping):
            found["usernames"] = {name: self._at_the_domain_of(each) for name, each in own.items()}
        found |= {key: value for key, value in self.shown.items() if key not in found}
        for name, image in (("groups", self.had.groups), ("roles", self.had.roles)):
            stated = old.get(name)
            lasting = _lasting(stated) if stated is not None else None
            names = wanted(lasting, image)
            # For a time is over with the time: who needs it again asks for it anew.
            temporary = _temporary(stated)
            if names is not None:
                found[name] = [each for each in names if each not in temporary]
        stated = [str(each) for each in carried.get("licences") or ()]
        found |= licence_fields(stated, found.get("usage location"), self.had)
        return found

    def _at_the_domain_of(self, username: Any) -> str:
        return f"{self.person}@{str(username).partition('@')[2]}"


def for_a_time(old: Mapping[str, Any]) -> tuple[str, ...]:
    """The groups and roles that a record, as plain data, gives for a time."""
    return (*sorted(_temporary(old.get("groups"))), *sorted(_temporary(old.get("roles"))))


def _lasting(entries: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in entries if isinstance(each, str)) if isinstance(entries, list) else ()


def _temporary(entries: Any) -> frozenset[str]:
    if not isinstance(entries, list):
        return frozenset()
    found = (each.get("group") or each.get("role") for each in entries if isinstance(each, Mapping))
    return frozenset(str(name) for name in found)


def next_key(old: str, taken: Callable[[str], bool]) -> str:
    """A key that nobody has or had: dana.reyes → dana.reyes2, dana.reyes3."""
    stem = re.sub(r"(?<=[a-z])[0-9]+$", "", old) or old
    number = 2
    while taken(key := f"{stem[: _KEY_LENGTH - len(str(number))]}{number}"):
        number += 1
    return key


def is_new_key(text: str) -> bool:
    """Whether the text may be the key of a record."""
    return re.fullmatch(KEY_PATTERN.strip("^$"), text) is not None
