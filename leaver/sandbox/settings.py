"""What a running sandbox is told at its start, and what a handler finds in its app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from leaver.sandbox.clock import ShiftableClock

if TYPE_CHECKING:
    from leaver.sandbox.faults import Faults
    from leaver.sandbox.log import RequestLog
    from leaver.sandbox.store import Store
    from leaver.sandbox.tenants import Tenants


@dataclass(frozen=True)
class Settings:
    """Addresses and secrets of one running sandbox.

    `home` is the folder of sandbox.json and credentials/. `http` and `https` are base URLs without a
    trailing slash. `signing_key` signs access tokens and outlives restarts.
    """

    home: Path
    http: str
    https: str
    admin_token: str
    signing_key: bytes


@dataclass(frozen=True)
class Sandbox:
    """Everything a request handler may use; found by `sandbox(request)`."""

    store: Store
    faults: Faults
    settings: Settings
    clock: ShiftableClock
    tenants: Tenants
    log: RequestLog


def sandbox(request: Request) -> Sandbox:
    """The sandbox that serves this request."""
    found: Sandbox = request.app.state.sandbox
    return found


def base_url(request: Request) -> str:
    """The base URL by which the caller reached the sandbox, for absolute links in answers."""
    settings = sandbox(request).settings
    return settings.https if request.scope["scheme"] == "https" else settings.http
