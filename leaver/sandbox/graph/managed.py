"""Devices under Intune: retired and wiped (learn.microsoft.com/graph/api/resources/intune-devices-manageddevice).

A device obeys when it next reports; here it stays pending for ever.
"""

from __future__ import annotations

from typing import Any

from leaver.sandbox.graph import objects, plain
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import GraphError, bad_request
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.users import find_user

KIND = "managedDevice"


def _shown(device: Obj) -> dict[str, Any]:
    return {"id": device.id, "userId": device.owner, **device.doc}


def _of_user(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    found = [_shown(each) for each in objects.owned(call.db, call.tid, KIND, user.id)]
    return plain.page(call, f"users('{user.id}')/managedDevices", found)


def _list(call: Call) -> Answer:
    found = [_shown(each) for each in objects.listed(call.db, call.tid, KIND)]
    return plain.page(call, "deviceManagement/managedDevices", found)


def _find(call: Call) -> Obj:
    found = objects.find(call.db, call.tid, call.ids[0], KIND)
    if found is None:
        raise GraphError(404, "ResourceNotFound", f"Device {call.ids[0]} was not found.")
    return found


def _read(call: Call) -> Answer:
    context = {"@odata.context": call.context("deviceManagement/managedDevices/$entity")}
    return Answer(200, {**context, **_shown(_find(call))})


def _order(state: str) -> Handler:
    def handler(call: Call) -> Answer:
        if call.body is not None and not isinstance(call.body, dict):
            raise bad_request("Unable to read JSON request payload.")
        device = _find(call)
        device.doc["managementState"] = state
        objects.save(call.db, call.tid, device)
        return NO_CONTENT

    return handler


def table() -> Table:
    devices = "/deviceManagement/managedDevices"
    return [
        ("GET", "/users/{}/managedDevices", _of_user),
        ("GET", devices, _list),
        ("GET", f"{devices}/{{}}", _read),
        ("POST", f"{devices}/{{}}/retire", _order("retirePending")),
        ("POST", f"{devices}/{{}}/wipe", _order("wipePending")),
    ]
