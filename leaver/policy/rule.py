"""What a policy is: one definition for records, resources, live accounts and authors; and what breaks one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from leaver.desired import Memory
from leaver.model import Client, Level
from leaver.model.finding import File


@dataclass(frozen=True, slots=True)
class Break:
    """One break of a policy: the file and the path of the value in it (record key first), and what is wrong.

    `urn` names the resource where a policy looks at resources.
    """

    file: File
    path: tuple[str | int, ...]
    subject: str
    fault: str
    urn: str | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a directory says of one account's use: `last` is None where it never saw a sign-in since `created`."""

    username: str
    enabled: bool
    created: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class DeclaredAccount:
    """An account as the program declares it; `enabled` is None where the inputs do not say, `id` where it is not
    made yet."""

    urn: str
    enabled: bool | None
    protected: bool
    id: str | None = None


@dataclass(frozen=True, slots=True)
class DeclaredGroup:
    """The account IDs that the program declares as members; those that are not made yet are left out."""

    urn: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resources:
    """What one run declares, and what the run before it left.

    `accounts` are by (person key, directory key), `groups` by group key. `memory` is the last state. `untouched` are
    the accounts that the run leaves as they are, because their directory no longer has them.
    """

    accounts: Mapping[tuple[str, str], DeclaredAccount]
    groups: Mapping[str, DeclaredGroup]
    memory: Memory
    untouched: frozenset[tuple[str, str]] = frozenset()


Authors = Mapping[tuple[str | int, ...], tuple[str, ...]]
"""Who may have written the lines of people's records that are new: e-mail addresses by path (record key first)."""
SignIns = Mapping[str, tuple[SignIn, ...]]
"""The accounts by directory key."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy.

    `name` is what client.yaml calls it, `level` its own level, `controls` what it implements (CIS Controls v8,
    NIST SP 800-53 revision 5), `requires` the rule and `remedy` what to do, each a sentence. Of the checks it has
    those for which it can say something; each is a pure function.
    """

    name: str
    level: Level
    controls: tuple[str, ...]
    requires: str
    remedy: str
    on_records: Callable[[Client, datetime], Iterator[Break]] | None = None
    on_resources: Callable[[Client, datetime, Resources], Iterator[Break]] | None = None
    of_whole_run: bool = False
    """Whether `on_resources` must be given everything that a run declares; else it also takes one resource."""
    on_sign_ins: Callable[[Client, datetime, SignIns], Iterator[Break]] | None = None
    on_authors: Callable[[Client, datetime, Authors], Iterator[Break]] | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A break of `policy` at the client, where `level` is in force."""

    client: str
    policy: Policy
    level: Level
    found: Break

    @property
    def mandatory(self) -> bool:
        """Whether it is a problem."""
        return self.level is Level.MANDATORY

    @property
    def fault(self) -> str:
        """What is wrong, and by which policy."""
        return f"{self.found.fault} ({self.policy.name})"

    def __str__(self) -> str:
        return f"{self.found.subject}: {self.fault}. {self.policy.remedy}"
