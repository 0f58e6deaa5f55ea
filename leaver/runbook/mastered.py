"""Accounts that another system masters: who that is, and what must be done there.

What Entra or Okta is told of such an account does not last: Entra Connect writes the on-premises state again, and
Okta's import can activate a user again that is suspended or deactivated (Okta, profile and lifecycle sourcing).
"""

from __future__ import annotations

from dataclasses import dataclass

from leaver.actions import Account
from leaver.escape import line
from leaver.model import EntraSettings, OktaSettings

_DIRECTORIES = {"ACTIVE_DIRECTORY": "Active Directory", "LDAP": "LDAP directory"}


@dataclass(frozen=True, slots=True)
class Master:
    """Who has the last word on an account, and the order to whoever is in charge there."""

    name: str
    order: str

    def __str__(self) -> str:
        return f"{self.name} masters the account: {self.order}"


def master(settings: EntraSettings | OktaSettings, account: Account) -> Master | None:
    """Who masters an account of a directory; None when the directory does itself."""
    if account.mastered_elsewhere is None:
        return None
    if isinstance(settings, EntraSettings):
        return on_premises(account.username)
    return okta_master(account.mastered_elsewhere, account.username)


def on_premises(username: str) -> Master:
    """The order for an account that Entra Connect (or cloud sync) brings into Entra."""
    return Master(
        "The on-premises Active Directory",
        f"disable {line(username)} there (Disable-ADAccount), reset the password there twice, then start a "
        "delta synchronisation (Start-ADSyncSyncCycle -PolicyType Delta), or the next one enables it again.",
    )


def okta_master(provider: str, username: str) -> Master:
    """The order for a user whose credential provider is not Okta, such as "ACTIVE_DIRECTORY corp.example"."""
    kind, _, named = provider.partition(" ")
    who, name = line(username), line(named)
    if kind in _DIRECTORIES:
        directory = _DIRECTORIES[kind] + (f" {name}" if name and named != kind else "")
        return Master(
            f"The {directory}" if kind == "LDAP" else directory,
            f"disable {who} there too, then import into Okta, or Okta's next import can activate it again.",
        )
    name = name if name and named != kind else "another identity provider"
    return Master(name, f"end the account of {who} there too: its sign-in comes from there.")


def profile_source(application: str, username: str) -> Master:
    """The order for a user whom an application sources, such as an HR system."""
    return Master(
        line(application),
        f"end the employment of {line(username)} there too, or its next import can activate the account again.",
    )
