"""The plugin's description: which resource types, which properties, which operations."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping

from leaver.providers.base.resource import MINUTE, Call, PluginProvider
from leaver.providers.base.values import Bag
from leaver.providers.okta import settings
from leaver.providers.okta.api import Api, Session
from leaver.providers.okta.group_types import GROUP, GROUP_MEMBERSHIPS, USER_GROUP_MEMBERSHIPS
from leaver.providers.okta.lookup import get_user
from leaver.providers.okta.settings import Sleep
from leaver.providers.okta.user_type import USER

_PATIENCE = 20.0 * MINUTE
_KINDS = (USER, GROUP, GROUP_MEMBERSHIPS, USER_GROUP_MEMBERSHIPS)


def provider(sleep: Sleep | None = None, environ: Mapping[str, str] | None = None) -> PluginProvider:
    """The stand-in plugin. `sleep(seconds, cancelled)` is for tests, and so is `environ`."""

    def configure(config: Bag, cancelled: threading.Event) -> Session:
        variables = os.environ if environ is None else environ
        session = settings.connect(config, variables, sleep)
        if session.verify:
            _check_token(Call(session, _PATIENCE, time.monotonic() + _PATIENCE, cancelled))
        return session

    return PluginProvider(
        name=settings.NAME,
        version=settings.VERSION,
        config=settings.FIELDS,
        configure=configure,
        resources={kind.token: kind for kind in _KINDS},
        invokes={"okta:user/getUser:getUser": lambda call, arguments: get_user(Api(call), arguments)},
    )


def _check_token(call: Call) -> None:
    """Twice, because the real provider asks with both of its client libraries."""
    api = Api(call)
    for library in ("v3", "v2"):
        with api.step(f"error with {library} SDK client"):
            api.call("GET", "users/me")
