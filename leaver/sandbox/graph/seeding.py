"""Many users, groups and members at once, straight into the store."""

from __future__ import annotations

import json
import uuid
from typing import Any

from leaver.sandbox.clock import iso
from leaver.sandbox.graph.belongings import give
from leaver.sandbox.graph.licences import buy
from leaver.sandbox.graph.types import METHOD_TYPES, TYPES
from leaver.sandbox.settings import Sandbox
from leaver.sandbox.tenants import Tenant

_USER_EXTRAS = {"manager", "methods", "devices", "upn"}


def prepare(box: Sandbox, tenant: Tenant) -> None:
    """The service principal of the tenant's own application, which owns what it creates."""
    doc = {
        "appId": tenant.app_id,
        "displayName": "Leaver",
        "appDisplayName": "Leaver",
        "accountEnabled": True,
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": tenant.tenant,
    }
    with box.store.write() as db:
        db.execute(
            "INSERT OR IGNORE INTO graph_objects (tenant, type, id, key, doc) VALUES (?,?,?,?,?)",
            (tenant.tenant, "servicePrincipal", tenant.principal_id, tenant.app_id, json.dumps(doc)),
        )


def seed(box: Sandbox, tenant: Tenant, content: dict[str, Any]) -> dict[str, Any]:
    """Load `users`, `groups` and their members.

    A user is a document of Graph properties; `userPrincipalName` is needed, `id` is made when missing, and it
    may have `manager` (a user principal name), `methods` (`[{"segment": "phoneMethods", ...}]`) and `devices`
    (`[{"displayName": ..., ...}]`). A group is a document with `displayName` and `members` and `owners` (user
    principal names or ids). `units` says how many of a licence were bought, by part number. `belongings` names
    accounts, by user principal name, that get all of `belongings.give`.
    Answers the ids by name. Raises ValueError, KeyError or sqlite3 errors for bad
    content; then nothing was loaded.
    """
    stamp = iso(box.clock())
    rows: list[tuple[str, ...]] = []
    links: list[tuple[str, str, str, str]] = []
    ids: dict[str, str] = {}
    tid = tenant.tenant
    for user in content.get("users", []):
        user_id = ids[user["userPrincipalName"].lower()] = user.get("id") or str(uuid.uuid4())
        rows.append(
            (tid, "user", user_id, user["userPrincipalName"].lower(), "", json.dumps(_user(user, stamp)))
        )
        rows.extend(_method(tid, user_id, method, stamp) for method in user.get("methods", []))
        for device in user.get("devices", []):
            row, device_id = _device(tid, device, stamp)
            rows.append(row)
            links += [(tid, rel, device_id, user_id) for rel in ("registeredOwner", "registeredUser")]
    group_ids: dict[str, str] = {}
    for group in content.get("groups", []):
        group_id = group_ids[group["displayName"]] = group.get("id") or str(uuid.uuid4())
        rows.append(
            (tid, "group", group_id, group["displayName"].lower(), "", json.dumps(_group(group, stamp)))
        )
        for rel in ("member", "owner"):
            links += [(tid, rel, group_id, _named(ids, each)) for each in group.get(f"{rel}s", [])]
    for user in content.get("users", []):
        if user.get("manager"):
            near = ids[user["userPrincipalName"].lower()]
            links.append((tid, "manager", near, _named(ids, user["manager"])))
    with box.store.write() as db:
        db.executemany(
            "INSERT INTO graph_objects (tenant, type, id, key, owner, doc) VALUES (?,?,?,?,?,?)", rows
        )
        buy(db, tid, content.get("units", {}))
        db.executemany(
            "INSERT OR IGNORE INTO graph_links (tenant, rel, source, target) VALUES (?,?,?,?)", links
        )
    given = {name: give(box, tenant, name) for name in content.get("belongings", [])}
    return {"users": ids, "groups": group_ids, "links": len(links), "belongings": given}


def _named(ids: dict[str, str], name: str) -> str:
    return ids[name.lower()] if "@" in name else name


def _user(user: dict[str, Any], stamp: str) -> dict[str, Any]:
    name = user["userPrincipalName"]
    unknown = sorted(set(user) - set(TYPES["user"].empty) - _USER_EXTRAS)
    if unknown:
        raise ValueError(f"user {name}: unknown property {unknown[0]!r}. See the Graph user resource.")
    return {
        "accountEnabled": True,
        "displayName": name.partition("@")[0],
        "mailNickname": name.partition("@")[0],
        "createdDateTime": stamp,
        "lastPasswordChangeDateTime": stamp,
        "signInSessionsValidFromDateTime": stamp,
        "refreshTokensValidFromDateTime": stamp,
        "userType": "Member",
        **{
            key: value
            for key, value in user.items()
            if key not in _USER_EXTRAS and key != "id" and value is not None
        },
    }


def _group(group: dict[str, Any], stamp: str) -> dict[str, Any]:
    return {
        "mailEnabled": False,
        "securityEnabled": True,
        "mailNickname": "".join(each for each in group["displayName"].lower() if each.isalnum()) or "group",
        "createdDateTime": stamp,
        "renewedDateTime": stamp,
        **{key: value for key, value in group.items() if key not in ("members", "owners", "id")},
    }


def _method(tid: str, user_id: str, method: dict[str, Any], stamp: str) -> tuple[str, ...]:
    segment = method["segment"]
    if segment not in METHOD_TYPES:
        raise ValueError(f"sign-in method {segment!r}. Use one of {', '.join(METHOD_TYPES)}.")
    doc = {"createdDateTime": stamp, **{key: value for key, value in method.items() if key != "segment"}}
    return (tid, "method", f"{user_id}|{uuid.uuid4()}", segment, user_id, json.dumps(doc))


def _device(tid: str, device: dict[str, Any], stamp: str) -> tuple[tuple[str, ...], str]:
    device_id = device.get("id") or str(uuid.uuid4())
    doc = {
        "accountEnabled": True,
        "deviceId": str(uuid.uuid4()),
        "operatingSystem": "Windows",
        "operatingSystemVersion": "10.0.22631",
        "createdDateTime": stamp,
        **{key: value for key, value in device.items() if key != "id"},
    }
    return (tid, "device", device_id, doc["deviceId"], "", json.dumps(doc)), device_id
