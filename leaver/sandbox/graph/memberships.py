"""Members and owners of groups, and what somebody is a member of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from leaver.sandbox.graph import objects, owners, pages, roles
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.groups import delete_group, find_group
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.references import referenced
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.types import TYPES
from leaver.sandbox.graph.users import delete_user, find_user
from leaver.sandbox.graph.views import entity

_CASTS = {kind.odata.removeprefix("#"): name for name, kind in TYPES.items()}


def _source(call: Call, relation: str, kind: str | None) -> pages.Source:
    group = find_group(call, call.ids[0])

    def rows(after: int, ids: list[str] | None, _keys: list[str] | None) -> Iterator[Obj]:
        found = objects.targets(call.db, call.tid, relation, group.id, after, ids)
        return (obj for obj in found if kind in (None, obj.type))

    return pages.Source(rows)


def _list(relation: str, kind: str | None = None) -> Handler:
    def handler(call: Call) -> Answer:
        context = "directoryObjects" if kind is None else TYPES[kind].collection
        return pages.answer(call, context, _source(call, relation, kind), kind=kind, typed=kind is None)

    return handler


def _count(relation: str, kind: str | None = None) -> Handler:
    return lambda call: pages.count(call, _source(call, relation, kind))


def _check_changeable(group: Obj, relation: str) -> None:
    """Refuse what another system or a rule decides (learn.microsoft.com/graph/api/group-delete-members)."""
    types = group.doc.get("groupTypes", [])
    if relation == "member" and "DynamicMembership" in types:
        raise bad_request(
            "Insufficient privileges to add or remove members of a group with dynamic membership."
        )
    if group.doc.get("onPremisesSyncEnabled"):
        raise bad_request(
            "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects"
            " currently undergoing migration."
        )
    if group.doc.get("mailEnabled") and "Unified" not in types:
        raise bad_request("Cannot Update a mail-enabled security groups and or distribution list.")


def _add(relation: str) -> Handler:
    def handler(call: Call) -> Answer:
        group = find_group(call, call.ids[0])
        _check_changeable(group, relation)
        target = referenced(call, call.fields())
        if not objects.link(call.db, call.tid, relation, group.id, target.id):
            raise bad_request(
                "One or more added object references already exist for the following modified properties:"
                f" '{relation}s'."
            )
        return NO_CONTENT

    return handler


def _remove(relation: str) -> Handler:
    def handler(call: Call) -> Answer:
        group = find_group(call, call.ids[0])
        _check_changeable(group, relation)
        if relation == "owner":
            owners.check_not_last(call, group.id, call.ids[1].lower())
        if not objects.unlink(call.db, call.tid, relation, group.id, call.ids[1].lower()):
            raise not_found(call.ids[1])
        return NO_CONTENT

    return handler


def _delete_the_member_itself(call: Call) -> Answer:
    """A DELETE that lacks /$ref deletes the object, as the vendor warns (group-delete-members)."""
    group = find_group(call, call.ids[0])
    found = next(objects.targets(call.db, call.tid, "member", group.id, ids=[call.ids[1].lower()]), None)
    if found is None:
        raise not_found(call.ids[1])
    if found.type == "user":
        delete_user(call, found)
    elif found.type == "group":
        delete_group(call, found)
    else:
        objects.destroy(call.db, call.tid, found.id)
    return NO_CONTENT


def _transitive_members(call: Call) -> Answer:
    group = find_group(call, call.ids[0])
    return _fixed(call, objects.descendants(call.db, call.tid, group.id))


def _fixed(call: Call, object_ids: list[str], kind: str | None = None) -> Answer:
    """A collection given by ids; its page token is the place in it."""
    found = [objects.find(call.db, call.tid, each) for each in object_ids]
    numbered = [
        Obj(number, obj.type, obj.id, obj.key, obj.owner, obj.doc, None)
        for number, obj in enumerate(
            (obj for obj in found if obj is not None and kind in (None, obj.type)), 1
        )
    ]

    def rows(after: int, ids: list[str] | None, _keys: list[str] | None) -> Iterator[Obj]:
        return (obj for obj in numbered[after:] if ids is None or obj.id in ids)

    source = pages.Source(rows)
    if call.path.lower().endswith("/$count"):
        return pages.count(call, source)
    context = "directoryObjects" if kind is None else TYPES[kind].collection
    return pages.answer(call, context, source, kind=kind, typed=kind is None)


def _belongs(find: Callable[[Call, str], Obj], *, transitive: bool, kind: str | None = None) -> Handler:
    def handler(call: Call) -> Answer:
        member = find(call, call.ids[0])
        if transitive:
            groups = objects.ancestors(call.db, call.tid, member.id)
        else:
            groups = [each.id for each in objects.sources(call.db, call.tid, "member", member.id)]
        return _fixed(call, [*groups, *roles.active_roles_of(call, member.id)], kind)

    return handler


def _member_groups(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    wanted = call.fields().get("groupIds")
    if wanted is not None and not isinstance(wanted, list):
        raise bad_request("Invalid value specified for parameter 'groupIds'.")
    groups = [
        each
        for each in objects.ancestors(call.db, call.tid, user.id)
        if objects.find(call.db, call.tid, each)
    ]
    shown = groups if wanted is None else [each for each in groups if each in wanted]
    return Answer(200, {"@odata.context": call.context("Collection(Edm.String)"), "value": shown})


def _any_object(call: Call) -> Answer:
    found = objects.find(
        call.db, call.tid, call.ids[0], "user", "group", "servicePrincipal", "device", "directoryRole"
    )
    if found is None:
        raise not_found(call.ids[0])
    return Answer(200, {"@odata.type": TYPES[found.type].odata, **entity(call, found)})


def _by_ids(call: Call) -> Answer:
    fields = call.fields()
    wanted = fields.get("ids")
    kinds = fields.get("types") or ["user", "group", "servicePrincipal", "device"]
    if not isinstance(wanted, list) or not isinstance(kinds, list) or len(wanted) > 1000:
        raise bad_request("Too many identifiers specified, or none. The limit is 1000.")
    return _fixed_by_type(call, [str(each) for each in wanted], kinds)


def _fixed_by_type(call: Call, wanted: list[str], kinds: list[str]) -> Answer:
    found = [objects.find(call.db, call.tid, each, *kinds) for each in wanted]
    rows = [obj for obj in found if obj is not None]
    source = pages.Source(lambda _after, _ids, _keys: iter(rows))
    return pages.answer(call, "directoryObjects", source, typed=True)


def table() -> Table:
    found: Table = [
        ("POST", "/groups/{}/members/$ref", _add("member")),
        ("DELETE", "/groups/{}/members/{}/$ref", _remove("member")),
        ("DELETE", "/groups/{}/members/{}", _delete_the_member_itself),
        ("POST", "/groups/{}/owners/$ref", _add("owner")),
        ("DELETE", "/groups/{}/owners/{}/$ref", _remove("owner")),
        ("GET", "/groups/{}/transitiveMembers", _transitive_members),
        ("GET", "/groups/{}/transitiveMembers/$count", _transitive_members),
        ("POST", "/users/{}/getMemberGroups", _member_groups),
        ("POST", "/users/{}/checkMemberGroups", _member_groups),
        ("GET", "/directoryObjects/{}", _any_object),
        ("POST", "/directoryObjects/getByIds", _by_ids),
    ]
    for relation in ("member", "owner"):
        path = f"/groups/{{}}/{relation}s"
        found += [("GET", path, _list(relation)), ("GET", f"{path}/$count", _count(relation))]
        for cast, kind in _CASTS.items():
            if kind in ("user", "group", "servicePrincipal", "device"):
                found += [
                    ("GET", f"{path}/{cast}", _list(relation, kind)),
                    ("GET", f"{path}/{cast}/$count", _count(relation, kind)),
                ]
    for collection, find in (("users", find_user), ("groups", find_group)):
        for name, transitive in (("memberOf", False), ("transitiveMemberOf", True)):
            path = f"/{collection}/{{}}/{name}"
            for suffix in ("", "/$count"):
                found.append(("GET", path + suffix, _belongs(find, transitive=transitive)))
                for kind in ("group", "directoryRole"):
                    cast = f"/{TYPES[kind].odata.removeprefix('#')}{suffix}"
                    found.append(("GET", path + cast, _belongs(find, transitive=transitive, kind=kind)))
    return found
