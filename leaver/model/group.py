"""A group: access that many people of a client have together."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from leaver.model.types import Flag, Key, Owner, Record, Seats, Text


class Membership(StrEnum):
    """Whom Leaver removes from a group."""

    EXACT = "exact"
    """Everybody whom the records do not name: the records are the whole list."""
    ADDITIVE = "additive"
    """Only people whom it put there, or who leave: others may be members too."""


class Group(Record):
    """A group in one directory of the client."""

    name: Text
    """The display name in the directory."""
    directory: Key
    """The directory's key in client.yaml."""
    description: Text | None = None
    confidential: Flag = False
    """What is behind it is under the non-disclosure agreement."""
    nda: Literal["required", "not required"] | None = None
    """Whether its members need a signed agreement; left out, those of a confidential group do."""
    owner: Owner | None = None
    """Who answers for it: a person's key or an e-mail address. Said here only, and not in the directory."""
    separate_from: tuple[Key, ...] = ()
    """The keys of groups that nobody may be in at the same time (NIST SP 800-53 AC-5)."""
    seats: Seats | None = None
    """How many licences stand behind it; more members than that is more than was bought."""
    membership: Membership | None = None
    """exact is the default for groups that Leaver creates, additive for groups that existed (`existing`)."""
    existing: Flag = False
    """The group was there before Leaver: it is never created, renamed or deleted."""

    @property
    def needs_nda(self) -> bool:
        """Whether nobody may be in it without a signed agreement."""
        return self.confidential if self.nda is None else self.nda == "required"

    @property
    def mode(self) -> Membership:
        """The membership mode in force."""
        if self.membership is not None:
            return self.membership
        return Membership.ADDITIVE if self.existing else Membership.EXACT
