"""Where a running sandbox is, and its admin calls."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from leaver.errors import DirectoryError

# Plain http: a context without authorities saves the time of loading them.
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Endpoint:
    """A running sandbox, as sandbox.json in `home` describes it; `http` and `https` are base URLs."""

    home: Path
    pid: int
    http: str
    https: str
    ca: Path
    admin_token: str

    @classmethod
    def read(cls, home: Path) -> Endpoint | None:
        """What sandbox.json says, or None when there is none (or it is not one)."""
        try:
            found = json.loads((home / "sandbox.json").read_text(encoding="utf-8"))
            return cls(
                home, found["pid"], found["http"], found["https"], Path(found["ca"]), found["admin_token"]
            )
        except (OSError, ValueError, KeyError):
            return None

    def as_json(self) -> str:
        fields = {
            "pid": self.pid,
            "http": self.http,
            "https": self.https,
            "ca": str(self.ca),
            "admin_token": self.admin_token,
        }
        return json.dumps(fields, indent=2) + "\n"

    def open_http(self) -> httpx.Client:
        """Connections to the directories' own APIs, to be closed by the caller."""
        return httpx.Client(base_url=self.http, timeout=60.0, trust_env=False, verify=_NO_AUTHORITIES)

    def admin(self, method: str, path: str, /, body: Any = None, timeout: float = 60.0, **query: Any) -> Any:
        """An admin call (`path` without /_sandbox) and its JSON answer.

        Raises DirectoryError with the sandbox's own words.
        """
        headers = {"X-Sandbox-Admin": self.admin_token}
        try:
            answer = httpx.request(
                method,
                f"{self.http}/_sandbox{path}",
                json=body,
                params={name: value for name, value in query.items() if value is not None},
                headers=headers,
                timeout=timeout,
                trust_env=False,
                verify=_NO_AUTHORITIES,
            )
        except httpx.HTTPError as fault:
            raise DirectoryError(
                f"sandbox: {self.http}: no answer ({fault}). Start it with `leaver sandbox start`."
            ) from fault
        if answer.status_code != 200:
            raise DirectoryError(f"sandbox: {method} {path}: {_words(answer)}")
        return answer.json()

    def register(
        self,
        client: str,
        directory: str,
        kind: str,
        tenant: str,
        domains: Iterable[str],
        *,
        was: str | None = None,
    ) -> dict[str, str]:
        """Register an Entra tenant (UUID) or Okta org (name); answers its credential. `was`: the client's old key."""
        name = "tenant" if kind == "entra" else "org"
        body = {"kind": kind, name: tenant, "domains": list(domains), "was": was}
        self.admin("PUT", f"/tenants/{client}/{directory}", body)
        return self.credentials(client)[directory]

    def withhold(self, client: str, directory: str, *permissions: str) -> None:
        """Let a directory's application lack exactly these permissions (Graph roles, Okta scopes)."""
        body = {"client": client, "directory": directory, "permissions": permissions}
        self.admin("POST", "/withhold", body)

    def credentials(self, client: str) -> dict[str, dict[str, str]]:
        """The client's credentials by directory key; raises OSError when it has none."""
        path = self.home / "credentials" / f"{client}.json"
        found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def fault(self, kind: str, **fields: Any) -> int:
        """Order a fault (fields of `leaver.sandbox.faults.Fault`); answers its id."""
        ordered: int = self.admin("POST", "/faults", {"kind": kind, **fields})["ordered"][0]
        return ordered

    def log(self, **query: Any) -> list[dict[str, Any]]:
        """The request log, oldest first; filters `since`, `client`, `method`, `path` (glob), `limit`."""
        entries: list[dict[str, Any]] = self.admin("GET", "/log", **query)["entries"]
        return entries


def _words(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}: {answer.text[:200]}"
