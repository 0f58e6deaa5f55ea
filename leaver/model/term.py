"""Access for a time: a group or a role with its end, and perhaps its beginning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

from pydantic import Discriminator, Tag, model_validator

from leaver.model.types import Key, Moment, Record, Text, fault


class Term(Record):
    """Access from one moment, or from the person's start, until another."""

    starts: Moment | None = None
    """Before this moment the access is not given; left out, it is from the person's own start."""
    until: Moment
    """From this moment on the access is taken away."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.starts is not None and self.until <= self.starts:
            raise fault(
                f"ends {self.until:%Y-%m-%d %H:%M}Z, not after it starts {self.starts:%Y-%m-%d %H:%M}Z",
                "Correct `starts` or `until`.",
            )
        return self


class GroupTerm(Term):
    """A group for a time."""

    group: Key
    """The group's key (groups.yaml)."""

    @property
    def name(self) -> str:
        """What the access is to."""
        return self.group


class RoleTerm(Term):
    """A directory role for a time."""

    role: Text
    """The role's display name."""

    @property
    def name(self) -> str:
        """What the access is to."""
        return self.role


def _form(value: Any) -> str:
    return "term" if isinstance(value, dict | Term) else "name"


GroupEntry = Annotated[Annotated[Key, Tag("name")] | Annotated[GroupTerm, Tag("term")], Discriminator(_form)]
"""One of a person's groups: its key, or a mapping that says until when."""
RoleEntry = Annotated[Annotated[Text, Tag("name")] | Annotated[RoleTerm, Tag("term")], Discriminator(_form)]
"""One of a person's roles: its display name, or a mapping that says until when."""


def name_of(entry: str | GroupTerm | RoleTerm) -> str:
    """The group's key or the role's display name."""
    return entry if isinstance(entry, str) else entry.name


def terms(
    entries: Sequence[str | GroupTerm] | Sequence[str | RoleTerm] | None,
) -> Iterator[tuple[int, GroupTerm | RoleTerm]]:
    """The entries that are for a time, each with its place in the list."""
    for at, entry in enumerate(entries or ()):
        if isinstance(entry, GroupTerm | RoleTerm):
            yield at, entry
