"""What an object looks like in an answer: $select, types, derived properties."""

from __future__ import annotations

import re
from typing import Any

from leaver.sandbox.graph import inherited, objects
from leaver.sandbox.graph.call import Call
from leaver.sandbox.graph.errors import bad_request
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.role_templates import TEMPLATES
from leaver.sandbox.graph.types import TYPES

_EXPAND = re.compile(r"^(\w+)(?:\(\$select=([^)]*)\))?$")
_DERIVED = ("assignedLicenses", "licenseAssignmentStates", "assignedPlans")


def selected(call: Call) -> list[str] | None:
    """The properties named by $select, or None for the default set."""
    option = call.option("$select")
    if option is None or option.strip() in ("", "*"):
        return None
    return [name.strip() for name in option.split(",") if name.strip()]


def check_selected(names: list[str] | None, kind: str) -> None:
    """Refuse properties that the type does not have, in Graph's words."""
    if names is None:
        return
    known = TYPES[kind].empty
    for name in names:
        if name.split("/")[0] not in known:
            type_name = TYPES[kind].odata.removeprefix("#")
            raise bad_request(f"Could not find a property named '{name}' on type '{type_name}'.")


def document(call: Call, obj: Obj, *, derived: bool) -> dict[str, Any]:
    """The whole document, as $filter sees it; `derived` says whether it looks at licences."""
    found = {**TYPES[obj.type].empty, **obj.doc, "id": obj.id, "deletedDateTime": obj.deleted_at}
    if derived and obj.type == "user":
        found.update(inherited.licences(call.db, call.tid, obj))
    return found


def view(call: Call, obj: Obj, names: list[str] | None, *, typed: bool = False) -> dict[str, Any]:
    """An object as an answer shows it; `typed` adds @odata.type, as mixed collections do."""
    kind = TYPES[obj.type]
    doc = obj.doc
    # Mixed collections hold the short form on beta too, as the provider's recording shows.
    wanted = names if names is not None else kind.shown("v1.0" if typed else call.version)
    if obj.type == "user" and any(name in _DERIVED for name in wanted):
        doc = {**doc, **inherited.licences(call.db, call.tid, obj)}
    shown: dict[str, Any] = {"@odata.type": kind.odata} if typed else {}
    for name in wanted:
        if name == "id":
            shown["id"] = obj.id
        elif name == "deletedDateTime":
            shown[name] = obj.deleted_at
        elif name in kind.empty:
            shown[name] = doc.get(name, kind.empty[name])
    if typed or call.version == "beta":
        shown.setdefault("id", obj.id)
    # A password is written, never read.
    if shown.get("passwordProfile") is not None:
        shown["passwordProfile"] = None
    return shown


def entity(call: Call, obj: Obj) -> dict[str, Any]:
    """A single object with its context, $select and $expand."""
    kind = TYPES[obj.type]
    names = selected(call)
    check_selected(names, obj.type)
    suffix = f"({','.join(names)})" if names else ""
    shown = {"@odata.context": call.context(f"{kind.collection}{suffix}/$entity"), **view(call, obj, names)}
    return expanded(call, obj, shown)


def expanded(call: Call, obj: Obj, shown: dict[str, Any]) -> dict[str, Any]:
    """Add what $expand asks for: manager, directReports, memberOf, members, owners, roleDefinition."""
    option = call.option("$expand")
    if option is None:
        return shown
    for part in re.split(r",(?![^(]*\))", option):
        match = _EXPAND.match(part.strip())
        if match is None:
            raise bad_request(f"Invalid $expand clause '{part}'.")
        relation, select = match.groups()
        names = ["id", *(n for n in select.split(",") if n != "id")] if select else None
        if relation == "manager":
            found = next(objects.targets(call.db, call.tid, "manager", obj.id), None)
            if found is not None:
                shown["manager"] = view(call, found, names, typed=True)
            continue
        if relation == "roleDefinition" and "roleDefinitionId" in obj.doc:
            shown["roleDefinition"] = _role_definition(obj.doc["roleDefinitionId"], names)
            continue
        if relation == "group" and "groupId" in obj.doc:
            found = objects.find(call.db, call.tid, obj.doc["groupId"], "group")
            shown["group"] = None if found is None else view(call, found, names)
            continue
        rows = {
            "directReports": lambda: objects.sources(call.db, call.tid, "manager", obj.id),
            "memberOf": lambda: objects.sources(call.db, call.tid, "member", obj.id),
            "members": lambda: objects.targets(call.db, call.tid, "member", obj.id),
            "owners": lambda: objects.targets(call.db, call.tid, "owner", obj.id),
        }.get(relation)
        if rows is None:
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{relation}'."
            )
        # Graph expands at most 20 objects of a collection.
        shown[relation] = [
            view(call, each, names, typed=True) for each, _ in zip(rows(), range(20), strict=False)
        ]
    return shown


def _role_definition(template_id: str, names: list[str] | None) -> dict[str, Any]:
    name, description = TEMPLATES[template_id]
    whole = {"id": template_id, "displayName": name, "description": description, "isBuiltIn": True}
    return {key: value for key, value in whole.items() if names is None or key in names}
