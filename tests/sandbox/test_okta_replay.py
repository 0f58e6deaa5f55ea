"""The recorded requests of the real provider plugin, sent again: the sandbox answers them alike.

The requests of the recording are evidence; its answers came from an imitation, so where Okta's documents say
otherwise the sandbox differs, and DEVIATIONS says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.okta_api import PASSWORD, OrgApi

TRACE = Path(__file__).parents[1] / "fixtures" / "traces" / "okta.jsonl"
BOB, DI = "00usim00000000000002", "00usim00000000000004"
ENGINEERING = "00gsim00000000000001"
EVERYONE = "every user is in the built-in group Everyone, which the list of a user's groups names"
OWN_PAGES = "the imitation forced pages of one with a cursor of its own; Okta's cursors are opaque"
DEVIATIONS: dict[int, str] = {
    47: "activation mails the link and answers {} unless sendEmail=false (Okta, Activate a user)",
    **dict.fromkeys((71, 75, 113, 114, 116, *range(118, 125)), EVERYONE),
    107: OWN_PAGES,
    108: OWN_PAGES,
    145: "the sandbox loses an answer by dropping the connection, not by a 503",
}


class Replay:
    """Sends recorded requests with the sandbox's own identifiers in the place of the recorded ones."""

    def __init__(self, box: Endpoint) -> None:
        self.okta = OrgApi(box, "corp", "corp")
        self.ids: dict[str, str] = {}
        badge = {"definitions": {"custom": {"properties": {"badge": {"type": "string"}}}}}
        self.okta.post("/meta/schemas/user/default", json=badge)

    def mapped(self, text: str) -> str:
        for recorded, ours in self.ids.items():
            text = text.replace(recorded, ours)
        return text

    def send(self, exchange: dict[str, Any]) -> httpx.Response:
        body = exchange["reqBody"]
        content = None
        if body is not None:
            content = self.mapped(json.dumps(body)).replace("<password>", PASSWORD)
            content = content.replace("otysim000000000001", self.user_type())
        answer = self.okta.request(
            exchange["method"],
            self.okta.box.http + self.mapped(exchange["path"]),
            content=content,
            headers=exchange["reqHeaders"],
        )
        recorded = exchange["respBody"]
        if exchange["method"] == "POST" and answer.status_code == 200 and recorded.get("id"):
            self.ids.setdefault(recorded["id"], answer.json()["id"])
        return answer

    def user_type(self) -> str:
        found: str = self.okta.get("/users/me").json()["type"]["id"]
        return found

    def put(self, group: str, user: str) -> None:
        self.okta.put(f"/groups/{self.ids[group]}/users/{self.ids[user]}").raise_for_status()

    def take_out(self, group: str, user: str) -> None:
        self.okta.delete(f"/groups/{self.ids[group]}/users/{self.ids[user]}").raise_for_status()


def fault(kind: str, **fields: Any) -> Callable[[Replay], Any]:
    return lambda replay: replay.okta.box.fault(kind, client="corp", **fields)


def transition(seconds: float) -> Callable[[Replay], Any]:
    return lambda replay: replay.okta.order("/transition", seconds=seconds)


def later(seconds: float) -> Callable[[Replay], Any]:
    return lambda replay: replay.okta.later(seconds)


# What the recording's driver did behind the plugin's back, or ordered, before the exchange of this number.
BEFORE: dict[int, list[Callable[[Replay], Any]]] = {
    59: [transition(3)],
    61: [later(5), transition(0)],
    81: [fault("stale", seconds=3)],
    86: [later(10)],
    98: [lambda replay: replay.put(ENGINEERING, DI)],
    100: [lambda replay: replay.take_out(ENGINEERING, BOB)],
    101: [lambda replay: replay.put(ENGINEERING, BOB)],
    136: [fault("throttle", method="POST", path="*/users")],
    139: [fault("throttle", method="GET", path="*/users/*", retry_after=4)],
    141: [fault("error", method="GET", path="*/users/*", status=503)],
    143: [fault("error", method="GET", path="*/users/*", status=500)],
    144: [fault("forbidden", method="GET", path="*/users/*")],
    145: [fault("drop_after", method="POST", path="*/users")],
    147: [fault("stale", method="POST", seconds=3)],
}


def shape_of(body: Any) -> Any:
    """What is compared of a body: the keys of an object, of each object of a list."""
    if isinstance(body, list):
        return [set(each) for each in body]
    return set(body) if isinstance(body, dict) else None


def differs(exchange: dict[str, Any], answer: httpx.Response) -> str | None:
    """How our answer falls short of the recorded one, or None."""
    if answer.status_code != exchange["status"]:
        return f"status {answer.status_code}, not {exchange['status']}: {answer.text[:200]}"
    recorded = shape_of(exchange["respBody"])
    ours = shape_of(answer.json() if answer.content else None)
    if isinstance(recorded, list):
        if len(ours) != len(recorded):
            return f"{len(ours)} entries, not {len(recorded)}"
        missing = set().union(*recorded) - set().union(*ours)
    else:
        missing = (recorded or set()) - (ours or set())
    return f"lacks {sorted(missing)}" if missing else None


def test_the_recorded_requests_are_answered_alike(box: Endpoint) -> None:
    exchanges = [json.loads(line) for line in TRACE.read_text(encoding="utf-8").splitlines()]
    replay = Replay(box)
    found: dict[int, str] = {}
    for exchange in exchanges:
        for prepare in BEFORE.get(exchange["seq"], []):
            prepare(replay)
        try:
            difference = differs(exchange, replay.send(exchange))
        except httpx.TransportError as fault:
            difference = f"no answer: {fault}"
        if difference is not None:
            found[exchange["seq"]] = (
                f"{exchange['op']}: {exchange['method']} {exchange['path']}: {difference}"
            )
    assert [text for seq, text in found.items() if seq not in DEVIATIONS] == []
    assert sorted(found) == sorted(DEVIATIONS)
