"""How the Okta tests speak to the sandbox: plain HTTP with an org's own token."""

from __future__ import annotations

from typing import Any

import httpx

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.graph_client import NO_TRUST

PASSWORD = "Correct-Horse-7"


class OrgApi(httpx.Client):
    """One org of the sandbox; paths are relative to /api/v1."""

    def __init__(self, box: Endpoint, client: str = "acme", org: str = "acme") -> None:
        self.box, self.client_name = box, client
        credential = box.register(client, "okta", "okta", org, [f"{client}.example"])
        self.token = credential["api_token"]
        super().__init__(
            base_url=f"{box.http}/api/v1",
            headers={"Authorization": f"SSWS {self.token}"},
            trust_env=False,
            verify=NO_TRUST,
        )

    def order(self, path: str, **fields: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.box.admin(
            "POST", f"/okta{path}", {"client": self.client_name, **fields}
        )
        return answer

    def later(self, seconds: float) -> None:
        self.box.admin("POST", "/clock", {"offset_seconds": seconds})

    def user(self, name: str = "dana.reyes", *, password: str | None = PASSWORD, **profile: Any) -> str:
        """Create a user and answer its id."""
        answer = self.post("/users", json=person(name, password=password, **profile))
        assert answer.status_code == 200, answer.text
        created: str = answer.json()["id"]
        return created

    def group(self, name: str = "finance") -> str:
        answer = self.post("/groups", json={"profile": {"name": name, "description": ""}})
        assert answer.status_code == 200, answer.text
        created: str = answer.json()["id"]
        return created

    def status(self, user_id: str) -> str:
        found: str = self.get(f"/users/{user_id}").json()["status"]
        return found

    def sessions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.box.admin("GET", "/okta/sessions", client=self.client_name)[
            "sessions"
        ]
        return found

    def everything(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All entries of a list, page by page."""
        found: list[dict[str, Any]] = []
        url: str | None = str(httpx.URL(path, params=query))
        while url:
            answer = self.get(url)
            assert answer.status_code == 200, answer.text
            found += answer.json()
            url = answer.links.get("next", {}).get("url")
        return found


def person(name: str, *, password: str | None = PASSWORD, **profile: Any) -> dict[str, Any]:
    first, _, last = name.partition(".")
    login = f"{name}@acme.example"
    body: dict[str, Any] = {
        "profile": {
            "login": login,
            "email": login,
            "firstName": first.title(),
            "lastName": last.title() or "X",
            **profile,
        }
    }
    if password is not None:
        body["credentials"] = {"password": {"value": password}}
    return body


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and Okta error code of a refusal."""
    return answer.status_code, answer.json()["errorCode"]


def causes(answer: httpx.Response) -> list[str]:
    return [cause["errorSummary"] for cause in answer.json()["errorCauses"]]
