"""The recorded operations of the real okta plugin, as calls to the stand-in: inputs reconstructed from them.

Each operation is driven with the recorded answers; what the stand-in asks is compared with the recording.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from okta_harness import (
    GET_USER,
    GROUP,
    GROUP_MEMBERSHIPS,
    USER,
    USER_GROUP_MEMBERSHIPS,
    Answer,
    Failed,
    InitFailed,
    Org,
    Plugin,
    Request,
    exchanges,
)

from leaver.providers.base.values import Bag

_MEMBERSHIP = re.compile(r"/api/v1/groups/[^/]+/users/[^/]+")


@dataclass
class Kept:
    """One resource as the engine's state would keep it."""

    token: str
    id: str
    inputs: Bag
    outputs: Bag


@dataclass
class Result:
    """One operation: what the real plugin asked, what the stand-in asked, and how it ended."""

    expected: list[Request]
    seen: list[Request]
    error: str = ""
    kept: str = ""
    waits: list[float] = field(default_factory=list)
    value: Any = None


class Replay:
    """The engine's part: keeps states by a short name, like a stack."""

    def __init__(self, plugin: Plugin, org: Org) -> None:
        self.plugin = plugin
        self.org = org
        self.state: dict[str, Kept] = {}

    def configure(self) -> None:
        self.plugin.configure(
            orgName="corp", baseUrl="okta.example", apiToken="x", httpProxy=self.org.url, minWaitSeconds=1
        )

    def create(self, name: str, token: str, /, **inputs: object) -> None:
        checked, faults = self.plugin.check(token, inputs)
        assert not faults
        try:
            made, outputs = self.plugin.create(token, checked)
        except InitFailed as fault:
            self.state[name] = Kept(token, fault.id, checked, fault.outputs)
            raise
        self.state[name] = Kept(token, made, checked, outputs)

    def refresh(self, name: str) -> str:
        kept = self.state[name]
        found, outputs, inputs = self.plugin.read(kept.token, kept.id, kept.outputs, kept.inputs)
        if found:
            self.state[name] = Kept(kept.token, found, inputs, outputs)
        return found

    def update(self, name: str, /, **changes: object) -> dict[str, str]:
        """Update, and the detailed diff that led to it; None takes an input out of the program."""
        kept = self.state[name]
        given = {k: v for k, v in {**kept.inputs, **changes}.items() if v is not None}
        checked, faults = self.plugin.check(kept.token, given)
        assert not faults
        changed = self.plugin.changes(kept.token, kept.outputs, checked)
        try:
            outputs = self.plugin.update(kept.token, kept.id, kept.outputs, checked)
        except InitFailed as fault:
            self.state[name] = Kept(kept.token, kept.id, checked, fault.outputs)
            raise
        self.state[name] = Kept(kept.token, kept.id, checked, outputs)
        return changed

    def delete(self, name: str, /, **outputs: object) -> None:
        kept = self.state[name]
        self.plugin.delete(kept.token, kept.id, {**kept.outputs, **outputs})

    def imports(self, token: str, given: str) -> tuple[str, Bag, Bag]:
        return self.plugin.read(token, given, {}, {})

    def keep(self, name: str, token: str, object_id: str, /, **outputs: object) -> None:
        self.state[name] = Kept(token, object_id, dict(outputs), {**outputs, "id": object_id})


U = {n: f"00usim{n:014d}" for n in range(1, 10)}
G = {n: f"00gsim{n:014d}" for n in range(1, 3)}


def _person(first: str, last: str = "Example", **more: object) -> dict[str, object]:
    mail = f"{first.lower()}@corp.example"
    return {"firstName": first, "lastName": last, "login": mail, "email": mail, **more}


_ADA = _person(
    "Ada",
    password="<password>",
    title="Director",
    department="Engineering",
    division="R&D",
    displayName="Ada Example",
    employeeNumber="E1001",
    costCenter="CC-10",
    countryCode="GB",
    userType="Employee",
    customProfileAttributes='{"badge": "B-7"}',
)


def _fault_person(login: str) -> dict[str, object]:
    mail = f"{login}@corp.example"
    name = login[0].upper()
    return {"firstName": name, "lastName": "E", "login": mail, "email": mail, "password": "<password>"}


def _new_password(r: Replay) -> dict[str, str]:
    r.state["ada"].outputs["password"] = "another"
    return r.update("ada")


def _track_all(r: Replay) -> str:
    r.state["m"].outputs |= {"trackAllUsers": True, "users": [U[2]]}
    return r.refresh("m")


