"""What a row of Graph's lists says of a user and of a group."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leaver.actions.answer import Answer, moment
from leaver.actions.api import Api
from leaver.actions.types import Account, DirectoryGroup

ATTRIBUTES = (
    "accountEnabled",
    "ageGroup",
    "businessPhones",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    "department",
    "displayName",
    "employeeHireDate",
    "employeeId",
    "employeeOrgData",
    "employeeType",
    "faxNumber",
    "givenName",
    "jobTitle",
    "mail",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "onPremisesImmutableId",
    "otherMails",
    "passwordPolicies",
    "postalCode",
    "preferredLanguage",
    "showInAddressList",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
    "userPrincipalName",
    "userType",
)
"""Everything that one update by pulumi-azuread's User may overwrite. All of it may be selected in a list."""

_USES = ("lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime")


def account_of(api: Api, data: Any, subject: str, answer: Answer) -> Account:
    """A user. Raises BadAnswer for one without what nobody may guess."""
    row = api.row(data, subject, answer, "userPrincipalName")
    enabled = row.get("accountEnabled")
    if not isinstance(enabled, bool):
        # Not to be guessed: one guess gives a leaver access back, the other one calls it taken away.
        raise api.missing(subject, row["id"], "accountEnabled", answer)
    manager = row.get("manager")
    attributes = {name: row[name] for name in ATTRIBUTES if name in row}
    if "deletedDateTime" in row:
        attributes["deletedDateTime"] = row["deletedDateTime"]
    return Account(
        id=row["id"],
        # Entra puts the object ID before the name of a deleted user.
        username=row["userPrincipalName"].removeprefix(row["id"].replace("-", "")),
        enabled=enabled,
        status="enabled" if enabled else "disabled",
        attributes=attributes,
        manager=str(manager["id"]) if isinstance(manager, dict) and "id" in manager else None,
        mastered_elsewhere="on-premises" if row.get("onPremisesSyncEnabled") is True else None,
        sessions_valid_from=moment(row.get("signInSessionsValidFromDateTime")),
        created=moment(row.get("createdDateTime")),
        last_used=_last_used(row.get("signInActivity")),
    )


def group_of(row: Mapping[str, Any]) -> DirectoryGroup:
    """A group, by a row that has an ID and a name."""
    types = row.get("groupTypes")
    types = types if isinstance(types, list) else []
    if "Unified" in types:
        kind = "microsoft365"
    elif row.get("mailEnabled") is True:
        kind = "mail-security" if row.get("securityEnabled") is True else "distribution"
    else:
        kind = "security"
    description = row.get("description")
    return DirectoryGroup(
        id=row["id"],
        name=row["displayName"],
        description=description if isinstance(description, str) else None,
        kind=kind,
        dynamic="DynamicMembership" in types,
        mastered_elsewhere="on-premises" if row.get("onPremisesSyncEnabled") is True else None,
    )


def _last_used(activity: Any) -> datetime | None:
    found = [moment(activity.get(name)) for name in _USES] if isinstance(activity, dict) else []
    return max((each for each in found if each is not None), default=None)
