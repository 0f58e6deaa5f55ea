"""The properties of azuread:index/user:User and the rules over them."""

from __future__ import annotations

from collections.abc import Iterable

from leaver.providers.azuread import checks
from leaver.providers.base.errors import Failure
from leaver.providers.base.resource import Field
from leaver.providers.base.values import Bag, has_unknown

PLAIN_TEXTS = (
    "ageGroup",
    "city",
    "companyName",
    "consentProvidedForMinor",
    "country",
    "department",
    "displayName",
    "employeeId",
    "employeeType",
    "faxNumber",
    "givenName",
    "jobTitle",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "postalCode",
    "preferredLanguage",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
    "userPrincipalName",
)
"""Properties of the same name on both sides that every PATCH carries, null when unset."""


def rules(inputs: Bag) -> Iterable[Failure]:
    """Consent of a minor is for minors."""
    consent = inputs.get("consentProvidedForMinor")
    if consent not in (None, "NotRequired") and inputs.get("ageGroup") != "Minor" and not has_unknown(inputs):
        yield Failure(
            "",
            '`consent_provided_for_minor` can only be set to "Granted" or "Denied" '
            'when `age_group` is "Minor"',
        )


def _fields() -> tuple[Field, ...]:
    inputs = {
        "userPrincipalName": Field(
            "userPrincipalName", required=True, check=checks.address("user_principal_name")
        ),
        "displayName": Field("displayName", required=True, check=checks.not_empty("display_name")),
        "accountEnabled": Field("accountEnabled", "bool", default=True),
        "showInAddressList": Field("showInAddressList", "bool", default=True),
        "forcePasswordChange": Field("forcePasswordChange", "bool", default=False),
        "disableStrongPassword": Field("disableStrongPassword", "bool", default=False),
        "disablePasswordExpiration": Field("disablePasswordExpiration", "bool", default=False),
        "password": Field("password", computed=True, secret=True, check=checks.length("password", 1, 256)),
        "businessPhones": Field("businessPhones", "list", computed=True),
        "otherMails": Field("otherMails", "set"),
        "mail": Field("mail", computed=True),
        "mailNickname": Field("mailNickname", computed=True),
        "onpremisesImmutableId": Field("onpremisesImmutableId", computed=True),
        "employeeHireDate": Field("employeeHireDate", check=checks.moment("employee_hire_date")),
        "employeeId": Field("employeeId", check=checks.length("employee_id", 0, 16)),
        "employeeType": Field("employeeType", check=checks.length("employee_type", 0, 64)),
        "ageGroup": Field("ageGroup", check=checks.one_of("age_group", "Adult", "Minor", "NotAdult")),
        "consentProvidedForMinor": Field(
            "consentProvidedForMinor",
            check=checks.one_of("consent_provided_for_minor", "Denied", "Granted", "NotRequired"),
        ),
    }
    texts = [*PLAIN_TEXTS, "costCenter", "division", "managerId"]
    inputs.update({name: Field(name) for name in texts if name not in inputs})
    outputs = [
        Field("onpremisesSyncEnabled", "bool", input=False),
        Field("imAddresses", "list", input=False, computed=True),
        Field("proxyAddresses", "list", input=False, computed=True),
        *(
            Field(name, input=False)
            for name in (
                "aboutMe",
                "creationType",
                "externalUserState",
                "objectId",
                "onpremisesDistinguishedName",
                "onpremisesDomainName",
                "onpremisesSamAccountName",
                "onpremisesSecurityIdentifier",
                "onpremisesUserPrincipalName",
                "userType",
            )
        ),
    ]
    return tuple(sorted([*inputs.values(), *outputs], key=lambda item: item.name))


FIELDS = _fields()
