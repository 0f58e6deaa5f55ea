"""A client: the company that the MSP serves; one stack, one folder, one failure and credential boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from leaver.model.departure import ON_CALL
from leaver.model.group import Group
from leaver.model.licence import Licence
from leaver.model.limits import Limits, Override, Protected
from leaver.model.period import Period as PeriodValue
from leaver.model.person import Person
from leaver.model.policy import Level, NdaSettings
from leaver.model.runbook import Runbook
from leaver.model.types import (
    Approver,
    Domain,
    Email,
    Flag,
    Key,
    OrgName,
    Period,
    Record,
    TenantId,
    Text,
    Zone,
)


class EntraSettings(Record):
    """A Microsoft Entra ID tenant."""

    kind: Literal["entra"]
    tenant: TenantId
    """The tenant's ID, a UUID."""
    domain: Domain
    """The verified domain of the user principal names."""
    sign_ins: Flag = False
    """Read when each account was last used (signInActivity), for the policy dormant-account. Needs the permission
    AuditLog.Read.All and a P1 licence; without them Entra answers nothing at all."""


class OktaSettings(Record):
    """An Okta organisation."""

    kind: Literal["okta"]
    org: OrgName
    """The organisation's name: the first part of its address."""
    base_url: Domain = "okta.com"
    """The rest of its address: okta.com, oktapreview.com, okta-emea.com."""
    domain: Domain | None = None
    """The domain of the logins of people whose record has no `username`."""
    on_departure: Literal["suspend", "deactivate", "deactivate last"] = "suspend"
    """What becomes of the account of somebody who departed. `deactivate`, which also takes its applications away,
    is done with the cut; what Okta then no longer takes from it (factors, consents, tokens) is skipped.
    `deactivate last` is the last thing that the runbook does, after all of that is gone."""


DirectorySettings = Annotated[EntraSettings | OktaSettings, Field(discriminator="kind")]


class Longest(Record):
    """How long access for a time may last; left out, as long as the record says (CIS Controls v8 5.3, 6.8)."""

    group: Period | None = None
    """A group's `until`, counted from its `starts`, else from the person's."""
    role: Period | None = None
    """A role's `until`, counted from its `starts`, else from the person's."""
    record: Period | None = None
    """A person's `until`, counted from `starts`."""


class ClientSettings(Record):
    """client.yaml."""

    name: Text
    """The client's name, for people."""
    was: Key | None = None
    """The key (folder) that the client had before, so that it is kept as a rename; see docs/operations.md."""
    zone: Zone | None = None
    """The IANA zone in which the client's local times are meant."""
    directories: Mapping[Key, DirectorySettings] = Field(min_length=1)
    """The client's directories, by a key of your choice (entra, okta)."""
    sandbox: Flag = False
    """The client is an example: its directories are in the loopback sandbox."""
    retain: Period = PeriodValue(30, "day")
    """How long the account of a deleted record is kept, disabled and stripped (CIS Controls v8 6.2). An account that
    is kept already stays for as long as was said when its record went."""
    on_removal: Literal["disable", "delete"] = "disable"
    """What happens to the account of a deleted record; `delete` does not wait for `retain`."""
    rehire: Literal["restore", "new"] = "restore"
    """What `leaver reinstate` proposes for somebody who departed: `restore`, the same accounts, which is also how a
    mistake is undone; `new`, a record with a new key and new accounts, while the old ones stay ended. One human with
    one account is what a review of accounts can follow (NIST SP 800-53 AC-2); no key is given to anybody again."""
    limits: Limits = Limits()
    protected: Protected = Protected()
    """What no change by Leaver may take away."""
    longest: Longest = Longest()
    licences: Mapping[Key, Licence] = {}
    """The licences that records may give to people directly, by a key of your choice."""
    on_call: Email | None = None
    """Who makes the call for holds that name no owner, or `on-call`: an e-mail address of the MSP's staff."""
    notice_groups: tuple[Key, ...] = ()
    """The keys of the groups (groups.yaml), one a directory, that hold exactly the people on notice; stricter
    conditional access and data-loss rules can be bound to them."""
    policies: Mapping[Key, Level] = {}
    """The level of a policy (docs/policies.md) at this client, where it is not the policy's own."""
    nda: NdaSettings = NdaSettings()
    temporary: tuple[Text, ...] = ("contractor",)
    """The employee types of people whose records need an end."""
    dormant: Period = PeriodValue(45, "day")
    """An account without a sign-in for this long is dormant (CIS Controls v8 5.3)."""
    runbook: Runbook = Runbook()
    """What a departure does beyond the account and its managed groups."""
    approvers: tuple[Approver, ...] = ()
    """Who approves changes of this client's records: accounts or teams of the code host, or e-mail addresses."""


@dataclass(frozen=True, slots=True)
class Client:
    """Everything that the records say about one client.

    `key` is the folder's and the stack's name; `groups` and `people` are by key, in no particular order;
    `overrides` are those of overrides.yaml, in its order.
    """

    key: str
    settings: ClientSettings
    groups: Mapping[str, Group]
    people: Mapping[str, Person]
    overrides: tuple[Override, ...] = ()

    def accounts(self, key: str) -> tuple[str, ...]:
        """The directory keys in which the person `key` has an account, in the order of client.yaml."""
        stated = self.people[key].accounts
        return tuple(name for name in self.settings.directories if stated is None or name in stated)

    def username(self, key: str, directory: str) -> str | None:
        """The user principal name or login of the person `key`; None where nothing says it."""
        person = self.people[key]
        domain = self.settings.directories[directory].domain
        stated = person.usernames.get(directory, person.username)
        return stated or (f"{key}@{domain}" if domain else None)

    def licence_directory(self, key: str) -> str | None:
        """The directory of the licence `key` of client.yaml; None where it names none and there is not just one."""
        stated = self.settings.licences[key].directory
        tenants = [name for name, each in self.settings.directories.items() if each.kind == "entra"]
        return stated or (tenants[0] if len(tenants) == 1 else None)

    def display_name(self, key: str) -> str:
        """What the person `key` is called: the record's name, else one made of the key."""
        return self.people[key].name or key.replace(".", " ").replace("-", " ").title()

    def hold_owner(self, key: str) -> str | None:
        """Who makes the call for the person `key`: a person's key or an e-mail address; None where nobody does."""
        departure = self.people[key].departure
        if departure is None or not departure.on_hold:
            return None
        return self.settings.on_call if departure.owner in (None, ON_CALL) else departure.owner

    def deactivates(self, directory: str) -> Literal["never", "at once", "last"]:
        """When an Okta account of somebody who departed is deactivated: with the cut, or last, by the runbook."""
        settings = self.settings.directories[directory]
        if not isinstance(settings, OktaSettings) or settings.on_departure == "suspend":
            return "never"
        return "at once" if settings.on_departure == "deactivate" else "last"

    @property
    def zone(self) -> str:
        """The zone in which moments are shown: the client's, else UTC."""
        return self.settings.zone or "UTC"
