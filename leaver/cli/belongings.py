"""What the demo's leaver has beside the account: sessions, devices, consents and all else that a departure ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leaver.sandbox.endpoint import Endpoint


def give(endpoint: Endpoint, client: str, directory: str, username: str) -> None:
    """Give an account of the sandbox all of it; changes nothing for one that has it.

    What it is say `leaver.sandbox.graph.belongings` and `leaver.sandbox.okta.belongings`. Raises DirectoryError when
    there is no such account.
    """
    body = {"client": client, "directory": directory, "belongings": [username]}
    endpoint.admin("POST", "/seed", body)
