"""What the last run left behind: the accounts that Leaver looks after, as its Pulumi state knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Remembered:
    """One account in the last state."""

    id: str
    """The directory's own ID of the account."""
    username: str
    enabled: bool
    """Whether the last run declared it enabled."""
    removed: datetime | None = None
    """When the record was first seen to be gone; None while there is one."""
    kept: datetime | None = None
    """Until when the account is kept since, as the last run said; None where none said it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The last state of one client: accounts by (person key, directory key). Empty before the first run."""

    accounts: Mapping[tuple[str, str], Remembered] = field(default_factory=dict)
