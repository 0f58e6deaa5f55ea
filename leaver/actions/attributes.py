"""How a record's attributes, the providers' inputs and the directories' own attributes correspond.

azuread's User sends its whole property set with every PATCH and okta's User replaces the whole profile with
every PUT, so an attribute that is not declared is wiped. Therefore each attribute that a record does not manage
is declared with the value that the directory shows at this moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ENTRA_ATTRIBUTES: Mapping[str, str] = {
    "age_group": "ageGroup",
    "business_phones": "businessPhones",
    "city": "city",
    "company_name": "companyName",
    "consent_provided_for_minor": "consentProvidedForMinor",
    "country": "country",
    "department": "department",
    "display_name": "displayName",
    "employee_hire_date": "employeeHireDate",
    "employee_id": "employeeId",
    "employee_type": "employeeType",
    "fax_number": "faxNumber",
    "given_name": "givenName",
    "job_title": "jobTitle",
    "mail": "mail",
    "mail_nickname": "mailNickname",
    "mobile_phone": "mobilePhone",
    "office_location": "officeLocation",
    "onpremises_immutable_id": "onPremisesImmutableId",
    "other_mails": "otherMails",
    "postal_code": "postalCode",
    "preferred_language": "preferredLanguage",
    "state": "state",
    "street_address": "streetAddress",
    "surname": "surname",
    "usage_location": "usageLocation",
    "user_principal_name": "userPrincipalName",
}
"""azuread.User argument → Microsoft Graph property, for those that map one to one."""

ENTRA_FIELDS: Mapping[str, str] = {
    "name": "display_name",
    "given_name": "given_name",
    "family_name": "surname",
    "title": "job_title",
    "department": "department",
    "company": "company_name",
    "office": "office_location",
    "employee_id": "employee_id",
    "employee_type": "employee_type",
    "mobile": "mobile_phone",
    "street": "street_address",
    "city": "city",
    "state": "state",
    "postal_code": "postal_code",
    "country": "country",
    "usage_location": "usage_location",
    "language": "preferred_language",
    "cost_center": "cost_center",
    "division": "division",
}
"""Field of a record → azuread.User argument."""

OKTA_ATTRIBUTES: Mapping[str, str] = {
    "city": "city",
    "cost_center": "costCenter",
    "country_code": "countryCode",
    "department": "department",
    "display_name": "displayName",
    "division": "division",
    "email": "email",
    "employee_number": "employeeNumber",
    "first_name": "firstName",
    "honorific_prefix": "honorificPrefix",
    "honorific_suffix": "honorificSuffix",
    "last_name": "lastName",
    "locale": "locale",
    "login": "login",
    "manager": "manager",
    "manager_id": "managerId",
    "middle_name": "middleName",
    "mobile_phone": "mobilePhone",
    "nick_name": "nickName",
    "organization": "organization",
    "postal_address": "postalAddress",
    "preferred_language": "preferredLanguage",
    "primary_phone": "primaryPhone",
    "profile_url": "profileUrl",
    "second_email": "secondEmail",
    "state": "state",
    "street_address": "streetAddress",
    "timezone": "timezone",
    "title": "title",
    "user_type": "userType",
    "zip_code": "zipCode",
}
"""okta.user.User argument → attribute of Okta's default user profile."""

OKTA_FIELDS: Mapping[str, str] = {
    "name": "display_name",
    "given_name": "first_name",
    "family_name": "last_name",
    "title": "title",
    "department": "department",
    "company": "organization",
    "employee_id": "employee_number",
    "employee_type": "user_type",
    "mobile": "mobile_phone",
    "street": "street_address",
    "city": "city",
    "state": "state",
    "postal_code": "zip_code",
    "country": "country_code",
    "language": "preferred_language",
    "cost_center": "cost_center",
    "division": "division",
}
"""Field of a record → okta.user.User argument. Okta's default profile has no office and no usage location."""


def entra_inputs(live: Mapping[str, Any]) -> dict[str, Any]:
    """The azuread.User arguments that repeat what Graph shows of a user, without status and password."""
    inputs = {argument: live.get(name) for argument, name in ENTRA_ATTRIBUTES.items()}
    organisation = live.get("employeeOrgData") or {}
    inputs["cost_center"] = organisation.get("costCenter")
    inputs["division"] = organisation.get("division")
    policies = str(live.get("passwordPolicies") or "")
    if "DisablePasswordExpiration" in policies:
        inputs["disable_password_expiration"] = True
    if "DisableStrongPassword" in policies:
        inputs["disable_strong_password"] = True
    if live.get("showInAddressList") is False:
        inputs["show_in_address_list"] = False
    return _present(inputs)


def okta_inputs(live: Mapping[str, Any]) -> dict[str, Any]:
    """The okta.user.User arguments that repeat what Okta shows of a profile, custom attributes included."""
    inputs = {argument: live.get(name) for argument, name in OKTA_ATTRIBUTES.items()}
    known = set(OKTA_ATTRIBUTES.values())
    custom = {name: value for name, value in sorted(live.items()) if name not in known and value is not None}
    if custom:
        inputs["custom_profile_attributes"] = json.dumps(custom, sort_keys=True, separators=(",", ":"))
    return _present(inputs)


def managed(fields: Mapping[str, str], arguments: Mapping[str, str]) -> dict[str, Any]:
    """The provider arguments of the fields that a record manages; those without a counterpart are left out."""
    return {arguments[field]: value for field, value in fields.items() if field in arguments}


def split_name(name: str) -> tuple[str, str]:
    """A first and a last name for Okta, which wants both, from a display name."""
    first, _, last = name.strip().rpartition(" ")
    return (first or last, last)


def _present(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {argument: value for argument, value in inputs.items() if value not in (None, "", [])}
