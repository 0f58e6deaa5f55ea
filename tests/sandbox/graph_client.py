"""A small Graph client for the tests: base URL, token, and the objects they start from."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from leaver.sandbox.endpoint import Endpoint

TENANT = "6f0d1a52-3b5e-4d0b-9f7e-0a8a35d3a001"
# Plain http needs no authorities, and loading them takes longer than a test.
NO_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
PASSWORD = "Correct-Horse-9"


def request_token(box: Endpoint, credential: dict[str, str], **changes: str) -> httpx.Response:
    form = {
        "client_id": credential["client_id"],
        "client_secret": credential["client_secret"],
        "grant_type": "client_credentials",
        "scope": f"{box.http}/.default",
        **changes,
    }
    tenant = form.pop("tenant", credential["tenant"])
    return httpx.post(f"{box.http}/{tenant}/oauth2/v2.0/token", data=form, verify=NO_TRUST)


class Graph(httpx.Client):
    """Calls with a token of one tenant."""

    def __init__(self, box: Endpoint, credential: dict[str, str]) -> None:
        token = request_token(box, credential).json()["access_token"]
        super().__init__(base_url=box.http, headers={"Authorization": f"Bearer {token}"}, verify=NO_TRUST)
        self.box = box

    def new_user(self, name: str, **more: Any) -> str:
        body = {
            "accountEnabled": True,
            "displayName": name.title(),
            "mailNickname": name,
            "userPrincipalName": f"{name}@acme.example",
            "passwordProfile": {"password": PASSWORD},
            **more,
        }
        answer = self.post("/v1.0/users", json=body)
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    def new_group(self, name: str, *members: str, **more: Any) -> str:
        body = {
            "displayName": name,
            "mailEnabled": False,
            "mailNickname": name,
            "securityEnabled": True,
            "members@odata.bind": [self.object_url(each) for each in members],
            **more,
        }
        answer = self.post("/v1.0/groups", json=body)
        assert answer.status_code == 201, answer.text
        made: str = answer.json()["id"]
        return made

    def object_url(self, object_id: str) -> str:
        return f"{self.base_url}v1.0/directoryObjects/{object_id}".replace("//v1.0", "/v1.0")

    def add_member(self, group: str, member: str) -> httpx.Response:
        return self.post(f"/v1.0/groups/{group}/members/$ref", json={"@odata.id": self.object_url(member)})

    def ids(self, path: str, **query: str) -> list[str]:
        """The ids of a collection, over all its pages."""
        found: list[str] = []
        answer = self.get(path, params=query or None)
        while True:
            assert answer.status_code == 200, answer.text
            body = answer.json()
            found += [each["id"] for each in body["value"]]
            if "@odata.nextLink" not in body:
                return found
            answer = self.get(body["@odata.nextLink"])


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of a Graph error."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]
