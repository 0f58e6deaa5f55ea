"""Make an example of a departure's report, from a chain of evidence made up for it.

    python -m docs.report FILE.html [FILE.pdf]

Of a project with evidence the same is made by `leaver evidence report CLIENT PERSON`. docs/report.png is what
Chromium shows of the report that `make demo` leaves in .leaver/demo, 1,200 wide.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from leaver.evidence.chain import START, Stored, head_of, seal
from leaver.evidence.entry import Entry, Kind, Outcome
from leaver.evidence.keys import SigningKey
from leaver.evidence.report.departure import departure_report
from leaver.evidence.report.facts import Facts, Hand, Mark
from leaver.evidence.report.values import DepartureReport
from leaver.evidence.verify import Check
from leaver.model import Nda, Period

AGREED = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
MADE = AGREED + timedelta(days=3, hours=16)
COMMIT = "8d1c6b0e4f7a92d35b1e0c8f6a4472ee91d0b3c5"
_TITLES = {
    "disable": "disable the account",
    "revoke-sessions": "revoke the sessions",
    "password": "replace the password by one that nobody knows",
    "sign-in-methods": "delete the sign-in methods",
    "directory-roles": "take the directory roles away",
    "groups": "take the account out of all groups",
    "app-roles": "take the assignments to applications away",
    "consents": "withdraw the consents to applications",
    "ownership": "hand over the groups and applications",
    "automatic-reply": "set the automatic reply",
    "licences": "take the licences away",
    "devices": "disable the devices",
    "suspend": "suspend the account",
    "sessions-and-tokens": "end the sessions and take the tokens back",
    "factors": "reset the factors",
    "okta-groups": "take the account out of all groups",
}
_ENTRA: dict[str, tuple[Any, Any]] = {
    "disable": ({"enabled": True}, {"enabled": False}),
    "revoke-sessions": (
        {"sessions_valid_from": "2026-11-02T08:14:09Z"},
        {"sessions_valid_from": "2026-11-27T22:00:02Z"},
    ),
    "password": (
        {"password_changed": "2026-06-11T13:40:51Z"},
        {"password_changed": "2026-11-27T22:00:05Z"},
    ),
    "sign-in-methods": (
        {"methods": ["Microsoft Authenticator (Dana’s iPhone)", "phone +1 …4417", "passkey (YubiKey 5)"]},
        {"methods": []},
    ),
    "directory-roles": ({"roles": []}, {"roles": []}),
    "groups": (
        {"groups": ["Acme Everyone", "Acme Finance", "Acme Payroll", "Acme VPN", "Month-end close (Teams)"]},
        {"groups": []},
    ),
    "app-roles": ({"app_roles": ["NetSuite", "Coupa", "Concur"]}, {"app_roles": []}),
    "consents": ({"consents": ["Grammarly", "Zapier", "DocuSign"]}, {"consents": []}),
    "ownership": (
        {"owned": ["Month-end close (Teams)"]},
        {"owned": [], "new owner": "ilse.vandermeer@acme.example"},
    ),
    "automatic-reply": (
        {"reply": "off"},
        {"reply": "on", "text": "Dana Reyes has left Acme Robotics. Please write to Ilse van der Meer."},
    ),
    "licences": (
        {"licences": ["Microsoft 365 E3", "Power BI Pro"]},
        {"licences": [], "became free": ["Microsoft 365 E3", "Power BI Pro"]},
    ),
    "devices": ({"devices": ["ACME-LT-0417", "Dana’s iPhone"]}, {"devices": []}),
}
_OKTA: dict[str, tuple[Any, Any]] = {
    "suspend": ({"status": "ACTIVE"}, {"status": "SUSPENDED"}),
    "sessions-and-tokens": ({}, {"status": [204]}),
    "factors": ({"factors": ["Okta Verify", "SMS"]}, {"factors": []}),
    "okta-groups": ({"groups": ["Finance", "Contract readers"]}, {"groups": []}),
}


def facts() -> Facts:
    """What the records say of the person."""
    return Facts(
        client="acme",
        client_name="Acme Robotics",
        zone="America/New_York",
        person="dana.reyes",
        name="Dana Reyes",
        usernames={"entra": "dana.reyes@acme.example", "okta": "dana.reyes@acme.example"},
        kinds={"entra": "entra", "okta": "okta"},
        agreed=AGREED,
        due=AGREED,
        kind="involuntary",
        notice=AGREED - timedelta(days=4, hours=17),
        asked=Mark(at=AGREED - timedelta(days=7, hours=6), by="Lee Park <lee.park@acme.example>"),
        approved=Mark(at=AGREED - timedelta(days=6, hours=1)),
        ticket="HD-4711",
        handover="Ilse van der Meer",
        nda=Nda(signed=date(2024, 3, 1), document="NDA-2024-017", survives=Period(5, "year")),
        by_hand=(
            Hand(key="door-badge", title="Switch the door badge off", owner="facilities@acme.example"),
            Hand(key="exit-letter", title="Hand over the exit letter", owner="hr@acme.example"),
            Hand(key="laptop-return", title="Take the laptop back", owner="it@acme.example"),
        ),
        titles=_TITLES,
        once=frozenset({"sessions-and-tokens"}),
    )


def entries() -> Iterator[Entry]:
    """What Leaver wrote down, in order."""
    said: dict[str, Any] = {
        "client": "acme",
        "person": "dana.reyes",
        "agreed": AGREED,
        "asked_by": "Lee Park <lee.park@acme.example>",
        "approved_by": ("Amara Nwosu",),
        "commit": COMMIT,
    }
    request = 4_093
    after = AGREED + timedelta(seconds=0.3)
    for directory, steps in (("entra", _ENTRA), ("okta", _OKTA)):
        has = {name: had for name, (had, _) in steps.items() if had}
        yield Entry(kind=Kind.BEFORE, directory=directory, at=after, seen={"has": has}, **said)
    for directory, seconds in (("entra", 2.1), ("okta", 3.4)):
        at = AGREED + timedelta(seconds=seconds)
        yield Entry(
            kind=Kind.CUT,
            directory=directory,
            at=at,
            outcome=Outcome.DONE,
            seen={"enabled": False, "username": "dana.reyes@acme.example"},
            request_id=f"{request:08x}-7b1e-4c55-9a0d-52e0f7a4d913",
            directory_date=at.replace(microsecond=0),
            **said,
        )
        request += 977
    after = AGREED + timedelta(seconds=5)
    for directory, steps in (("entra", _ENTRA), ("okta", _OKTA)):
        for name, (had, now) in steps.items():
            after += timedelta(seconds=1.7)
            request += 977
            changed = had != now and name not in ("disable", "revoke-sessions", "suspend")
            yield Entry(
                kind=Kind.STEP,
                directory=directory,
                step=name,
                at=after,
                outcome=Outcome.DONE if changed else Outcome.ALREADY,
                why=""
                if name != "sessions-and-tokens"
                else "confirmed by the directory, which cannot be asked for it",
                seen={"before": had, "now": now} if changed and had else now,
                request_id=f"{request:08x}-7b1e-4c55-9a0d-52e0f7a4d913",
                directory_date=after.replace(microsecond=0),
                **said,
            )
    for hours, key, by in (
        (0.4, "door-badge", "facilities@acme.example"),
        (0.6, "exit-letter", "hr@acme.example"),
        (17.2, "laptop-return", "it@acme.example"),
    ):
        yield Entry(
            kind=Kind.TASK,
            step=key,
            at=AGREED + timedelta(hours=hours),
            outcome=Outcome.DONE,
            **{**said, "asked_by": by},
        )
    yield Entry(kind=Kind.DEPARTURE, at=AGREED + timedelta(hours=17.3), outcome=Outcome.DONE, **said)
    for directory in ("entra", "okta"):
        yield Entry(
            kind=Kind.VERIFICATION,
            directory=directory,
            at=AGREED + timedelta(days=3, hours=4),
            outcome=Outcome.DONE,
            **said,
        )


def chain(lines: Iterable[Entry], key: SigningKey) -> list[Stored]:
    """The entries in a chain."""
    stored: list[Stored] = []
    for number, entry in enumerate(lines, 1):
        stored.append(seal(entry, number, stored[-1].sha256 if stored else START, key))
    return stored


def report() -> DepartureReport:
    """The example: a chain that is made up, signed by a key that everybody has."""
    key = SigningKey.parse(base64.b64encode(b"an example key for the docs only").decode())
    stored = chain(entries(), key)
    head = head_of("acme", len(stored), stored[-1].sha256, key)
    check = Check("acme", "acme.jsonl", {key.id: key.public}).lines(each.line for each in stored)
    findings = check.findings(head.text, "acme.head")
    command = f"leaver evidence verify acme --head {findings.sha256}"
    return departure_report(stored, facts(), findings, MADE, command)


def main(arguments: list[str]) -> None:
    from leaver.evidence.report.departure_document import departure_document
    from leaver.evidence.report.html import document_html
    from leaver.evidence.report.pdf import document_pdf

    if not arguments or len(arguments) > 2:
        sys.exit(__doc__)
    document = departure_document(report())
    Path(arguments[0]).write_text(document_html(document), encoding="utf-8")
    if len(arguments) == 2:
        Path(arguments[1]).write_bytes(document_pdf(document))


if __name__ == "__main__":
    main(sys.argv[1:])
