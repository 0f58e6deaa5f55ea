"""Okta's answers about somebody who has everything, and what a step makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leaver.runbook.okta import STEPS
from leaver.runbook.step import Case, Reply

CUT = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


ME = "00u1dana"


CASE = Case("acme", "dana.reyes", "okta", ME, "dana.reyes@acme.example", CUT, CUT + timedelta(minutes=1))


STEP = {step.name: step for step in STEPS}


USER: dict[str, Any] = {
    "id": ME,
    "status": "ACTIVE",
    "profile": {"login": CASE.username, "email": CASE.username},
    "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
}


GROUP = {"id": "00g1", "type": "OKTA_GROUP", "profile": {"name": "Finance"}}


OF_AN_APP = {"id": "00g2", "type": "APP_GROUP", "profile": {"name": "AD"}, "source": {"id": "0oa1"}}


EVERYONE = {"id": "00g3", "type": "BUILT_IN", "profile": {"name": "Everyone"}}


ROLE = {"id": "ra1", "label": "Report Administrator", "assignmentType": "USER"}


BY_GROUP = {
    "id": "ra2",
    "label": "Help Desk Administrator",
    "assignmentType": "GROUP",
    "_links": {"assignee": {"href": "https://acme.okta.com/api/v1/groups/00g1"}},
}


DEVICE = {
    "device": {"id": "guo1", "status": "ACTIVE", "profile": {"displayName": "Laptop", "platform": "MACOS"}}
}


APP = {"id": "0oa2", "label": "Ledger", "_embedded": {"user": {"scope": "USER"}}}


WHOLE: Mapping[str, Any] = {
    "user": USER,
    "clients": [{"client_id": "0oa9", "client_name": "CRM"}],
    "tokens:0oa9": [{"id": "oar1", "status": "ACTIVE"}],
    "grants": [{"id": "oag1", "status": "ACTIVE", "clientId": "0oa9", "scopeId": "openid"}],
    "factors": [{"id": "opf1", "factorType": "push", "provider": "OKTA", "status": "ACTIVE"}],
    "roles": [ROLE, BY_GROUP],
    "groups": [GROUP, OF_AN_APP, EVERYONE],
    "group-rules": [],
    "app:0oa1": {"id": "0oa1", "label": "Active Directory"},
    "apps": [APP],
    "devices": [DEVICE],
    "device-users:guo1": [{"user": {"id": ME}}],
    "api-tokens": [
        {"id": "00T1", "name": "export", "userId": ME},
        {"id": "00T2", "name": "x", "userId": "00u2"},
    ],
    "caller": {"id": "00u9"},
}


def seen(**changed: Any) -> dict[str, Reply]:
    """The whole picture with these answers instead; a number stands for a refusal with that status."""
    replies = {**WHOLE, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return {
        key: Reply(data, None) if isinstance(data, int) else Reply(200, data) for key, data in replies.items()
    }


def left(step: str, **changed: Any) -> list[tuple[str, str, str]]:
    return [(item.key, item.name, item.why) for item in STEP[step].left(CASE, seen(**changed))]


def acts(step: str, case: Case = CASE, **changed: Any) -> list[str]:
    answers = seen(**changed)
    return [
        f"{ask.method} {ask.path}" for ask in STEP[step].act(case, answers, [*STEP[step].left(case, answers)])
    ]
