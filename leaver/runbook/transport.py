"""Where a step's asks go, and what comes back of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from leaver.actions.call import Call
from leaver.actions.errors import CallFailed
from leaver.runbook.step import Ask, Reply

Answered = Reply | CallFailed


@dataclass(frozen=True, slots=True)
class Sent:
    """An ask on its way: `subject` and `needs` (permissions) are for messages."""

    ask: Ask
    subject: str
    needs: str

    @property
    def call(self) -> Call:
        """The ask as a call; every ask of a step may be sent twice."""
        ask = self.ask
        return Call(
            ask.method, ask.path, self.subject, self.needs, json=ask.json, headers=dict(ask.headers) or None
        )


class Transport(Protocol):
    """Where asks go."""

    @property
    def count(self) -> int:
        """HTTP requests so far, tries included and sign-in not."""

    async def exchange(self, sent: Mapping[str, Sent]) -> dict[str, Answered]:
        """The reply to each ask, or what it failed with, by the mapping's key. Raises no `CallFailed`."""

    @property
    def settling(self) -> float:
        """Seconds for which a write is read back before it counts as unverified."""

    async def close(self) -> None:
        """Close the connections."""
