"""The directory object types: their properties, and which of them an unselected read answers.

From the resource pages of learn.microsoft.com/graph/api (v1.0), e.g. /resources/user.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ObjectType:
    """`empty` maps every property to the value it has when nobody set it.

    `default` is what v1.0 answers without $select (empty: all); beta answers all.
    """

    odata: str
    collection: str
    empty: dict[str, Any]
    default: tuple[str, ...] = ()
    read_only: frozenset[str] = field(default_factory=frozenset)

    def holds(self, name: str, value: Any) -> bool:
        """Whether a property of this type may have that JSON value; null is always possible."""
        if value is None:
            return True
        if name in _BOOLEANS:
            return isinstance(value, bool)
        if isinstance(self.empty[name], list):
            return isinstance(value, list)
        if name in _OBJECTS:
            return isinstance(value, dict)
        if name in _NUMBERS:
            return isinstance(value, int)
        return isinstance(value, str) and len(value) <= _LENGTHS.get(name, len(value))

    def shown(self, version: str) -> tuple[str, ...]:
        return self.default if version == "v1.0" and self.default else tuple(self.empty)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LENGTHS = {
    "displayName": 256,
    "givenName": 64,
    "surname": 64,
    "jobTitle": 128,
    "department": 64,
    "companyName": 64,
    "employeeId": 16,
    "mailNickname": 64,
    "mobilePhone": 64,
    "city": 128,
    "state": 128,
    "country": 128,
    "postalCode": 40,
    "streetAddress": 1024,
}
"""Of users and groups, in characters (Microsoft Graph, resource types user and group)."""
_BOOLEANS = _names(
    "accountEnabled showInAddressList onPremisesSyncEnabled isResourceAccount mailEnabled securityEnabled"
    " isAssignableToRole hasMembersWithLicenseErrors hideFromAddressLists hideFromOutlookClients"
    " allowExternalSenders autoSubscribeNewMembers isSubscribedByMail appRoleAssignmentRequired isCompliant"
    " isManaged isRooted isBuiltIn isEnabled"
)
_OBJECTS = _names(
    "employeeOrgData passwordProfile onPremisesExtensionAttributes authorizationInfo signInActivity"
    " writebackConfiguration conditions grantControls sessionControls prepaidUnits scheduleInfo"
)
_NUMBERS = _names("unseenCount deviceVersion consumedUnits")


def _empty(nulls: str, **others: Any) -> dict[str, Any]:
    return {**dict.fromkeys(nulls.split()), **others}


_USER = _empty(
    "id deletedDateTime accountEnabled ageGroup city companyName consentProvidedForMinor country createdDateTime"
    " creationType department displayName employeeHireDate employeeId employeeLeaveDateTime employeeOrgData"
    " employeeType externalUserState externalUserStateChangeDateTime faxNumber givenName jobTitle"
    " lastPasswordChangeDateTime legalAgeGroupClassification mail mailNickname mobilePhone officeLocation"
    " onPremisesDistinguishedName onPremisesDomainName onPremisesImmutableId onPremisesLastSyncDateTime"
    " onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName"
    " passwordPolicies passwordProfile postalCode preferredDataLocation preferredLanguage"
    " refreshTokensValidFromDateTime securityIdentifier showInAddressList signInSessionsValidFromDateTime"
    " state streetAddress surname usageLocation userPrincipalName userType aboutMe birthday hireDate mySite"
    " preferredName onPremisesExtensionAttributes isResourceAccount authorizationInfo signInActivity",
    assignedLicenses=[],
    assignedPlans=[],
    businessPhones=[],
    identities=[],
    imAddresses=[],
    interests=[],
    licenseAssignmentStates=[],
    onPremisesProvisioningErrors=[],
    otherMails=[],
    pastProjects=[],
    provisionedPlans=[],
    proxyAddresses=[],
    responsibilities=[],
    schools=[],
    serviceProvisioningErrors=[],
    skills=[],
)

_GROUP = _empty(
    "id deletedDateTime classification createdDateTime description displayName expirationDateTime"
    " isAssignableToRole mail mailEnabled mailNickname membershipRule membershipRuleProcessingState"
    " onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesSamAccountName"
    " onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation preferredLanguage"
    " renewedDateTime securityEnabled securityIdentifier theme uniqueName visibility",
    creationOptions=[],
    groupTypes=[],
    onPremisesProvisioningErrors=[],
    proxyAddresses=[],
    resourceBehaviorOptions=[],
    resourceProvisioningOptions=[],
    serviceProvisioningErrors=[],
)

# Answered only when selected.
_GROUP_SELECTED: dict[str, Any] = {
    "assignedLicenses": [],
    "hasMembersWithLicenseErrors": None,
    "writebackConfiguration": {"isEnabled": None, "onPremisesGroupType": None},
    "licenseProcessingState": None,
    "hideFromAddressLists": None,
    "hideFromOutlookClients": None,
    "allowExternalSenders": None,
    "autoSubscribeNewMembers": None,
    "isSubscribedByMail": None,
    "unseenCount": None,
}

TYPES: dict[str, ObjectType] = {
    "user": ObjectType(
        "#microsoft.graph.user",
        "users",
        _USER,
        (
            "businessPhones",
            "displayName",
            "givenName",
            "id",
            "jobTitle",
            "mail",
            "mobilePhone",
            "officeLocation",
            "preferredLanguage",
            "surname",
            "userPrincipalName",
        ),
        _names(
            "id createdDateTime deletedDateTime signInSessionsValidFromDateTime refreshTokensValidFromDateTime"
            " assignedLicenses assignedPlans licenseAssignmentStates lastPasswordChangeDateTime"
            " securityIdentifier signInActivity"
        ),
    ),
    "group": ObjectType(
        "#microsoft.graph.group",
        "groups",
        {**_GROUP, **_GROUP_SELECTED},
        tuple(_GROUP),
        _names("id createdDateTime deletedDateTime renewedDateTime securityIdentifier"),
    ),
    "servicePrincipal": ObjectType(
        "#microsoft.graph.servicePrincipal",
        "servicePrincipals",
        _empty(
            "id deletedDateTime accountEnabled appDisplayName appDescription appId appOwnerOrganizationId"
            " appRoleAssignmentRequired createdDateTime description displayName homepage loginUrl logoutUrl"
            " notes preferredSingleSignOnMode servicePrincipalType signInAudience",
            alternativeNames=[],
            appRoles=[],
            keyCredentials=[],
            oauth2PermissionScopes=[],
            passwordCredentials=[],
            replyUrls=[],
            servicePrincipalNames=[],
            tags=[],
        ),
        read_only=frozenset({"id", "createdDateTime", "deletedDateTime"}),
    ),
    "device": ObjectType(
        "#microsoft.graph.device",
        "devices",
        _empty(
            "id deletedDateTime accountEnabled approximateLastSignInDateTime complianceExpirationDateTime"
            " createdDateTime deviceCategory deviceId deviceMetadata deviceOwnership deviceVersion displayName"
            " enrollmentProfileName enrollmentType isCompliant isManaged isRooted managementType manufacturer"
            " mdmAppId model onPremisesLastSyncDateTime onPremisesSyncEnabled operatingSystem"
            " operatingSystemVersion profileType registrationDateTime trustType",
            alternativeSecurityIds=[],
            physicalIds=[],
            systemLabels=[],
        ),
        read_only=frozenset({"id", "createdDateTime", "deletedDateTime"}),
    ),
    "directoryRole": ObjectType(
        "#microsoft.graph.directoryRole",
        "directoryRoles",
        _empty("id deletedDateTime description displayName roleTemplateId"),
    ),
    "directoryRoleTemplate": ObjectType(
        "#microsoft.graph.directoryRoleTemplate",
        "directoryRoleTemplates",
        _empty("id deletedDateTime description displayName"),
    ),
    "roleDefinition": ObjectType(
        "#microsoft.graph.unifiedRoleDefinition",
        "roleManagement/directory/roleDefinitions",
        _empty("id description displayName isBuiltIn isEnabled templateId version", resourceScopes=["/"]),
    ),
    "roleAssignment": ObjectType(
        "#microsoft.graph.unifiedRoleAssignment",
        "roleManagement/directory/roleAssignments",
        _empty("id principalId directoryScopeId appScopeId roleDefinitionId"),
    ),
    "roleEligibilitySchedule": ObjectType(
        "#microsoft.graph.unifiedRoleEligibilitySchedule",
        "roleManagement/directory/roleEligibilitySchedules",
        _empty(
            "id principalId roleDefinitionId directoryScopeId appScopeId createdUsing createdDateTime"
            " modifiedDateTime status memberType scheduleInfo"
        ),
    ),
    "groupEligibilitySchedule": ObjectType(
        "#microsoft.graph.privilegedAccessGroupEligibilitySchedule",
        "identityGovernance/privilegedAccess/group/eligibilitySchedules",
        _empty(
            "id principalId groupId accessId createdUsing createdDateTime modifiedDateTime status memberType"
            " scheduleInfo"
        ),
    ),
    "application": ObjectType(
        "#microsoft.graph.application",
        "applications",
        _empty(
            "id deletedDateTime appId createdDateTime description displayName notes publisherDomain signInAudience",
            identifierUris=[],
            keyCredentials=[],
            passwordCredentials=[],
            tags=[],
        ),
        read_only=frozenset({"id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain"}),
    ),
    "appRoleAssignment": ObjectType(
        "#microsoft.graph.appRoleAssignment",
        "appRoleAssignments",
        _empty(
            "id deletedDateTime appRoleId createdDateTime principalDisplayName principalId principalType"
            " resourceDisplayName resourceId"
        ),
    ),
    "oauth2PermissionGrant": ObjectType(
        "#microsoft.graph.oAuth2PermissionGrant",
        "oauth2PermissionGrants",
        _empty("id clientId consentType principalId resourceId scope"),
    ),
    "subscribedSku": ObjectType(
        "#microsoft.graph.subscribedSku",
        "subscribedSkus",
        _empty(
            "id accountId accountName appliesTo capabilityStatus consumedUnits prepaidUnits skuId skuPartNumber",
            servicePlans=[],
            subscriptionIds=[],
        ),
    ),
    "policy": ObjectType(
        "#microsoft.graph.conditionalAccessPolicy",
        "identity/conditionalAccess/policies",
        _empty(
            "id templateId displayName createdDateTime modifiedDateTime state conditions grantControls"
            " sessionControls"
        ),
        read_only=frozenset({"id", "createdDateTime", "modifiedDateTime"}),
    ),
    "organization": ObjectType(
        "#microsoft.graph.organization",
        "organization",
        _empty("id displayName tenantType createdDateTime countryLetterCode", verifiedDomains=[]),
    ),
}

# Kinds of sign-in methods by the path segment they are addressed with
# (learn.microsoft.com/graph/api/resources/authenticationmethods-overview).
METHOD_TYPES: dict[str, str] = {
    "passwordMethods": "passwordAuthenticationMethod",
    "phoneMethods": "phoneAuthenticationMethod",
    "emailMethods": "emailAuthenticationMethod",
    "fido2Methods": "fido2AuthenticationMethod",
    "microsoftAuthenticatorMethods": "microsoftAuthenticatorAuthenticationMethod",
    "softwareOathMethods": "softwareOathAuthenticationMethod",
    "hardwareOathMethods": "hardwareOathAuthenticationMethod",
    "temporaryAccessPassMethods": "temporaryAccessPassAuthenticationMethod",
    "windowsHelloForBusinessMethods": "windowsHelloForBusinessAuthenticationMethod",
    "platformCredentialMethods": "platformCredentialAuthenticationMethod",
    "externalAuthenticationMethods": "externalAuthenticationMethod",
}
