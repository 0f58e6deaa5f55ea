"""Sign-in methods: phones, keys, apps and passes that would still open the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.actions.call import segment
from leaver.escape import line
from leaver.runbook.entra.base import (
    READ_USERS,
    EntraStep,
    kind_of,
    label,
    reply,
    rows,
    user_path,
)
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen

_METHODS = "sign-in-methods"
_PREFERENCES = "sign-in-preferences"

# Type in the list -> version, path segment and words. The password is none of them: Graph cannot delete it.
_KINDS: dict[str, tuple[str, str, str]] = {
    "phoneAuthenticationMethod": ("v1.0", "phoneMethods", "phone"),
    "emailAuthenticationMethod": ("v1.0", "emailMethods", "e-mail address"),
    "fido2AuthenticationMethod": ("v1.0", "fido2Methods", "passkey"),
    "windowsHelloForBusinessAuthenticationMethod": (
        "v1.0",
        "windowsHelloForBusinessMethods",
        "Windows Hello",
    ),
    "microsoftAuthenticatorAuthenticationMethod": (
        "v1.0",
        "microsoftAuthenticatorMethods",
        "Microsoft Authenticator",
    ),
    "softwareOathAuthenticationMethod": ("v1.0", "softwareOathMethods", "software token"),
    "hardwareOathAuthenticationMethod": ("beta", "hardwareOathMethods", "hardware token"),
    "temporaryAccessPassAuthenticationMethod": (
        "v1.0",
        "temporaryAccessPassMethods",
        "temporary access pass",
    ),
    "platformCredentialAuthenticationMethod": (
        "v1.0",
        "platformCredentialMethods",
        "platform credential",
    ),
    "externalAuthenticationMethod": (
        "v1.0",
        "externalAuthenticationMethods",
        "external method",
    ),
}
_PASSWORD = "passwordAuthenticationMethod"  # noqa: S105

# What the default second factor is -> the types of method that may be it.
_DEFAULTS: dict[str, frozenset[str]] = {
    "push": frozenset({"microsoftAuthenticatorAuthenticationMethod"}),
    "oath": frozenset(
        {
            "microsoftAuthenticatorAuthenticationMethod",
            "softwareOathAuthenticationMethod",
            "hardwareOathAuthenticationMethod",
        }
    ),
    "sms": frozenset({"phoneAuthenticationMethod"}),
    "voiceMobile": frozenset({"phoneAuthenticationMethod"}),
    "voiceAlternateMobile": frozenset({"phoneAuthenticationMethod"}),
    "voiceOffice": frozenset({"phoneAuthenticationMethod"}),
}


class SignInMethods(EntraStep):
    """All methods but the password. The default one goes last: Graph refuses it while others are registered.

    An alternative mobile number goes before the mobile number, which it needs.
    learn.microsoft.com/graph/api/resources/authenticationmethods-overview, /phoneauthenticationmethod-delete;
    the default: learn.microsoft.com/graph/api/authentication-get (beta signInPreferences)
    """

    name = "sign-in-methods"
    title = "delete the sign-in methods"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission(
            "UserAuthenticationMethod.ReadWrite.All",
            "list and delete sign-in methods; for holders of privileged roles the application itself must hold "
            "the directory role Privileged Authentication Administrator",
        ),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        # Only the order depends on the preferences, so a refusal of them stops nothing.
        path = f"/beta/users/{segment(case.account)}/authentication/signInPreferences"
        return (
            Ask(_METHODS, f"{user_path(case)}/authentication/methods", paged=True, fine=(404,)),
            Ask(_PREFERENCES, path, fine=(400, 403, 404)),
        )

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        return [_item(row) for row in rows(seen, _METHODS) if _kind(row) != _PASSWORD]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        wanted = {item.key for item in left if not item.why}
        found = [row for row in rows(seen, _METHODS) if row["id"] in wanted and _kind(row) in _KINDS]
        default = _DEFAULTS.get(_default(seen) or "", frozenset())
        others = tuple(row["id"] for row in found if _kind(row) not in default)
        alternates = tuple(row["id"] for row in found if row.get("phoneType") == "alternateMobile")
        asks = []
        for row in sorted(found, key=lambda row: (_kind(row) in default, _is_mobile(row))):
            first = others if _kind(row) in default else ()
            if _is_mobile(row):
                first += tuple(key for key in alternates if key not in first)
            asks.append(_deletion(case, row, first))
        return asks

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"methods": [_item(row).name for row in rows(seen, _METHODS)]}


def _kind(row: Mapping[str, Any]) -> str:
    kind = kind_of(row)
    if not kind:
        # Without its type it could be the password or anything else.
        raise BadReply(f"{_METHODS}: a row has no type")
    return kind


def _item(row: Mapping[str, Any]) -> Item:
    kind = _kind(row)
    if kind == _PASSWORD:
        return Item(row["id"], "password")
    words = _KINDS[kind][2] if kind in _KINDS else line(kind, 60)
    # Numbers and addresses are the person's own and no use in evidence; the label says which one it is.
    which = label(row, "displayName", 60) or label(row, "phoneType", 60)
    name = f"{words} ({which})" if which else words
    why = (
        ""
        if kind in _KINDS
        else "Graph has no call for this kind. Delete it in the Entra admin centre, Users."
    )
    return Item(row["id"], name, why)


def _default(seen: Seen) -> str | None:
    found = reply(seen, _PREFERENCES)
    data = found.data if isinstance(found.data, dict) and found.status < 300 else {}
    value = data.get("userPreferredMethodForSecondaryAuthentication")
    return value if isinstance(value, str) else None


def _is_mobile(row: Mapping[str, Any]) -> bool:
    return _kind(row) == "phoneAuthenticationMethod" and row.get("phoneType") == "mobile"


def _deletion(case: Case, row: Mapping[str, Any], after: tuple[str, ...]) -> Ask:
    version, path, _ = _KINDS[_kind(row)]
    url = f"/{version}/users/{segment(case.account)}/authentication/{path}/{segment(row['id'])}"
    return Ask(row["id"], url, "DELETE", fine=(404,), after=after)
