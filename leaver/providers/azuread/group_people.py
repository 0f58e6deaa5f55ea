"""The owners and members of a group, one request each."""

from __future__ import annotations

from leaver.providers.azuread.graph import Graph
from leaver.providers.base.resource import Call
from leaver.providers.base.values import Bag, has_unknown


def named(object_id: str) -> str:
    """A group as the real plugin's messages name it."""
    return f'Group (Group: "{object_id}")'


def first_owners(call: Call, planned: Bag) -> tuple[list[str], list[str]]:
    """The owners to create the group with (at most 20: the caller, users, apps, groups), and the rest."""
    graph: Graph = call.session
    owners = texts(known(planned, "owners"))
    first = [owner for owner in owners if owner.lower() == graph.object_id.lower()]
    for kind in ("user", "servicePrincipal", "group"):
        for owner in owners:
            if owner not in first:
                what = f'Could not retrieve owner principal object "{owner}"'
                found = graph.get(call, f"v1.0/directoryObjects/{owner}", what)
                if found.get("@odata.type") == f"#microsoft.graph.{kind}":
                    first.append(owner)
    return first[:20] or [graph.object_id], first[20:]


def converge(call: Call, object_id: str, kind: str, desired: list[str], *, removals_first: bool) -> None:
    """Make the owners or members those, against those that the directory has now."""
    existing = listed(call, object_id, kind)
    gone = [entry for entry in existing if entry not in desired]
    come = [entry for entry in desired if entry not in existing]
    if not removals_first:
        add(call, object_id, kind, come)
    graph: Graph = call.session
    for entry in gone:
        path = f"beta/groups/{object_id}/{kind}/{entry}/$ref"
        graph.send(call, "DELETE", path, f"Could not remove {kind} from {named(object_id)}")
    if removals_first:
        add(call, object_id, kind, come)


def add(call: Call, object_id: str, kind: str, entries: list[str]) -> None:
    """Add owners or members, one by one."""
    graph: Graph = call.session
    for entry in entries:
        what = f"Could not add {kind} to {named(object_id)}"
        reference: Bag = {"@odata.id": graph.reference("beta", entry)}
        graph.send(call, "POST", f"beta/groups/{object_id}/{kind}/$ref", what, reference)


def listed(call: Call, object_id: str, kind: str) -> list[str]:
    """The IDs of the owners or members."""
    graph: Graph = call.session
    what = f"Could not retrieve {kind} for {named(object_id)}"
    return [str(entry["id"]) for entry in graph.list(call, f"beta/groups/{object_id}/{kind}", what)]


def texts(value: object) -> list[str]:
    """The entries of a list; none of anything else."""
    return [str(entry) for entry in value] if isinstance(value, list) else []


def known(bag: Bag, name: str) -> object:
    """A value; None while it is unknown."""
    value = bag.get(name)
    return None if has_unknown(value) else value
