"""A person of a client: what they are called, what they may access, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from leaver.model.departure import Departure
from leaver.model.term import GroupEntry, RoleEntry, name_of
from leaver.model.types import Country, Day, Flag, Key, Moment, Owner, Period, Record, Text, Username, fault


class Nda(Record):
    """A signed non-disclosure agreement."""

    signed: Day
    """The day on which the person signed."""
    document: Text
    """The number of the document in the client's archive."""
    survives: Period | None = None
    """How long the duties outlive the departure."""
    expires: Day | None = None
    """From this day on the agreement no longer holds; left out, it holds until it is replaced."""

    @model_validator(mode="after")
    def _expires_after_it_is_signed(self) -> Self:
        if self.expires is not None and self.expires <= self.signed:
            raise fault(
                f"expires {self.expires}, not after it is signed {self.signed}",
                "Correct `signed` or `expires`.",
            )
        return self


class Profile(Record):
    """The attributes that a record may manage; one that is left out is left as it is in the directory."""

    given_name: Text | None = None
    family_name: Text | None = None
    title: Text | None = None
    """The job title."""
    department: Text | None = None
    company: Text | None = None
    office: Text | None = None
    employee_id: Text | None = None
    employee_type: Text | None = None
    """employee, contractor, intern: the client's own word."""
    mobile: Text | None = None
    street: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    country: Country | None = None
    """Two letters (ISO 3166-1)."""
    usage_location: Country | None = None
    """Where the licences are used, two letters; Entra wants it before any licence."""
    language: Text | None = None
    """The preferred language, such as en-GB."""
    cost_center: Text | None = None
    division: Text | None = None


class Person(Profile):
    """Somebody who has, had or will have accounts at one client."""

    name: Text | None = None
    """The display name; left out, that of an account that exists stays, and a new one is named after the key."""
    username: Username | None = None
    """The user principal name (Entra) and login (Okta); left out, the record's key at the directory's domain."""
    usernames: Mapping[Key, Username] = {}
    """The username in single directories, by their key in client.yaml, where it is not that of all: a domain is
    verified in one Entra tenant only."""
    was: Key | None = None
    """The key that this record had before: the person keeps their accounts under the new one."""
    accounts: tuple[Key, ...] | None = Field(default=None, min_length=1)
    """The directories, by their key in client.yaml, with an account; left out, all of the client's."""
    manager: Key | None = None
    """The key of the person they report to."""
    groups: tuple[GroupEntry, ...] | None = None
    """The keys of their groups (groups.yaml), or {group: key, until: moment}. Left out is not empty: then Leaver
    leaves the memberships alone."""
    roles: tuple[RoleEntry, ...] = ()
    """Directory roles of Entra, by display name, such as User Administrator, or {role: name, until: moment}."""
    licences: tuple[Key, ...] = ()
    """The keys of the licences (client.yaml) that are given to them directly; those that come with a group are not
    named here."""
    nda: Nda | None = None
    kind: Literal["person", "shared", "service"] = "person"
    """shared: several people sign in with it; service: no human does. Both need an `owner`."""
    owner: Owner | None = None
    """Who answers for a shared or service account: a person's key or an e-mail address."""
    staff: Flag = False
    """One of the MSP's own people: named, and there until an agreed end."""
    starts: Moment | None = None
    """Before this moment there is no access."""
    until: Moment | None = None
    """From this moment on there is no access: the end of a contract that was agreed with its beginning."""
    departure: Departure | None = None
    disabled: Flag = False
    """The plain way to end access: from the next apply on."""
    adopt: Flag = False
    """Take over an account that exists already under this username, instead of refusing it."""
    reinstate: Flag = False
    """Enable an account that the directory shows disabled, and restore one that Entra deleted less than 30 days ago;
    without this word neither happens."""

    @property
    def group_keys(self) -> tuple[str, ...] | None:
        """The keys of the groups, those for a time too; None where the record says nothing of groups."""
        return None if self.groups is None else tuple(name_of(entry) for entry in self.groups)

    @property
    def role_names(self) -> tuple[str, ...]:
        """The display names of the roles, those for a time too."""
        return tuple(name_of(entry) for entry in self.roles)

    @model_validator(mode="after")
    def _ends_once(self) -> Self:
        if self.until is not None and self.departure is not None:
            raise fault(
                f"ends twice: `until` {self.until:%Y-%m-%d %H:%M}Z, `departure` {self.departure.at:%Y-%m-%d %H:%M}Z",
                "Remove `until`: the departure takes its place.",
            )
        if self.starts is not None and self.until is not None and self.until <= self.starts:
            raise fault(
                f"ends {self.until:%Y-%m-%d %H:%M}Z, not after it starts {self.starts:%Y-%m-%d %H:%M}Z",
                "Correct `starts` or `until`.",
            )
        return self

    @model_validator(mode="after")
    def _departs_after_it_starts(self) -> Self:
        if self.starts and self.departure and self.departure.at <= self.starts:
            raise fault(
                f"departs {self.departure.at:%Y-%m-%d %H:%M}Z, not after it starts {self.starts:%Y-%m-%d %H:%M}Z",
                "Correct `starts` or `departure.at`.",
            )
        return self
