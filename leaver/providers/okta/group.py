"""okta:group/group:Group: a group and its profile; who is in it is another resource's business."""

from typing import Any

from leaver.providers.okta import gojson
from leaver.providers.okta.api import Api, ApiError, segment
from leaver.providers.okta.profile import Values

_BASE = ("name", "description")


def create(api: Api, planned: Values) -> tuple[str, Values | None]:
    """POST, wait until Okta shows the group (about 10 s at most), then read it. Raises ApiError."""
    with api.step("failed to create group"):
        group_id: str = api.ask("POST", "groups", body=_body(planned))["id"]
    for _ in api.attempts():
        if api.find("GET", f"groups/{segment(group_id)}") is not None:
            break
    else:
        raise ApiError(404, f"group '{group_id}' hasn't been created after multiple checks")
    return group_id, read(api, group_id)


def read(api: Api, group_id: str) -> Values | None:
    """One GET; None when the group is gone."""
    with api.step("failed to get group"):
        group = api.find("GET", f"groups/{segment(group_id)}")
    if group is None:
        return None
    profile = group.get("profile") or {}
    custom = {key: value for key, value in profile.items() if key not in _BASE}
    return {
        "name": profile.get("name") or "",
        "description": profile.get("description") or "",
        "customProfileAttributes": gojson.dump(custom),
    }


def update(api: Api, group_id: str, planned: Values) -> Values | None:
    """PUT of the whole profile, then a read. Raises ApiError."""
    with api.step("failed to update group"):
        api.call("PUT", f"groups/{segment(group_id)}", body=_body(planned))
    return read(api, group_id)


def delete(api: Api, group_id: str) -> None:
    """One DELETE; a group that is already gone is an error, as with the real provider."""
    with api.step("failed to delete group"):
        api.call("DELETE", f"groups/{segment(group_id)}")


def _body(planned: Values) -> dict[str, Any]:
    custom = gojson.load_object(planned.get("customProfileAttributes"))
    base = {key: planned.get(key) or "" for key in _BASE}
    return {"profile": {key: value for key, value in custom.items() if value is not None} | base}
