"""The plugin: which directory it is configured for, and the resources that it serves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from leaver import __version__
from leaver.model import EntraSettings, OktaSettings
from leaver.providers.base.errors import ProviderError
from leaver.providers.base.resource import Field, PluginProvider
from leaver.providers.base.values import Bag
from leaver.providers.leaver.departure import DEPARTURE
from leaver.providers.leaver.licence import LICENCE
from leaver.providers.leaver.session import Session, home_of, project_of

_CONFIG = (
    Field("client", required=True),
    Field("directory", required=True),
    Field("kind", required=True),
    Field("tenant"),
    Field("org"),
    Field("baseUrl"),
    Field("domain"),
    Field("sandbox", "bool"),
)


def provider(*, environ: Mapping[str, str], folder: Path, clock: Callable[[], datetime]) -> PluginProvider:
    """The plugin's description. Its configuration names a directory; how to sign in says the environment."""

    def configure(config: Bag, cancelled: threading.Event) -> Session:
        return Session(
            client=str(config.get("client")),
            directory=str(config.get("directory")),
            settings=_settings(config),
            sandbox=config.get("sandbox") is True,
            home=home_of(environ, folder),
            environ=environ,
            clock=clock,
            cancelled=cancelled,
            project=project_of(folder),
        )

    return PluginProvider(
        name="leaver",
        version=__version__,
        config=_CONFIG,
        configure=configure,
        resources={kind.token: kind for kind in (DEPARTURE, LICENCE)},
        accept_secrets=True,
    )


def _settings(config: Bag) -> EntraSettings | OktaSettings:
    kind = config.get("kind")
    names = {"entra": ("tenant", "domain"), "okta": ("org", "baseUrl", "domain")}.get(str(kind), ())
    given = {
        {"baseUrl": "base_url"}.get(name, name): config[name]
        for name in names
        if config.get(name) is not None
    }
    try:
        if kind == "entra":
            return EntraSettings.model_validate({"kind": kind, **given})
        return OktaSettings.model_validate({"kind": kind, **given})
    except ValidationError as error:
        wrong = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors() if each["loc"]}))
        raise ProviderError(f"leaver: the provider's configuration is not sound: {wrong}") from None
