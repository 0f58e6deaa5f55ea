"""Devices and whose they are (learn.microsoft.com/graph/api/resources/device)."""

from __future__ import annotations

import uuid

from leaver.sandbox.graph import lists, objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import GraphError
from leaver.sandbox.graph.lists import finder
from leaver.sandbox.graph.properties import checked, required
from leaver.sandbox.graph.references import referenced
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.users import find_user
from leaver.sandbox.graph.views import entity, view

_REQUIRED = ("accountEnabled", "displayName", "operatingSystem", "operatingSystemVersion")
_find = finder("device")


def _create(call: Call) -> Answer:
    fields = call.fields()
    required("device", checked("device", fields), *_REQUIRED)
    doc = {
        "deviceId": str(uuid.uuid4()),
        "createdDateTime": call.stamp,
        "registrationDateTime": call.stamp,
        **fields,
    }
    device = objects.insert(call.db, call.tid, "device", str(uuid.uuid4()), doc, key=doc["deviceId"])
    return Answer(201, {"@odata.context": call.context("devices/$entity"), **view(call, device, None)})


def _list(call: Call) -> Answer:
    return pages.answer(call, "devices", lists.of_type(call, "device", "deviceId"), kind="device")


def _read(call: Call) -> Answer:
    return Answer(200, entity(call, _find(call)))


def _update(call: Call) -> Answer:
    device = _find(call)
    for name, value in checked("device", call.fields()).items():
        # An application may disable Windows devices only (learn.microsoft.com/graph/api/device-update).
        if name == "accountEnabled" and not str(device.doc.get("operatingSystem", "")).lower().startswith(
            "windows"
        ):
            raise GraphError(
                403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
            )
        device.doc[name] = value
    objects.save(call.db, call.tid, device)
    return NO_CONTENT


def _delete(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, _find(call).id)
    return NO_CONTENT


def _add_person(relation: str) -> Handler:
    def handler(call: Call) -> Answer:
        device = _find(call)
        objects.link(call.db, call.tid, relation, device.id, referenced(call, call.fields(), "user").id)
        return NO_CONTENT

    return handler


def _of_user(relation: str) -> Handler:
    def handler(call: Call) -> Answer:
        user = find_user(call, call.ids[0])
        source = pages.Source(
            lambda after, ids, _: objects.sources(call.db, call.tid, relation, user.id, after, ids)
        )
        return pages.answer(call, "directoryObjects", source, typed=True)

    return handler


def table() -> Table:
    found: Table = [
        ("POST", "/devices", _create),
        ("GET", "/devices", _list),
        ("GET", "/devices/{}", _read),
        ("PATCH", "/devices/{}", _update),
        ("DELETE", "/devices/{}", _delete),
    ]
    for relation, collection, of_user in (
        ("registeredOwner", "registeredOwners", "ownedDevices"),
        ("registeredUser", "registeredUsers", "registeredDevices"),
    ):
        found += [
            ("GET", f"/devices/{{}}/{collection}", lists.linked(_find, relation)),
            ("POST", f"/devices/{{}}/{collection}/$ref", _add_person(relation)),
            ("DELETE", f"/devices/{{}}/{collection}/{{}}/$ref", lists.unlinking(_find, relation)),
            ("GET", f"/users/{{}}/{of_user}", _of_user(relation)),
        ]
    return found
