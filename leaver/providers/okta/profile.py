"""A user's profile on the wire, and the same user as property values.

Which attributes are base attributes: Okta's default user profile
(https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/).
"""

from collections.abc import Collection, Mapping
from typing import Any

from leaver.providers.okta import gojson

Values = dict[str, Any]
"""Property values by Pulumi name, without secret wrapping."""

REQUIRED = ("firstName", "lastName", "login", "email")
OPTIONAL = (
    "city",
    "costCenter",
    "countryCode",
    "department",
    "displayName",
    "division",
    "employeeNumber",
    "honorificPrefix",
    "honorificSuffix",
    "locale",
    "manager",
    "managerId",
    "middleName",
    "mobilePhone",
    "nickName",
    "organization",
    "preferredLanguage",
    "primaryPhone",
    "profileUrl",
    "secondEmail",
    "state",
    "streetAddress",
    "timezone",
    "title",
    "userType",
    "zipCode",
)
BASE = (*REQUIRED, *OPTIONAL, "postalAddress")
CREDENTIALS = ("password", "recoveryQuestion", "recoveryAnswer")

TIMES = ("created", "activated", "statusChanged", "lastLogin", "lastUpdated", "passwordChanged")

_AS_ACTIVE = ("PASSWORD_EXPIRED", "RECOVERY")


def to_wire(values: Mapping[str, Any]) -> dict[str, Any]:
    """The whole profile of a POST or a strict PUT: an attribute that is not sent is cleared by Okta."""
    profile: dict[str, Any] = dict(gojson.load_object(values.get("customProfileAttributes")))
    profile.update({key: values.get(key) or "" for key in REQUIRED})
    profile.update({key: values[key] for key in OPTIONAL if values.get(key)})
    profile["postalAddress"] = values.get("postalAddress") or None
    return profile


def from_wire(user: Mapping[str, Any], ignored: Collection[str] = ()) -> Values:
    """What a read sets: an attribute that is absent or null in the answer is not among the keys.

    That is the real provider's blind spot: the old value then stays in state.
    `ignored` are custom attribute names to leave out (customProfileAttributesToIgnores).
    """
    profile = {key: value for key, value in (user.get("profile") or {}).items() if value is not None}
    values: Values = {key: profile[key] for key in BASE if key in profile}
    custom = {k: v for k, v in profile.items() if k not in BASE and _underscored(k) not in ignored}
    values["customProfileAttributes"] = gojson.dump(custom)
    status = user.get("status")
    values["rawStatus"] = status
    values["status"] = "ACTIVE" if status in _AS_ACTIVE else status
    if user.get("realmId") is not None:
        values["realmId"] = user["realmId"]
    for key in TIMES:
        if user.get(key) is not None:
            values[key] = rfc3339(user[key])
    if user.get("type") is not None:
        values["type"] = {"id": user["type"].get("id", "")}
    return values


def rfc3339(text: str) -> str:
    """Okta's time stamp without fractions of a second: `2026-01-01T00:00:00.000Z` → `…00Z`."""
    head, dot, tail = text.partition(".")
    return head + tail.lstrip("0123456789") if dot else text


def _underscored(name: str) -> str:
    out = ""
    for index, char in enumerate(name):
        out += f"_{char.lower()}" if char.isupper() and index else char.lower()
    return out
