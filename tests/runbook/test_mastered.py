"""Who masters an account elsewhere, and the order to whoever is in charge there."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.actions import Account
from leaver.model import EntraSettings, OktaSettings
from leaver.runbook.mastered import master, profile_source

ENTRA = EntraSettings.model_validate(
    {"kind": "entra", "tenant": "11111111-1111-4111-8111-111111111111", "domain": "acme.example"}
)
OKTA = OktaSettings.model_validate({"kind": "okta", "org": "acme"})
WHO = "dana.reyes@acme.example"


def said(settings: Any, elsewhere: str | None) -> str | None:
    found = master(settings, Account("id", WHO, True, "ACTIVE", {}, mastered_elsewhere=elsewhere))
    return None if found is None else str(found)


def test_an_account_that_the_directory_masters_needs_no_order() -> None:
    assert said(ENTRA, None) is None
    assert said(OKTA, None) is None


@pytest.mark.parametrize(
    ("settings", "elsewhere", "order"),
    [
        (
            ENTRA,
            "on-premises",
            f"The on-premises Active Directory masters the account: disable {WHO} there (Disable-ADAccount), reset "
            "the password there twice, then start a delta synchronisation (Start-ADSyncSyncCycle -PolicyType Delta), "
            "or the next one enables it again.",
        ),
        (
            OKTA,
            "ACTIVE_DIRECTORY corp.example",
            f"Active Directory corp.example masters the account: disable {WHO} there too, then import into Okta, or "
            "Okta's next import can activate it again.",
        ),
        (
            OKTA,
            "LDAP ldap.corp.example",
            f"The LDAP directory ldap.corp.example masters the account: disable {WHO} there too, then import into "
            "Okta, or Okta's next import can activate it again.",
        ),
        (
            OKTA,
            "LDAP LDAP",
            f"The LDAP directory masters the account: disable {WHO} there too, then import into Okta, or Okta's next "
            "import can activate it again.",
        ),
        (
            OKTA,
            "FEDERATION Contoso",
            f"Contoso masters the account: end the account of {WHO} there too: its sign-in comes from there.",
        ),
        (
            OKTA,
            "SOCIAL",
            f"another identity provider masters the account: end the account of {WHO} there too: its sign-in comes "
            "from there.",
        ),
    ],
)
def test_the_order(settings: Any, elsewhere: str, order: str) -> None:
    assert said(settings, elsewhere) == order


def test_an_application_that_sources_profiles() -> None:
    assert str(profile_source("Workday", WHO)) == (
        f"Workday masters the account: end the employment of {WHO} there too, or its next import can activate the "
        "account again."
    )


def test_names_from_outside_cannot_reorder_the_line() -> None:
    text = said(OKTA, "ACTIVE_DIRECTORY corp\u202e.example\nmasters")
    assert text is not None
    assert text.isprintable()
