"""The user profile: Okta's 31 base attributes, the org's own, and what each may hold."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from leaver.sandbox.okta import errors

REQUIRED = ("login", "email", "firstName", "lastName")
_LONGEST = 100
BASE_ATTRIBUTES = frozenset(
    {
        *REQUIRED,
        "secondEmail",
        "middleName",
        "honorificPrefix",
        "honorificSuffix",
        "title",
        "displayName",
        "nickName",
        "profileUrl",
        "primaryPhone",
        "mobilePhone",
        "streetAddress",
        "city",
        "state",
        "zipCode",
        "countryCode",
        "postalAddress",
        "preferredLanguage",
        "locale",
        "timezone",
        "userType",
        "employeeNumber",
        "costCenter",
        "organization",
        "division",
        "department",
        "managerId",
        "manager",
    }
)
_LENGTHS = {"firstName": 50, "lastName": 50}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PASSWORD_RULES = (
    ("at least 8 characters", r".{8}"),
    ("a lowercase letter", r"[a-z]"),
    ("an uppercase letter", r"[A-Z]"),
    ("a number", r"[0-9]"),
)


def checked(profile: Any, custom: Collection[str]) -> dict[str, Any]:
    """The profile as it is stored, without nulls; raises OktaError E0000001 with every fault found."""
    if not isinstance(profile, dict):
        raise errors.validation("profile", "profile: The field cannot be left blank")
    faults = [
        (name, "The field cannot be left blank")
        for name in REQUIRED
        if not isinstance(profile.get(name), str) or not profile[name].strip()
    ]
    kept = {name: value for name, value in profile.items() if value is not None}
    for name, value in kept.items():
        if name not in BASE_ATTRIBUTES and name not in custom:
            faults.append((name, "Property is not defined in the user profile"))
        elif name in BASE_ATTRIBUTES and not isinstance(value, str):
            faults.append((name, "Property type mismatch: string expected"))
        elif isinstance(value, str) and len(value) > _LENGTHS.get(name, _LONGEST) and name in REQUIRED:
            faults.append((name, f"String is too long; max length: {_LENGTHS.get(name, _LONGEST)}"))
    blank = {name for name, _ in faults}
    if "login" not in blank and not _ADDRESS.fullmatch(kept["login"]):
        faults.append(("login", "Username must be in the form of an email address"))
    faults += [
        (name, "Does not match required pattern")
        for name in ("email", "secondEmail")
        if name not in blank and kept.get(name) and not _ADDRESS.fullmatch(kept[name])
    ]
    if faults:
        raise errors.validation(faults[0][0], *(f"{name}: {fault}" for name, fault in faults))
    return kept


def shown(profile: dict[str, Any]) -> dict[str, Any]:
    """The profile as it is answered: two attributes are shown even when they are not set."""
    return {"mobilePhone": None, "secondEmail": None, **profile}


def check_password(password: Any) -> str:
    """The password, when the default policy of a new org accepts it."""
    text = password if isinstance(password, str) else ""
    if any(not re.search(rule, text, re.DOTALL) for _, rule in _PASSWORD_RULES):
        wanted = ", ".join(name for name, _ in _PASSWORD_RULES)
        raise errors.validation(
            "password",
            f"password: Password requirements were not met. Password requirements: {wanted}.",
        )
    return text
