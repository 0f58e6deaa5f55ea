"""The real provider's recorded requests, sent again: same status, and at least the same JSON keys.

The recording's answers came from an imitation of Graph, so this shows that the provider finds all it read
there, not that Graph answers so.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.graph_client import PASSWORD, TENANT, Graph

RECORDING = Path(__file__).parents[1] / "fixtures" / "traces" / "azuread.jsonl"
CALLER = "22222222-2222-4222-8222-222222222222"
PORTAL = "e0000000-0000-4000-8000-00000000aaaa"
# Played against other, fresh imitations with faults of their own.
ELSEWHERE = ("fault.", "group.read.paged", "provider.")


def _exchanges() -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in RECORDING.read_text().splitlines()]
    return [line for line in lines if not line["op"].startswith(ELSEWHERE)]


class _Player:
    """Sends recorded requests with the ids and addresses of this sandbox."""

    def __init__(self, graph: Graph, ids: dict[str, str]) -> None:
        self._graph = graph
        self._ids = ids

    def _translated(self, text: str) -> str:
        for recorded, ours in self._ids.items():
            text = text.replace(recorded, ours)
        return text.replace("https://graph.example", str(self._graph.base_url).rstrip("/"))

    def play(self, exchange: dict[str, Any]) -> str | None:
        """What deviates, or None."""
        body = exchange["reqBody"]
        content = None
        if body is not None:
            content = self._translated(json.dumps(body).replace("<password>", PASSWORD)).encode()
        headers = dict(exchange["reqHeaders"])
        path = self._translated(exchange["path"])
        answer = self._graph.request(exchange["method"], path, content=content, headers=headers)
        if answer.status_code != exchange["status"]:
            return f"status {answer.status_code} instead of {exchange['status']}: {answer.text[:200]}"
        found = answer.json() if answer.content else None
        if answer.status_code == 201 and isinstance(found, dict):
            self._ids[exchange["respBody"]["id"]] = found["id"]
        missing = _missing(exchange["respBody"], found)
        if missing:
            return f"lacks {', '.join(missing)}"
        return None


def _missing(recorded: Any, found: Any, at: str = "") -> list[str]:
    if isinstance(recorded, dict):
        if not isinstance(found, dict):
            return [at or "body"]
        return [
            fault
            for key, value in recorded.items()
            # Graph names the type in mixed collections only; the provider does without it.
            if key != "@odata.type"
            for fault in ([f"{at}/{key}"] if key not in found else _missing(value, found[key], f"{at}/{key}"))
        ]
    if isinstance(recorded, list) and recorded:
        if not isinstance(found, list) or not found:
            return [f"{at}[]"]
        return _missing(recorded[0], found[0], f"{at}[]")
    return []


def test_the_providers_recorded_requests_get_answers_of_the_recorded_shape(box: Endpoint) -> None:
    credential = box.register("corp", "entra", "entra", TENANT, ["corp.example"])
    with Graph(box, credential) as graph:
        (caller,) = graph.ids("/v1.0/servicePrincipals")
        portal = graph.post("/v1.0/servicePrincipals", json={"displayName": "Example Portal"}).json()["id"]
        player = _Player(graph, {CALLER: caller, PORTAL: portal})
        exchanges = _exchanges()
        deviations = [
            f"{each['op']}: {each['method']} {re.sub('[0-9a-f-]{36}', 'ID', each['path'])}: {fault}"
            for each in exchanges
            if (fault := player.play(each)) is not None
        ]
    assert not deviations, "\n".join(deviations)
    assert len(exchanges) > 200
