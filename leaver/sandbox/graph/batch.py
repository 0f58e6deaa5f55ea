"""JSON batching: up to 20 requests in one, each with its own status (learn.microsoft.com/graph/json-batching)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import Message

from leaver.sandbox.graph.call import Answer
from leaver.sandbox.graph.errors import GraphError

LIMIT = 20


def _malformed(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)


async def run(request: Request, body: Any) -> Answer:
    """Send each request through the whole application, so that faults and the log see it."""
    steps = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(steps, list) or not steps:
        raise _malformed("Invalid batch payload format.")
    if not all(isinstance(step, dict) and _well_formed(step) for step in steps):
        raise _malformed("Invalid batch payload format.")
    if len(steps) > LIMIT:
        raise _malformed(f"Number of batch request steps exceeds the maximum value of {LIMIT}.")
    ids = [str(step.get("id", "")).lower() for step in steps]
    if len(set(ids)) != len(ids) or "" in ids:
        raise _malformed("Each batch request step must have an id that is unique in the batch.")
    answers: dict[str, dict[str, Any]] = {}
    for step in _in_order(steps, ids):
        needed = [str(each).lower() for each in step.get("dependsOn") or []]
        if any(answers[each]["status"] >= 400 for each in needed):
            failed = {"code": "FailedDependency", "message": "A request that this one depends on failed."}
            answer = {"id": step["id"], "status": 424, "headers": {}, "body": {"error": failed}}
        else:
            answer = await _send(request, step)
        answers[str(step["id"]).lower()] = answer
    return Answer(200, {"responses": [answers[each] for each in ids]})


def _well_formed(step: dict[str, Any]) -> bool:
    headers, needed = step.get("headers") or {}, step.get("dependsOn") or []
    return isinstance(headers, dict) and isinstance(needed, list) and isinstance(step.get("id"), str)


def _in_order(steps: list[dict[str, Any]], ids: list[str]) -> list[dict[str, Any]]:
    waiting = list(zip(ids, steps, strict=True))
    ordered: list[dict[str, Any]] = []
    done: set[str] = set()
    while waiting:
        ready = [
            (name, step)
            for name, step in waiting
            if {str(d).lower() for d in step.get("dependsOn") or []} <= done
        ]
        if not ready:
            raise _malformed("A batch request step depends on a step that is missing, or on itself.")
        done.update(name for name, _ in ready)
        ordered.extend(step for _, step in ready)
        waiting = [each for each in waiting if each[0] not in done]
    return ordered


async def _send(request: Request, step: dict[str, Any]) -> dict[str, Any]:
    url = str(step.get("url", "")).lstrip("/")
    path, _, query = url.partition("?")
    content = json.dumps(step["body"]).encode() if "body" in step else b""
    own = {str(name).lower(): str(value) for name, value in (step.get("headers") or {}).items()}
    kept = [(name, value) for name, value in request.scope["headers"] if name == b"authorization"]
    full = "/{}/{}".format(request.scope["path"].split("/", 2)[1], path)
    scope = {
        **request.scope,
        "method": str(step.get("method", "")).upper(),
        "path": unquote(full),
        "raw_path": full.encode(),
        "query_string": query.encode(),
        "headers": [*kept, *((name.encode(), value.encode("latin-1")) for name, value in own.items())],
        "state": {},
    }
    scope.pop("path_params", None)
    scope.pop("endpoint", None)
    started: dict[str, Any] = {}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        else:
            parts.append(message.get("body", b""))

    try:
        await request.app(scope, receive, send)
    except ConnectionAbortedError:
        lost = {"error": {"code": "GatewayTimeout", "message": "The service did not answer in time."}}
        return {
            "id": step["id"],
            "status": 504,
            "headers": {"Content-Type": "application/json"},
            "body": lost,
        }
    return _answered(step["id"], started, b"".join(parts))


def _answered(step_id: Any, started: dict[str, Any], content: bytes) -> dict[str, Any]:
    headers = {name.decode().title(): value.decode("latin-1") for name, value in started["headers"]}
    headers.pop("Content-Length", None)
    answer: dict[str, Any] = {"id": step_id, "status": started["status"], "headers": headers}
    if content:
        kind = headers.get("Content-Type", "")
        answer["body"] = json.loads(content) if "json" in kind else base64.b64encode(content).decode()
    return answer
