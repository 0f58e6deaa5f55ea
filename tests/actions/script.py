"""A directory made of canned answers, for what a real one would do only on a bad day."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from leaver.actions import Directory, EntraCredentials, OktaCredentials, Secret, connect
from leaver.actions.call import Policy
from leaver.model import EntraSettings, OktaSettings

TENANT = "11111111-1111-4111-8111-111111111111"
DANA = "a0000000-0000-4000-8000-000000000001"
LEE = "a0000000-0000-4000-8000-000000000002"
DATE = "Sun, 22 Nov 2026 14:00:10 GMT"
ENTRA = EntraSettings.model_validate({"kind": "entra", "tenant": TENANT, "domain": "acme.example"})
OKTA = OktaSettings.model_validate({"kind": "okta", "org": "acme"})
HASTY = Policy(call=0.6, settling=0.2, longest_wait=1.0, pause=0.001)

Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def answer(status: int = 200, data: Any = None, **headers: str) -> httpx.Response:
    """An answer with a Date; header names are given with underscores."""
    named = {"Date": DATE} | {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=data, headers=named) if data is not None else _bare(status, named)


def _bare(status: int, headers: dict[str, str]) -> httpx.Response:
    return httpx.Response(status, headers=headers)


class Script:
    """Answers by method and path: each in turn, the last one for ever. `seen` has the requests."""

    def __init__(self) -> None:
        self.steps: dict[str, list[Step]] = {
            f"POST /{TENANT}/oauth2/v2.0/token": [
                lambda _: answer(200, {"access_token": "token-one", "expires_in": 3600})
            ]
        }
        self.seen: list[httpx.Request] = []

    def on(self, call: str, *steps: Step) -> Script:
        self.steps[call] = list(steps)
        return self

    def calls(self) -> list[str]:
        """The requests as "METHOD /path", without sign-in."""
        named = [f"{each.method} {each.url.path}" for each in self.seen]
        return [each for each in named if not each.endswith("/token")]

    def body(self, number: int = -1) -> Any:
        return json.loads(self.seen[number].content)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        steps = self.steps[f"{request.method} {request.url.path}"]
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, Exception):
            raise step
        return step(request) if callable(step) else step


def entra(script: Script, policy: Policy = HASTY) -> Directory:
    held = EntraCredentials(TENANT, "app-one", client_secret=Secret("s3cret-value"))
    transport = httpx.MockTransport(script)
    return connect(
        "acme", "entra", ENTRA, sandbox=False, credentials=held, policy=policy, transport=transport
    )


def okta(script: Script, policy: Policy = HASTY) -> Directory:
    held = OktaCredentials("acme", "okta.com", "https://acme.okta.com", api_token=Secret("s3cret-value"))
    transport = httpx.MockTransport(script)
    return connect("acme", "okta", OKTA, sandbox=False, credentials=held, policy=policy, transport=transport)
