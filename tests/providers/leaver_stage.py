"""What Leaver's own plugin is configured with for the sandbox's tenant."""

from __future__ import annotations

from tests.sandbox.graph_client import TENANT

CONFIG: dict[str, object] = {
    "client": "acme",
    "directory": "entra",
    "kind": "entra",
    "tenant": TENANT,
    "domain": "acme.example",
    "sandbox": True,
}