def _member_removed(r: Replay) -> str:
    r.keep("m", GROUP_MEMBERSHIPS, G[1], groupId=G[1], users=[U[2], U[4]], trackAllUsers=False)
    return r.refresh("m")


def _paged(r: Replay) -> str:
    r.keep("m", GROUP_MEMBERSHIPS, G[1], groupId=G[1], users=[U[2], U[4]], trackAllUsers=False)
    return r.refresh("m")


def _gone_group(r: Replay) -> str:
    r.keep("gone", GROUP_MEMBERSHIPS, G[2], groupId=G[2], users=[U[2]], trackAllUsers=False)
    return r.refresh("gone")


def _search(value: str, **more: object) -> Bag:
    return {"searches": [{"name": "profile.login", "value": value}], **more}


OPERATIONS: dict[str, Callable[[Replay], Any]] = {
    "provider.configure.apiToken": Replay.configure,
    "user.create": lambda r: r.create("ada", USER, **_ADA),
    "user.create.no_password": lambda r: r.create(
        "bob", USER, **_person("Bob", manager="Ada Example", managerId=U[1])
    ),
    "user.create.staged": lambda r: r.create("cy", USER, **_person("Cy", status="STAGED")),
    "user.create.suspended": lambda r: r.create(
        "di", USER, **_person("Di", status="SUSPENDED", password="<password>")
    ),
    "user.create.suspended_no_password": lambda r: r.create("ed", USER, **_person("Ed", status="SUSPENDED")),
    "user.read.refresh": lambda r: r.refresh("ada"),
    "user.update.profile": lambda r: r.update("ada", title="VP"),
    "user.update.remove_department": lambda r: r.update("ada", department=None),
    "user.update.login": lambda r: r.update(
        "ada", login="ada.new@corp.example", email="ada.new@corp.example"
    ),
    "user.update.password": _new_password,
    "user.update.suspend": lambda r: r.update("ada", status="SUSPENDED"),
    "user.update.profile_while_suspended": lambda r: r.update("ada", title="SVP"),
    "user.update.unsuspend": lambda r: r.update("ada", status="ACTIVE"),
    "user.update.suspend_again": lambda r: r.update("ada", status="SUSPENDED"),
    "user.update.deprovision": lambda r: r.update("ada", status="DEPROVISIONED"),
    "user.update.reactivate_and_profile": lambda r: r.update("ada", status="ACTIVE", title="CTO"),
    "user.update.noop_after_provisioned": lambda r: r.update("ada"),
    "user.update.password_while_provisioned": lambda r: r.update("ada", password="third"),
    "user.update.deprovision_with_profile_change": lambda r: r.update(
        "ada", status="DEPROVISIONED", title="CEO"
    ),
    "user.create.u6": lambda r: r.create("fi", USER, **_person("Fi", password="<password>")),
    "user.update.deprovision_transitioning_3s": lambda r: r.update("fi", status="DEPROVISIONED"),
    "user.import": lambda r: r.imports(USER, U[2]),
    "user.import.by_login": lambda r: r.imports(USER, "bob@corp.example"),
    "user.import.not_found": lambda r: r.imports(USER, "00unope"),
    "getUser.by_id": lambda r: r.plugin.invoke(GET_USER, {"userId": U[2]}),
    "getUser.by_search": lambda r: r.plugin.invoke(GET_USER, _search("bob@corp.example")),
    "getUser.by_search_skip": lambda r: r.plugin.invoke(
        GET_USER, _search("bob@corp.example", skipRoles=True, skipGroups=True)
    ),
    "getUser.not_found": lambda r: r.plugin.invoke(GET_USER, _search("nobody@corp.example")),
    "group.create": lambda r: r.create("eng", GROUP, name="eng", description="Engineering"),
    "group.create.hidden_3s": lambda r: r.create("ops", GROUP, name="ops"),
    "group.read.refresh": lambda r: r.refresh("eng"),
    "group.update.rename": lambda r: r.update("eng", name="engineering"),
    "group.import": lambda r: r.imports(GROUP, G[1]),
    "groupMemberships.create": lambda r: r.create("m", GROUP_MEMBERSHIPS, groupId=G[1], users=[U[4], U[2]]),
    "groupMemberships.read.refresh": lambda r: r.refresh("m"),
    "groupMemberships.update.remove": lambda r: r.update("m", users=[U[2]]),
    "groupMemberships.update.add_missing_user": lambda r: r.update("m", users=[U[2], "00unope"]),
    "groupMemberships.read.extra_member_default": lambda r: r.refresh("m"),
    "groupMemberships.read.extra_member_track_all": _track_all,
    "groupMemberships.read.member_removed": _member_removed,
    "groupMemberships.import": lambda r: r.imports(GROUP_MEMBERSHIPS, G[1]),
    "groupMemberships.import.track": lambda r: r.imports(GROUP_MEMBERSHIPS, f"{G[1]}/true"),
    "groupMemberships.create.missing_user": lambda r: r.create(
        "m1", GROUP_MEMBERSHIPS, groupId=G[2], users=["00unope"]
    ),
    "groupMemberships.create.deprovisioned_user": lambda r: r.create(
        "m2", GROUP_MEMBERSHIPS, groupId=G[2], users=[U[1]]
    ),
    "groupMemberships.read.paged": _paged,
    "groupMemberships.delete": lambda r: r.delete("m", users=[U[4], U[2]]),
    "userGroupMemberships.create": lambda r: r.create(
        "um", USER_GROUP_MEMBERSHIPS, userId=U[2], groups=[G[1], G[2]]
    ),
    "userGroupMemberships.read.refresh": lambda r: r.refresh("um"),
    "userGroupMemberships.update.remove": lambda r: r.update("um", groups=[G[1]]),
    "userGroupMemberships.read.member_removed": lambda r: r.refresh("um"),
    "userGroupMemberships.delete": lambda r: r.delete("um"),
    "userGroupMemberships.create.empty": lambda r: r.create(
        "none", USER_GROUP_MEMBERSHIPS, userId=U[4], groups=[]
    ),
    "group.delete": lambda r: r.delete("ops"),
    "group.delete.missing": lambda r: r.delete("ops"),
    "group.read.missing": lambda r: r.refresh("ops"),
    "groupMemberships.read.group_missing": _gone_group,
    "user.delete.active": lambda r: r.delete("di", status="ACTIVE"),
    "user.delete.missing": lambda r: r.delete("di"),
    "user.delete.deprovisioned": lambda r: r.delete("fi"),
    "user.read.missing": lambda r: r.refresh("di"),
    "user.delete.provisioned_stale_state_but_already_deprovisioned": lambda r: r.delete(
        "ada", status="PROVISIONED"
    ),
    "fault.create_429_reset_in_3": lambda r: r.create("g7", USER, **_fault_person("g7")),
    "fault.read_429_retry_after_4": lambda r: r.refresh("g7"),
    "fault.read_503": lambda r: r.refresh("g7"),
    "fault.read_500": lambda r: r.refresh("g7"),
    "fault.read_403": lambda r: r.refresh("g7"),
    "fault.create_503_after_effect": lambda r: r.create("h8", USER, **_fault_person("h8")),
    "fault.create_hidden_3s": lambda r: r.create("i9", USER, **_fault_person("i9")),
    "fault.create_conflict": lambda r: r.create("g7b", USER, **_fault_person("g7")),
}
"""In the order of the recording: later operations use the state that earlier ones left."""


