"""Conditional Access policies, and the organization itself."""

from __future__ import annotations

import uuid
from typing import Any

from leaver.sandbox.graph import lists, objects, pages
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.properties import checked
from leaver.sandbox.graph.routing import Table
from leaver.sandbox.graph.types import TYPES
from leaver.sandbox.graph.views import entity, view

_POLICY = TYPES["policy"]
_STATES = ("enabled", "disabled", "enabledForReportingButNotEnforced")


def _find_policy(call: Call) -> Obj:
    found = objects.find(call.db, call.tid, call.ids[0], "policy")
    if found is None:
        raise not_found(call.ids[0])
    return found


def _checked_policy(fields: dict[str, Any]) -> dict[str, Any]:
    checked("policy", fields)
    if "state" in fields and fields["state"] not in _STATES:
        raise bad_request(f"1040: The policy state '{fields['state']}' is not one of {', '.join(_STATES)}.")
    return fields


def _create_policy(call: Call) -> Answer:
    fields = _checked_policy(call.fields())
    for name in ("displayName", "state", "conditions"):
        if fields.get(name) is None:
            raise bad_request(f"1007: The policy has no '{name}'.")
    policy = objects.insert(
        call.db, call.tid, "policy", str(uuid.uuid4()), {**fields, "createdDateTime": call.stamp}
    )
    context = call.context("identity/conditionalAccess/policies/$entity")
    return Answer(201, {"@odata.context": context, **view(call, policy, None)})


def _list_policies(call: Call) -> Answer:
    return pages.answer(call, _POLICY.collection, lists.of_type(call, "policy"), kind="policy")


def _read_policy(call: Call) -> Answer:
    return Answer(200, entity(call, _find_policy(call)))


def _update_policy(call: Call) -> Answer:
    policy = _find_policy(call)
    policy.doc.update(_checked_policy(call.fields()), modifiedDateTime=call.stamp)
    objects.save(call.db, call.tid, policy)
    return NO_CONTENT


def _delete_policy(call: Call) -> Answer:
    objects.destroy(call.db, call.tid, _find_policy(call).id)
    return NO_CONTENT


def _organization(call: Call) -> Answer:
    domains = [
        {
            "name": name,
            "isDefault": number == 0,
            "isInitial": number == 0,
            "type": "Managed",
            "capabilities": "Email",
        }
        for number, name in enumerate(call.tenant.domains)
    ]
    doc = {"displayName": call.tenant.client, "tenantType": "AAD", "verifiedDomains": domains}
    row = Obj(1, "organization", call.tid, "", "", doc, None)
    source = pages.Source(lambda _after, _ids, _keys: iter([row]))
    return pages.answer(call, "organization", source, kind="organization")


def table() -> Table:
    policies = "/identity/conditionalAccess/policies"
    return [
        ("GET", policies, _list_policies),
        ("POST", policies, _create_policy),
        ("GET", f"{policies}/{{}}", _read_policy),
        ("PATCH", f"{policies}/{{}}", _update_policy),
        ("DELETE", f"{policies}/{{}}", _delete_policy),
        ("GET", "/organization", _organization),
    ]
