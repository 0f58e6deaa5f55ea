"""The properties of azuread:index/group:Group and the rules over them."""

from __future__ import annotations

from collections.abc import Iterable

from leaver.providers.azuread import checks
from leaver.providers.base.errors import Failure
from leaver.providers.base.resource import Field
from leaver.providers.base.values import Bag, has_unknown

EXTRAS = {
    "autoSubscribeNewMembers": "autoSubscribeNewMembers",
    "externalSendersAllowed": "allowExternalSenders",
    "hideFromAddressLists": "hideFromAddressLists",
    "hideFromOutlookClients": "hideFromOutlookClients",
}
"""What only Microsoft 365 groups have, by Graph's name."""

_UNIFIED_ONLY = ("behaviors", "provisioningOptions", "theme", *EXTRAS)


def rules(inputs: Bag) -> Iterable[Failure]:
    """What Microsoft 365, dynamic and role-assignable groups need."""
    if "mailEnabled" not in inputs and "securityEnabled" not in inputs:
        for name, theirs in (("mailEnabled", "mail_enabled"), ("securityEnabled", "security_enabled")):
            choice = "one of `mail_enabled,security_enabled` must be specified"
            yield Failure(name, f'Missing required argument. "{theirs}": {choice}')
    if has_unknown(inputs):
        return
    types, mail = inputs.get("types"), bool(inputs.get("mailEnabled"))
    types = types if isinstance(types, list) else []
    unified = "Unified" in types
    if "DynamicMembership" in types and not inputs.get("dynamicMembership"):
        yield Failure("", '`dynamic_membership` must be specified when `types` contains "DynamicMembership"')
    if mail and not unified:
        yield Failure("", '`types` must contain "Unified" for mail-enabled groups')
    if unified and not mail:
        yield Failure("", "`mail_enabled` must be true for unified groups")
    if mail and not inputs.get("mailNickname"):
        yield Failure("", "`mail_nickname` is required for mail-enabled groups")
    if inputs.get("assignableToRole") and not inputs.get("securityEnabled"):
        yield Failure("", "`assignable_to_role` can only be `true` for security-enabled groups")
    fields = {item.name: item for item in FIELDS}
    for name in _UNIFIED_ONLY:
        if inputs.get(name) and not unified:
            yield Failure("", f"`{fields[name].terraform_name}` is only supported for unified groups")
    if inputs.get("visibility") == "Hiddenmembership" and not unified:
        yield Failure("", '`visibility` can only be "Hiddenmembership" for unified groups')


def hides_members(olds: Bag, planned: Bag) -> Iterable[str]:
    """Hiding the members of a visible group needs a new group."""
    if olds.get("visibility") in ("Private", "Public") and planned.get("visibility") == "Hiddenmembership":
        yield "visibility"


_OUTPUTS = (
    "mail",
    "objectId",
    "onpremisesDomainName",
    "onpremisesNetbiosName",
    "onpremisesSamAccountName",
    "onpremisesSecurityIdentifier",
    "preferredLanguage",
)
FIELDS = (
    Field("administrativeUnitIds", "set", check=checks.uuid("administrative_unit_ids")),
    Field("assignableToRole", "bool", replace=True),
    Field("autoSubscribeNewMembers", "bool", computed=True),
    Field("behaviors", "set", replace=True),
    Field("description"),
    Field("displayName", required=True, check=checks.not_empty("display_name")),
    Field("dynamicMembership", "object", conflicts=("members",)),
    Field("externalSendersAllowed", "bool", computed=True),
    Field("hideFromAddressLists", "bool", computed=True),
    Field("hideFromOutlookClients", "bool", computed=True),
    Field("mailEnabled", "bool"),
    Field("mailNickname", computed=True, replace=True, check=checks.length("mail_nickname", 1, 64)),
    Field("members", "set", computed=True, conflicts=("dynamicMembership",), check=checks.uuid("members")),
    Field("onpremisesGroupType", computed=True),
    Field("onpremisesSyncEnabled", "bool", input=False),
    Field("owners", "set", computed=True, check=checks.uuid("owners")),
    Field("preventDuplicateNames", "bool", default=False),
    Field("provisioningOptions", "set", replace=True),
    Field("proxyAddresses", "list", input=False, computed=True),
    Field("securityEnabled", "bool"),
    Field("theme"),
    Field("types", "set", replace=True, check=checks.one_of("types", "DynamicMembership", "Unified")),
    Field(
        "visibility",
        computed=True,
        check=checks.one_of("visibility", "Hiddenmembership", "Private", "Public"),
    ),
    Field("writebackEnabled", "bool", default=False),
    *(Field(name, input=False) for name in _OUTPUTS),
)
