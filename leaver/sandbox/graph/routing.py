"""Matching a method and a path to a handler, by a tree of path segments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from leaver.sandbox.graph.call import Answer, Call
from leaver.sandbox.graph.errors import GraphError

Handler = Callable[[Call], Answer]
Table = list[tuple[str, str, Handler]]


@dataclass
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    placeholder: _Node | None = None
    handlers: dict[str, Handler] = field(default_factory=dict)


class RouteTree:
    """Literal segments match whatever their case and win over placeholders."""

    def __init__(self, table: Table) -> None:
        self._root = _Node()
        for method, path, handler in table:
            node = self._root
            for segment in path.strip("/").split("/"):
                if segment == "{}":
                    node.placeholder = node.placeholder or _Node()
                    node = node.placeholder
                else:
                    node = node.literals.setdefault(segment.lower(), _Node())
            node.handlers[method] = handler

    def find(self, method: str, path: str) -> tuple[Handler, tuple[str, ...]]:
        """The handler and the placeholders' values; raises GraphError as Graph does for unknown paths."""
        segments = path.strip("/").split("/")
        node = self._root
        ids: list[str] = []
        for segment in segments:
            following = node.literals.get(segment.lower())
            if following is None and node.placeholder is not None:
                following = node.placeholder
                ids.append(segment)
            if following is None:
                raise GraphError(400, "BadRequest", f"Resource not found for the segment '{segment}'.")
            node = following
        handler = node.handlers.get(method)
        if handler is not None:
            return handler, tuple(ids)
        if node.handlers:
            raise GraphError(
                405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
            )
        raise GraphError(400, "BadRequest", f"Resource not found for the segment '{segments[-1]}'.")
