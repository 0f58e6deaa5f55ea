"""Dana, who has everything that an Okta account can have, in the sandbox; and a runbook to take it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from leaver.actions.call import Policy
from leaver.actions.connect import open_api
from leaver.actions.credentials import OktaCredentials
from leaver.actions.secret import Secret
from leaver.model import OktaSettings
from leaver.runbook.okta import STEPS
from leaver.runbook.okta_transport import OktaTransport
from leaver.runbook.step import Case
from leaver.sandbox.endpoint import Endpoint
from tests.runbook.leaving import QUICK, Leaving
from tests.sandbox.conftest import NOW
from tests.sandbox.okta_api import OrgApi, person

DANA = "dana.reyes@acme.example"
LEE = "lee.park@acme.example"
STEP = {step.name: step for step in STEPS}
USUAL = tuple(step.name for step in STEPS if not step.on_request)
GROUPS = ("Finance", "Payroll", "Board", "Boston", "Help desk")
OF_THE_DIRECTORY = ("AD Controllers", "AD Boston")
_numbers = itertools.count()

THINGS: Mapping[str, Any] = {
    "factors": [
        {"factorType": "webauthn", "provider": "FIDO"},
        {"factorType": "push", "provider": "OKTA"},
        {"factorType": "token:software:totp", "provider": "OKTA"},
        {"factorType": "sms", "provider": "OKTA", "status": "PENDING_ACTIVATION"},
        {"factorType": "email", "provider": "OKTA", "profile": {"email": DANA}},
    ],
    "devices": [
        {"displayName": "Dana's laptop", "platform": "MACOS"},
        {"displayName": "Dana's phone", "platform": "IOS"},
    ],
    "roles": ["READ_ONLY_ADMIN", "REPORT_ADMIN"],
    "apps": ["Ledger", "Payslips", "Archive"],
    "grants": ["Calendar", "Notes", "CRM", "Mailer", "Scanner"],
    "tokens": {"CRM": 1, "Mailer": 2, "Scanner": 1, "0oaunknown": 1},
    "api_tokens": ["nightly export"],
}


class Dana(Leaving, OrgApi):
    """An organisation of the sandbox in which Dana has all of it, and Lee some."""

    steps = STEP
    usual = USUAL

    def __init__(
        self,
        box: Endpoint,
        *,
        things: Mapping[str, Any] = THINGS,
        provider: str = "OKTA",
        of_the_directory: bool = True,
    ) -> None:
        super().__init__(box)
        foreign = OF_THE_DIRECTORY if of_the_directory else ()
        groups = [
            *({"name": name} for name in GROUPS),
            *({"name": name, "type": "APP_GROUP"} for name in foreign),
        ]
        made = box.admin(
            "POST",
            "/seed",
            {
                "client": "acme",
                "directory": "okta",
                "users": [{**person("dana.reyes"), "provider": provider}, person("lee.park")],
                "groups": groups,
                "members": {name: [DANA, LEE] for name in (*GROUPS, *foreign)},
                "apps": [
                    {"label": "Active Directory", "name": "active_directory"},
                    *({"label": label} for label in ("CRM", "Mailer", "Scanner")),
                    {"label": "Wiki", "groups": ["Finance"]},
                    {"label": "Intranet", "groups": ["Everyone"]},
                ],
                "sources": dict.fromkeys(foreign, "Active Directory"),
                "group_roles": {"Help desk": ["HELP_DESK_ADMIN"]},
                "rules": [{"name": "Boston people", "groups": ["Boston"], "members": [DANA, LEE]}],
                "equip": {DANA: things, LEE: things},
            },
        )
        self.dana, self.lee = (made["users"][login] for login in (DANA, LEE))
        self.group_ids: dict[str, str] = made["groups"]
        self.made: dict[str, Any] = made["equipped"]
        for _ in range(2):
            self.order("/signin", login=DANA)

    def case(self, **fields: Any) -> Case:
        return Case("acme", "dana.reyes", "okta", self.dana, DANA, NOW, NOW + timedelta(minutes=1), **fields)

    def transport(self, policy: Policy = QUICK) -> OktaTransport:
        settings = OktaSettings(kind="okta", org="acme", domain="acme.example")
        credentials = OktaCredentials("acme", "okta.com", self.box.http, api_token=Secret(self.token))
        return OktaTransport(
            open_api("acme", "okta", settings, sandbox=True, credentials=credentials, policy=policy)
        )

    def names(self, path: str) -> list[str]:
        return sorted(str(row.get("profile", {}).get("name")) for row in self.everything(path))


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


__all__ = ["DANA", "GROUPS", "LEE", "OF_THE_DIRECTORY", "QUICK", "STEP", "USUAL", "Dana", "Path", "at"]
