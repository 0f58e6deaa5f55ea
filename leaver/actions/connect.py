"""The client of one directory, from its settings and credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leaver.actions.call import Policy
from leaver.actions.credentials import Credentials, EntraCredentials, OktaCredentials
from leaver.actions.types import Directory
from leaver.model import EntraSettings, OktaSettings

if TYPE_CHECKING:
    import httpx

    from leaver.actions.api import Api


def connect(
    client: str,
    directory: str,
    settings: EntraSettings | OktaSettings,
    *,
    sandbox: bool,
    credentials: Credentials,
    policy: Policy | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Directory:
    """A directory to read from and act on. Nothing is sent yet.

    Raises ValueError when the credentials are not those of these settings: a mistake of the caller's.
    """
    # The HTTP library takes a tenth of a second to import, and `leaver check` never needs it.
    from leaver.actions.entra import EntraDirectory
    from leaver.actions.okta import OktaDirectory

    api = open_api(
        client,
        directory,
        settings,
        sandbox=sandbox,
        credentials=credentials,
        policy=policy,
        transport=transport,
    )
    if isinstance(settings, EntraSettings):
        return EntraDirectory(api, sign_ins=settings.sign_ins)
    return OktaDirectory(
        api,
        deactivates=settings.on_departure == "deactivate",
        token_of_a_user=isinstance(credentials, OktaCredentials) and credentials.api_token is not None,
    )


def open_api(
    client: str,
    directory: str,
    settings: EntraSettings | OktaSettings,
    *,
    sandbox: bool,
    credentials: Credentials,
    policy: Policy | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Api:
    """Signed-in calls to a directory's API, for what `Directory` has no method for. Nothing is sent yet.

    Raises ValueError when the credentials are not those of these settings: a mistake of the caller's.
    """
    from leaver.actions.api import Api
    from leaver.actions.channel import Channel
    from leaver.actions.login import ApiToken, EntraLogin, Login, OktaLogin

    limits = policy or Policy()
    place = f"{client}/{directory}"
    secrets = list(credentials.secrets())

    def channel(origin: str) -> Channel:
        if sandbox != origin.startswith("http:"):
            raise ValueError(f"{place}: {origin} is not where its directory is")
        return Channel(place, origin, policy=limits, secrets=secrets, transport=transport)

    if isinstance(settings, EntraSettings) and isinstance(credentials, EntraCredentials):
        if credentials.tenant != settings.tenant:
            raise ValueError(f"{place}: the credentials are of another tenant")
        login: Login = EntraLogin(channel(credentials.login), credentials)
        return Api(channel(credentials.graph), login)
    if isinstance(settings, OktaSettings) and isinstance(credentials, OktaCredentials):
        if credentials.org != settings.org:
            raise ValueError(f"{place}: the credentials are of another organisation")
        token = credentials.api_token
        login = ApiToken(token) if token else OktaLogin(channel(credentials.address), credentials)
        return Api(channel(credentials.address), login)
    raise ValueError(f"{place}: the credentials are of another kind of directory")
