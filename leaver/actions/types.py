"""What the directories' clients read and do, in terms that are the same for every kind of directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from leaver.actions.errors import CallFailed


@dataclass(frozen=True, slots=True)
class Account:
    """One account as its directory shows it.

    `id` is the object ID (Entra) or user ID (Okta). `enabled` is False when somebody or something has taken
    sign-in away: Entra accountEnabled false; Okta SUSPENDED, LOCKED_OUT or DEPROVISIONED. It is True for
    Okta's PASSWORD_EXPIRED, RECOVERY, PROVISIONED and STAGED: they wait for a step of their owner or their
    administrator, nothing was taken from them, and a leaver in that state has still to be shut out.
    `status` is "enabled" or "disabled" (Entra), else Okta's own word. `attributes` has the API's own names:
    everything that the Pulumi provider's update would overwrite (Okta: the whole profile, custom ones too).
    `manager` is an account ID (Entra). `mastered_elsewhere` names who overrules the directory:
    "on-premises" (Entra Connect) or Okta's credential provider, such as "ACTIVE_DIRECTORY corp.example".
    `last_used` is the last sign-in and `created` the making of the account; both are None where the directory was
    not asked, and `last_used` alone where it knows of no sign-in.
    `sessions_valid_from` is aware, in UTC (Entra): older sessions and refresh tokens are dead.
    """

    id: str
    username: str
    enabled: bool
    status: str
    attributes: Mapping[str, Any]
    manager: str | None = None
    mastered_elsewhere: str | None = None
    sessions_valid_from: datetime | None = None
    created: datetime | None = None
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class DirectoryGroup:
    """One group as its directory shows it.

    `kind` is "security", "microsoft365", "mail-security" or "distribution" (Entra), else Okta's own type
    (OKTA_GROUP, APP_GROUP, BUILT_IN). The members of a `dynamic` group follow a rule and cannot be set.
    """

    id: str
    name: str
    description: str | None
    kind: str
    dynamic: bool = False
    mastered_elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Sku:
    """One product of a tenant, such as Microsoft 365 E3, and who was given it directly.

    `id` is the skuId, `name` the part number (SPE_E3), `holders` are account IDs, without those who have it by a
    group. `free` is how many units nobody has, None where the directory does not say.
    """

    id: str
    name: str
    holders: frozenset[str]
    free: int | None = None


Step = Literal["disable", "revoke", "deactivate"]
Result = Literal["done", "already", "failed", "unverified"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step did to one account, as read back from the directory.

    `done`: the directory shows it, after this call. `already`: the directory shows it, and refused to do it
    once more. `failed`: the directory shows that it is not so, or could not be asked to do it.
    `unverified`: it was asked for, and nobody knows whether it took effect. `why` is for people; `request_id`
    and `date` (the directory's clock) are of the last answer; `seen` is what the reading showed, such as
    "accountEnabled=false". `error` is what stopped the step, where something did.
    """

    step: Step
    result: Result
    why: str
    request_id: str | None = None
    date: datetime | None = None
    seen: str | None = None
    error: CallFailed | None = None

    @property
    def verified(self) -> bool:
        """Whether the directory shows what the step wanted."""
        return self.result in ("done", "already")


class Directory(Protocol):
    """One client's one directory. Every reading method raises a `CallFailed`; the actions never do."""

    async def accounts(self) -> dict[str, Account]:
        """All accounts by ID, the disabled, suspended and deprovisioned ones too, in one paged list call."""

    async def groups(self) -> dict[str, DirectoryGroup]:
        """All groups by ID, in one paged list call."""

    async def members(self, group_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """The IDs of each group's direct members: accounts; in Entra also groups, devices and applications.

        Raises Missing when a group does not exist.
        """

    async def roles(self) -> dict[str, dict[str, str]]:
        """Entra: who holds each assigned directory role, by its display name. Okta: nothing.

        The inner keys are IDs of principals (accounts, but also groups and applications that hold the role),
        the values IDs of the assignments; one for the whole directory stands before one for a part of it.
        """

    async def licences(self) -> dict[str, Sku]:
        """Entra: every product that the tenant has, by its ID in lower case. Okta: nothing."""

    async def account(self, id: str) -> Account | None:
        """One account as it is now; None when it does not exist."""

    async def find(self, username: str) -> Account | None:
        """The one account with this user principal name or login; None when there is none.

        One request, whatever the directory's size; Entra's answer has only the attributes of a status.
        """

    async def own_account(self) -> str | None:
        """The ID of the user whose credentials these are. None for an application, which is nobody's account."""

    async def disable(self, id: str) -> Outcome:
        """End the account's sign-in, and read that back."""

    async def revoke(self, id: str) -> Outcome:
        """End the account's sessions and refresh tokens, and read that back where the vendor lets us."""

    async def deactivate(self, id: str) -> Outcome | None:
        """Okta: end the account for good, and read that back, where client.yaml says so; else None."""

    async def deleted(self) -> dict[str, Account]:
        """Entra: accounts deleted in the last 30 days, restorable. Okta: nothing."""

    async def close(self) -> None:
        """Close the connections."""
