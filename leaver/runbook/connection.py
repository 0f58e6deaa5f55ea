"""The transport of one client's one directory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from leaver import actions
from leaver.actions.connect import open_api
from leaver.model import EntraSettings, OktaSettings
from leaver.runbook.graph_transport import GraphTransport
from leaver.runbook.okta_transport import OktaTransport
from leaver.runbook.permissions import extra_scopes
from leaver.runbook.transport import Transport

if TYPE_CHECKING:
    from leaver.actions.call import Policy


def open_transport(
    client: str,
    directory: str,
    settings: EntraSettings | OktaSettings,
    *,
    sandbox: bool,
    environ: Mapping[str, str],
    home: Path,
    policy: Policy | None = None,
) -> Transport:
    """Signed-in calls to a directory for the runbook. Nothing is sent yet.

    Raises CredentialsMissing or SandboxNotRunning.
    """
    found = actions.credentials(
        client,
        directory,
        settings,
        sandbox=sandbox,
        environ=environ,
        home=home,
        extra_scopes=extra_scopes(),
    )
    api = open_api(client, directory, settings, sandbox=sandbox, credentials=found, policy=policy)
    return GraphTransport(api) if isinstance(settings, EntraSettings) else OktaTransport(api)
