"""The provider's configuration: from the program, else from the environment, with the real defaults."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from leaver.providers.base.errors import ProviderError
from leaver.providers.base.http import Http, RetryPolicy, ca_bundle, require_loopback
from leaver.providers.base.resource import Field
from leaver.providers.base.values import Bag, reveal
from leaver.providers.okta.api import Session

NAME = "okta"
VERSION = "7.0.1"
RETRIED = frozenset({429, 502, 503, 504})

FIELDS = (
    Field("accessToken", secret=True, conflicts=("apiToken",)),
    Field("apiToken", secret=True),
    Field("backoff", kind="bool"),
    Field("baseUrl"),
    Field("clientId"),
    Field("httpProxy"),
    Field("logLevel", kind="number"),
    Field("maxApiCapacity", kind="number"),
    Field("maxRetries", kind="number"),
    Field("maxWaitSeconds", kind="number"),
    Field("minWaitSeconds", kind="number"),
    Field("orgName"),
    Field("parallelism", kind="number"),
    Field("privateKey", secret=True),
    Field("privateKeyId"),
    Field("requestTimeout", kind="number"),
    Field("scopes", kind="set"),
)

_ENVIRONMENT = {
    "accessToken": "OKTA_ACCESS_TOKEN",
    "apiToken": "OKTA_API_TOKEN",
    "baseUrl": "OKTA_BASE_URL",
    "httpProxy": "OKTA_HTTP_PROXY",
    "orgName": "OKTA_ORG_NAME",
    "privateKey": "OKTA_API_PRIVATE_KEY",
}

Sleep = Callable[[float, threading.Event], None]


def connect(config: Bag, environ: Mapping[str, str], sleep: Sleep | None) -> Session:
    """The session of a checked configuration; no request is made here.

    Raises ProviderError for an address that is not loopback, or without a usable credential.
    """
    texts = {
        name: str(reveal(config.get(name)) or environ.get(variable) or "")
        for name, variable in _ENVIRONMENT.items()
    }
    base = org_url(texts["orgName"], texts["baseUrl"], texts["httpProxy"])
    require_loopback(base, NAME, VERSION)
    http = Http(
        NAME,
        VERSION,
        _retries(config),
        headers={"Accept": "application/json", "Authorization": _authorization(texts)},
        ca=ca_bundle(environ, Path.cwd()),
        sleep=sleep,
    )
    return Session(base, http, verify=bool(texts["apiToken"]))


def org_url(org: str, domain: str, proxy: str) -> str:
    """Where requests go: `httpProxy` replaces the org's own `https://{orgName}.{baseUrl}`."""
    if proxy:
        return proxy.rstrip("/")
    if not org:
        raise ProviderError(
            "okta: orgName is not set. Set okta:orgName (or OKTA_ORG_NAME), or okta:httpProxy to reach the "
            "sandbox."
        )
    return f"https://{org}.{domain or 'okta.com'}"


def _authorization(texts: Mapping[str, str]) -> str:
    if texts["apiToken"]:
        return f"SSWS {texts['apiToken']}"
    if texts["accessToken"]:
        return f"Bearer {texts['accessToken']}"
    if texts["privateKey"]:
        raise ProviderError(
            "okta: privateKey: the stand-in plugin signs in with an API token or an access token only. "
            "Set okta:apiToken (or OKTA_API_TOKEN)."
        )
    raise ProviderError(
        "okta: no credential. Set okta:apiToken (or OKTA_API_TOKEN), or okta:accessToken "
        "(or OKTA_ACCESS_TOKEN)."
    )


def _retries(config: Bag) -> RetryPolicy:
    """Zero counts as not set, and `backoff: false` changes nothing: so it is with the real provider."""

    def number(name: str, default: int) -> int:
        value = reveal(config.get(name))
        return int(float(str(value))) if value else default

    return RetryPolicy(
        statuses=RETRIED,
        first=number("minWaitSeconds", 30),
        longest=number("maxWaitSeconds", 300),
        attempts=number("maxRetries", 5),
    )
