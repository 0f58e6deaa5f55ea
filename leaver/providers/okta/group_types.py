"""The descriptions of Group, GroupMemberships and UserGroupMemberships for the plugin base."""

from __future__ import annotations

from leaver.providers.base.resource import Call, Field, ResourceType
from leaver.providers.base.values import Bag
from leaver.providers.okta import gojson, group, memberships
from leaver.providers.okta.api import Api
from leaver.providers.okta.user_type import json_fault, known, vanished

_GROUP = "okta:group/group:Group"
_GROUP_MEMBERSHIPS = "okta:index/groupMemberships:GroupMemberships"
_USER_GROUP_MEMBERSHIPS = "okta:index/userGroupMemberships:UserGroupMemberships"


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _create_group(call: Call, planned: Bag) -> tuple[str, Bag]:
    wanted = known(planned)
    group_id, found = group.create(Api(call), wanted)
    if found is None:
        raise vanished("Create", _GROUP, group_id)
    return group_id, wanted | found


def _read_group(call: Call, group_id: str, state: Bag) -> Bag | None:
    group_id, _, flag = group_id.partition("/")
    found = group.read(Api(call), group_id)
    if found is None:
        return None
    given = {"skipUsers": True} if flag == "skip_users" else {}
    return {**state, **given, **found, "id": group_id}


def _update_group(call: Call, group_id: str, _old: Bag, planned: Bag) -> Bag:
    wanted = known(planned)
    found = group.update(Api(call), group_id, wanted)
    if found is None:
        raise vanished("Update", _GROUP, group_id)
    return wanted | found


def _delete_group(call: Call, group_id: str, _state: Bag) -> None:
    group.delete(Api(call), group_id)


def _plan_group(old: Bag | None, planned: Bag) -> Bag:
    """Custom attributes that are not given, or say the same, stay as they are."""
    text = planned.get("customProfileAttributes")
    before = str(old.get("customProfileAttributes") or "") if old else ""
    if not text:
        return {**planned, "customProfileAttributes": before or text}
    if not isinstance(text, str):
        return planned
    if before and _without_nulls(before) == _without_nulls(text):
        return {**planned, "customProfileAttributes": before}
    return {**planned, "customProfileAttributes": gojson.normal(text)}


def _without_nulls(text: str) -> dict[str, object]:
    return {key: value for key, value in gojson.load_object(text).items() if value is not None}


def _create_group_memberships(call: Call, planned: Bag) -> tuple[str, Bag]:
    group_id = str(planned["groupId"])
    memberships.create_for_group(Api(call), group_id, _texts(planned.get("users")))
    return group_id, known(planned)


def _read_group_memberships(call: Call, group_id: str, state: Bag) -> Bag | None:
    api = Api(call)
    if not state:
        group_id, _, track = group_id.partition("/")
        users: list[str] = memberships.import_for_group(api, group_id)
        state = {"groupId": group_id, "trackAllUsers": (track == "true") if track else None, "users": users}
    track_all = state.get("trackAllUsers") is True
    users = memberships.read_for_group(api, str(state["groupId"]), _texts(state.get("users")), track_all)
    return {**state, "users": users, "id": group_id}


def _update_group_memberships(call: Call, group_id: str, old: Bag, planned: Bag) -> Bag:
    memberships.update_for_group(Api(call), group_id, _texts(old.get("users")), _texts(planned.get("users")))
    return known(planned)


def _delete_group_memberships(call: Call, group_id: str, state: Bag) -> None:
    memberships.delete_for_group(Api(call), group_id, _texts(state.get("users")))


def _create_user_memberships(call: Call, planned: Bag) -> tuple[str, Bag]:
    user_id = str(planned["userId"])
    memberships.create_for_user(Api(call), user_id, _texts(planned.get("groups")))
    return user_id, known(planned)


def _read_user_memberships(call: Call, user_id: str, state: Bag) -> Bag | None:
    return state if memberships.user_has(Api(call), user_id, _texts(state.get("groups"))) else None


def _update_user_memberships(call: Call, user_id: str, old: Bag, planned: Bag) -> Bag:
    memberships.update_for_user(Api(call), user_id, _texts(old.get("groups")), _texts(planned.get("groups")))
    return known(planned)


def _delete_user_memberships(call: Call, user_id: str, state: Bag) -> None:
    memberships.delete_for_user(Api(call), user_id, _texts(state.get("groups")))


GROUP = ResourceType(
    token=_GROUP,
    fields=(
        Field("name", required=True),
        Field("description"),
        Field("customProfileAttributes", check=json_fault),
        Field("skipUsers", kind="bool", default=False),
    ),
    create=_create_group,
    read=_read_group,
    update=_update_group,
    delete=_delete_group,
    plan=_plan_group,
    meta=False,
)

GROUP_MEMBERSHIPS = ResourceType(
    token=_GROUP_MEMBERSHIPS,
    fields=(
        Field("groupId", required=True, replace=True),
        Field("users", kind="set", required=True),
        Field("trackAllUsers", kind="bool", default=False),
    ),
    create=_create_group_memberships,
    read=_read_group_memberships,
    update=_update_group_memberships,
    delete=_delete_group_memberships,
    meta=False,
)

USER_GROUP_MEMBERSHIPS = ResourceType(
    token=_USER_GROUP_MEMBERSHIPS,
    fields=(
        Field("userId", required=True, replace=True),
        Field("groups", kind="set", required=True),
    ),
    create=_create_user_memberships,
    read=_read_user_memberships,
    update=_update_user_memberships,
    delete=_delete_user_memberships,
    import_id=lambda _: None,
    meta=False,
)
