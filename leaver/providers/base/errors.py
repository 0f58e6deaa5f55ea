"""What a provider plugin reports instead of a traceback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class ProviderError(Exception):
    """An operation failed; the message is what the engine prints."""


class Cancelled(ProviderError):
    """The engine asked to stop while an operation was waiting."""


class InitFailed(ProviderError):
    """The object exists, but it is not (yet) what was asked for.

    Travels as `ErrorResourceInitFailed`: the engine keeps the resource with `properties` as its state
    and `reasons` as its `initErrors`, and offers an update at the next run.
    """

    def __init__(self, resource_id: str, properties: dict[str, object], reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.resource_id = resource_id
        self.properties = properties
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Failure:
    """One fault of a resource's inputs; `property` is "" for a fault of the resource as a whole."""

    property: str
    reason: str
