"""Faults to order: what goes wrong, on which calls, how often."""

from __future__ import annotations

import itertools
import random
import threading
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

FaultKind = Literal["latency", "throttle", "error", "forbidden", "drop_before", "drop_after", "stale"]
READS = frozenset({"GET", "HEAD"})


@dataclass
class Fault:
    """One order.

    `path` is a glob over the path without its query (`*/users/*`); `method` is a name or `*`.
    `count` calls are hit (None: all); the first `skip` matching calls are let through before that.
    `share` hits only that part of the matching calls, drawn from a generator seeded with `seed`.
    `seconds` is the delay of `latency`, or how long reads are `stale` after a write.
    `status` is the answer of `error`; `retry_after` (seconds) goes with `throttle` and with a 503.
    `client` and `directory` narrow it to one tenant.
    """

    kind: FaultKind
    method: str = "*"
    path: str = "*"
    count: int | None = 1
    skip: int = 0
    client: str | None = None
    directory: str | None = None
    seconds: float = 0.0
    status: int = 503
    retry_after: int | None = None
    share: float = 1.0
    seed: int = 0
    id: int = 0
    hits: int = 0

    def matches(self, method: str, path: str, client: str | None, directory: str | None) -> bool:
        return (
            self.count != 0
            and self.method in ("*", method)
            and (self.client is None or self.client == client)
            and (self.directory is None or self.directory == directory)
            and not (self.kind == "stale" and method in READS)
            and fnmatchcase(path, self.path)
        )


@dataclass(frozen=True)
class Taken:
    """What one call suffers: a delay, at most one failure, at most one stale window."""

    latency: float = 0.0
    failure: Fault | None = None
    stale: Fault | None = None

    @property
    def name(self) -> str | None:
        """What the log says of it."""
        names = [self.failure.kind] if self.failure else []
        if self.stale:
            names.append("stale")
        if self.latency:
            names.append("latency")
        return "+".join(names) or None


NOTHING = Taken()


class Faults:
    """The standing orders, kept in memory: a restart of the sandbox forgets them."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._chance: dict[int, random.Random] = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def order(self, fields: dict[str, Any]) -> Fault:
        """Add a fault from its fields as the admin API takes them; raises ValueError with the remedy."""
        known = set(Fault.__dataclass_fields__) - {"id", "hits"}
        unknown = sorted(set(fields) - known)
        if unknown:
            raise ValueError(f"unknown field {unknown[0]!r}. Use some of {', '.join(sorted(known))}.")
        if fields.get("kind") not in get_args(FaultKind):
            raise ValueError(f"kind {fields.get('kind')!r}. Use one of {', '.join(get_args(FaultKind))}.")
        fault = Fault(**fields)
        if fault.kind in ("latency", "stale") and fault.seconds <= 0:
            raise ValueError(f"{fault.kind} of {fault.seconds} seconds. Give seconds above 0.")
        if not 0 < fault.share <= 1:
            raise ValueError(f"share {fault.share}. Give a part above 0 and up to 1.")
        with self._lock:
            fault.id = next(self._ids)
            self._orders.append(fault)
            # A test repeats itself only with a seeded generator; nothing here is a secret.
            self._chance[fault.id] = random.Random(fault.seed)  # noqa: S311
        return fault

    def take(self, method: str, path: str, client: str | None, directory: str | None) -> Taken:
        """Draw what this call suffers, and count it down."""
        if not self._orders:
            return NOTHING
        latency, failure, stale = 0.0, None, None
        with self._lock:
            for fault in self._orders:
                taken = (fault.kind == "stale" and stale) or (
                    fault.kind not in ("stale", "latency") and failure
                )
                if taken or not fault.matches(method, path, client, directory) or not self._draw(fault):
                    continue
                if fault.kind == "latency":
                    latency += fault.seconds
                elif fault.kind == "stale":
                    stale = fault
                else:
                    failure = fault
        return Taken(latency, failure, stale)

    def _draw(self, fault: Fault) -> bool:
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.share < 1 and self._chance[fault.id].random() >= fault.share:
            return False
        fault.hits += 1
        if fault.count is not None:
            fault.count -= 1
        return True

    def listed(self) -> list[dict[str, Any]]:
        """Every order with how often it has hit."""
        with self._lock:
            return [asdict(fault) for fault in self._orders]

    def clear(self, fault_id: int | None = None) -> int:
        """Withdraw one order, or all; answers how many."""
        with self._lock:
            kept = [fault for fault in self._orders if fault_id is not None and fault.id != fault_id]
            gone = len(self._orders) - len(kept)
            self._orders = kept
        return gone