def replay(plugin: Plugin, org: Org) -> dict[str, Result]:
    """Drive every operation of `OPERATIONS` once."""
    recorded = exchanges()
    run = Replay(plugin, org)
    results: dict[str, Result] = {}
    for name, drive in OPERATIONS.items():
        org.play(*(_answer(exchange) for exchange in recorded[name]))
        del plugin.waits[:]
        expected = [Request.of(e["method"], e["path"], e["reqBody"]) for e in recorded[name]]
        result = Result(in_any_member_order(expected), [])
        try:
            result.value = drive(run)
        except InitFailed as fault:
            result.error, result.kept = str(fault), fault.id
        except Failed as fault:
            result.error = str(fault)
        result.seen, result.waits = in_any_member_order(org.seen), list(plugin.waits)
        results[name] = result
    return results


def in_any_member_order(requests: list[Request]) -> list[Request]:
    """Neighbouring membership writes sorted: the real plugin takes them from a set."""
    ordered: list[Request] = []
    run: list[Request] = []
    for request in requests:
        if request.method in ("PUT", "DELETE") and _MEMBERSHIP.fullmatch(request.path):
            run.append(request)
            continue
        ordered += sorted(run, key=lambda r: (r.method, r.path))
        run = []
        ordered.append(request)
    return ordered + sorted(run, key=lambda r: (r.method, r.path))


def _answer(exchange: dict[str, Any]) -> Answer:
    headers: dict[str, list[str]] = {}
    for name, value in (exchange.get("respHeaders") or {}).items():
        headers[name] = value if isinstance(value, list) else [value]
    return Answer(exchange["status"], exchange["respBody"], headers)
