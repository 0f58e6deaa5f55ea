"""Devices: the directory's records of them, and those that Intune manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.actions.call import segment
from leaver.escape import line
from leaver.runbook.entra.base import (
    READ_USERS,
    EntraStep,
    flag,
    kind_of,
    label,
    one_each,
    rows,
    text,
    title,
    user_path,
)
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

_OWNED = "owned-devices"
_REGISTERED = "registered-devices"
_MANAGED = "managed-devices"
_DEVICE = "id,displayName,accountEnabled,operatingSystem"
_MANAGED_DEVICE = "id,deviceName,operatingSystem,managementState,managedDeviceOwnerType"

_RETIRING = frozenset({"retirePending", "retireIssued"})
_WIPING = frozenset({"wipePending", "wipeIssued"})
_GOING = frozenset({"deletePending"})


class Devices(EntraStep):
    """Devices that are registered or owned are disabled: they sign nobody in any more.

    An application may do that to Windows devices only.
    learn.microsoft.com/graph/api/user-list-owneddevices, /user-list-registereddevices, /device-update
    """

    name = "devices"
    title = "disable the devices"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("Device.ReadWrite.All", "list the devices and disable them (Windows only)"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return [
            Ask(key, f"{user_path(case)}/{path}?$select={_DEVICE}", paged=True, fine=(404,))
            for key, path in ((_OWNED, "ownedDevices"), (_REGISTERED, "registeredDevices"))
        ]

    def _all(self, seen: Seen) -> list[Mapping[str, Any]]:
        found = [*rows(seen, _OWNED), *rows(seen, _REGISTERED)]
        return list({row["id"]: row for row in found if kind_of(row) in ("", "device")}.values())

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        return one_each(
            Item(row["id"], title(row), _why_not(row))
            for row in self._all(seen)
            if flag(row, _OWNED, "accountEnabled") is not False
        )

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return [
            Ask(item.key, f"/v1.0/devices/{segment(item.key)}", "PATCH", json={"accountEnabled": False})
            for item in left
            if not item.why
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {
            "devices": [
                {
                    "id": row["id"],
                    "name": title(row),
                    "system": label(row, "operatingSystem", 60),
                    "enabled": row.get("accountEnabled"),
                }
                for row in self._all(seen)
            ]
        }


def _why_not(row: Mapping[str, Any]) -> str:
    system = text(row, _OWNED, "operatingSystem") or "an unknown system"
    if system.lower().startswith("windows"):
        return ""
    return (
        f"An application may disable Windows devices only, and this is {line(system, 40)}. Disable it in the Entra "
        "admin centre, Devices."
    )


class ManagedDevices(EntraStep):
    """Devices under Intune lose the company's data (retire), or everything (`wipe: true`).

    A personal device is never wiped. The device obeys when it next reports; until then Intune says it is pending,
    and that is what can be verified.
    Settings: `wipe`, the explicit word.
    learn.microsoft.com/graph/api/intune-devices-manageddevice-retire, -wipe, -list
    """

    name = "managed-devices"
    title = "retire or wipe the managed devices"
    after = ("revoke-sessions",)
    on_request = True
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("DeviceManagementManagedDevices.Read.All", "list the devices that Intune manages"),
        Permission("DeviceManagementManagedDevices.PrivilegedOperations.All", "retire or wipe them"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        path = f"{user_path(case)}/managedDevices?$select={_MANAGED_DEVICE}"
        return (Ask(_MANAGED, path, paged=True, fine=(404,)),)

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        found = []
        for row in rows(seen, _MANAGED):
            state = text(row, _MANAGED, "managementState") or "unknown"
            wipe = _wiped(case, row)
            if state in (_WIPING | _GOING if wipe else _RETIRING | _WIPING | _GOING):
                continue
            found.append(Item(row["id"], f"{_device(row)} ({line(state, 40)})"))
        return found

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        wanted = {item.key for item in left if not item.why}
        asks = []
        for row in rows(seen, _MANAGED):
            if row["id"] not in wanted:
                continue
            path = f"/v1.0/deviceManagement/managedDevices/{segment(row['id'])}"
            if _wiped(case, row):
                body = {"keepEnrollmentData": False, "keepUserData": False}
                asks.append(Ask(row["id"], f"{path}/wipe", "POST", json=body))
            else:
                asks.append(Ask(row["id"], f"{path}/retire", "POST"))
        return asks

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        devices = rows(seen, _MANAGED)
        personal = [
            f"{_device(row)}: a personal device, so it is retired and not wiped"
            for row in devices
            if case.settings.get("wipe") is True and not _wiped(case, row)
        ]
        waiting = [
            f"{_device(row)}: Intune has the order, the device has not confirmed it"
            for row in devices
            if text(row, _MANAGED, "managementState") in _RETIRING | _WIPING | _GOING
        ]
        return [*personal, *waiting]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {
            "managed_devices": [
                {
                    "id": row["id"],
                    "name": _device(row),
                    "state": label(row, "managementState", 40),
                    "owner": label(row, "managedDeviceOwnerType", 40),
                }
                for row in rows(seen, _MANAGED)
            ]
        }


def _wiped(case: Case, row: Mapping[str, Any]) -> bool:
    # Only what Intune says is the company's: an unknown owner's photographs do not come back.
    return case.settings.get("wipe") is True and row.get("managedDeviceOwnerType") == "company"


def _device(row: Mapping[str, Any]) -> str:
    return label(row, "deviceName", 120) or line(row["id"], 120)
