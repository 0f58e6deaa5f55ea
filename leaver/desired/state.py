"""The values that say what should be true of a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leaver.lifecycle import Phase
from leaver.model import Membership


@dataclass(frozen=True, slots=True)
class Removal:
    """What becomes of an account whose record is gone (CIS Controls v8 6.2: disable rather than delete)."""

    since: datetime
    """When the record was first seen to be gone."""
    until: datetime
    """From this moment on the account is deleted."""
    delete: bool
    """Whether that moment has come."""


@dataclass(frozen=True, slots=True)
class DesiredAccount:
    """One person in one directory."""

    person: str
    directory: str
    username: str
    enabled: bool
    phase: Phase
    exists: bool
    """False before the first day: an account that is not there is not made, one that is there stays disabled."""
    name: str
    attributes: Mapping[str, str]
    """The profile attributes that the record manages, by the record's field names; `name` only when stated."""
    manager: str | None = None
    """The manager's person key."""
    roles: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    """The keys of the licences of this directory (client.yaml) that the account is given directly, sorted."""
    adopt: bool = False
    reinstate: bool = False
    removal: Removal | None = None


@dataclass(frozen=True, slots=True)
class DesiredGroup:
    """One group and the people who should be in it."""

    key: str
    directory: str
    name: str
    description: str | None
    existing: bool
    membership: Membership
    members: tuple[str, ...]
    """Person keys, sorted: those with access whose record names the group."""
    undecided: tuple[str, ...]
    """Person keys, sorted: those with access whose record says nothing of groups; in it or not, they stay so."""


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything that should be true of one client at `now`."""

    client: str
    now: datetime
    accounts: Mapping[tuple[str, str], DesiredAccount]
    """By (person key, directory key), sorted."""
    groups: Mapping[str, DesiredGroup]
    """By group key, sorted."""
    next_change: datetime | None
    """The next moment at which anything here changes by itself, or a hold expires."""
