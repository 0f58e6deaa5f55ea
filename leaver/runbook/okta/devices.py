"""Devices that the account enrolled in Okta Verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.runbook.okta import reply, scopes
from leaver.runbook.okta.base import OktaStep
from leaver.runbook.okta.reply import Row, segment
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

DEVICES = "devices"
SUSPEND, DEACTIVATE = "suspend", "deactivate"
_OVER = {SUSPEND: frozenset({"SUSPENDED", "DEACTIVATED"}), DEACTIVATE: frozenset({"DEACTIVATED"})}


class Devices(OktaStep):
    """On request, as a device can be somebody else's too: such a one is left to a person.

    `settings.action` is `suspend` (which can be taken back) or `deactivate` (which also takes the device's factors
    and certificates, and its links to users); left out, `deactivate`.
    developer.okta.com: User Resources, list all devices; Devices, list all users for a device, suspend and
    deactivate a device. Organisations on the Classic Engine have no devices.
    """

    name = "devices"
    title = "end the devices' trust"
    needs: ClassVar[tuple[Permission, ...]] = (
        scopes.USERS_READ,
        scopes.DEVICES_READ,
        scopes.DEVICES_MANAGE,
    )
    on_request = True

    def first(self, case: Case) -> Sequence[Ask]:
        return [Ask(DEVICES, reply.path_of(case, "devices"), paged=True, fine=(404,))]

    def skip(self, case: Case, seen: Seen) -> str | None:
        if DEVICES in seen and seen[DEVICES].status == 404 and reply.USER in seen and reply.exists(seen):
            return "Okta lists no devices of this account"
        return super().skip(case, seen)

    def then(self, case: Case, seen: Seen) -> Sequence[Ask]:
        # 404: the device was deleted meanwhile.
        return [
            Ask(_users_key(device), f"/api/v1/devices/{segment(device)}/users", paged=True, fine=(404,))
            for row in self._live(case, seen)
            if (device := reply.identity(row, DEVICES))
        ]

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        return [
            Item(device, _name(row), self._shared(case, seen, device))
            for row in self._live(case, seen)
            if (device := reply.identity(row, DEVICES))
        ]

    def _shared(self, case: Case, seen: Seen, device: str) -> str:
        key = _users_key(device)
        if seen[key].status == 404:
            return ""
        users = [reply.an_object(row.get("user"), key) for row in reply.rows(seen, key)]
        others = [user for user in users if reply.identity(user, key) != case.account]
        if not others:
            return ""
        names = ", ".join(reply.label(reply.inner(user, "profile"), "login") for user in others[:3])
        return f"{names} uses it too: take the account off the device by hand."

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        status = {row.get("id"): row.get("status") for row in self._live(case, seen)}
        asks = []
        for item in left:
            # Only an active device can be suspended; one that was never activated is deactivated.
            verb = self._action(case) if status.get(item.key) == "ACTIVE" else DEACTIVATE
            if not item.why:
                path = f"/api/v1/devices/{segment(item.key)}/lifecycle/{verb}"
                asks.append(Ask(item.key, path, "POST", fine=(404,)))
        return asks

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002
        return {"devices": [f"{_name(row)}: {row.get('status')}" for row in _devices(seen)]}

    def _live(self, case: Case, seen: Seen) -> list[Row]:
        over = _OVER[self._action(case)]
        return [row for row in _devices(seen) if reply.word(row, DEVICES, "status") not in over]

    def _action(self, case: Case) -> str:
        return SUSPEND if case.settings.get("action") == SUSPEND else DEACTIVATE


def _devices(seen: Seen) -> list[Row]:
    return [reply.an_object(row.get("device"), DEVICES) for row in reply.rows(seen, DEVICES)]


def _users_key(device: str) -> str:
    return f"device-users:{device}"


def _name(row: Row) -> str:
    profile = reply.inner(row, "profile")
    named = reply.label({**profile, "id": row.get("id")}, "displayName")
    platform = profile.get("platform")
    return f"{named} ({platform})" if isinstance(platform, str) else named
