"""A plan: everything that a change of the records does at all clients, with what a reviewer needs beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from leaver.desired import Change
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS
from leaver.plan import canonical
from leaver.plan.changes import OVERRIDES, ClientChange, FieldChange

VERSION = 1
"""Of the canonical form. A plan of another version is another plan, whatever it says."""
_BOUNDS: TypeAdapter[tuple[FieldChange, ...]] = TypeAdapter(tuple[FieldChange, ...])
_CLIENT: TypeAdapter[ClientChange] = TypeAdapter(ClientChange)


class Standing(StrEnum):
    """What a change does to a break of a policy."""

    NEW = "new"
    STAYS = "stays"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FoundBreak:
    """A break of a policy at a client; `text` is the whole problem, with its place and its remedy."""

    client: str
    policy: str
    mandatory: bool
    standing: Standing
    text: str


@dataclass(frozen=True, slots=True)
class LimitUse:
    """How much of one limit a change uses: `used` of `of` people or memberships go, and `allowed` may.

    `scope` is the client's key, a group or role, or "all clients". `about` says that `of` was counted and not read.
    """

    client: str | None
    """None: over all clients."""
    scope: str
    what: str
    used: int
    allowed: int
    of: int
    about: bool = False

    @property
    def exceeded(self) -> bool:
        """Whether it is too much."""
        return self.used > self.allowed


@dataclass(frozen=True, slots=True)
class EngineView:
    """What the engine's own preview of a client says beside the comparison of records.

    `changes` are all of its effects, which are approved with the plan; `steps` is what the runbook would do.
    `beyond` are sentences about what the records' comparison does not name, `short` about what it names and the
    engine does not do. `error` is why there is no preview, or why it is refused.
    """

    changes: tuple[Change, ...] = ()
    steps: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    error: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What changed from the commit `commit` (which was asked for as `since`) to the records of now.

    `now` is the moment at which it is told; neither it, nor findings and limits, are in the hash, but that they
    refuse it is. `unchanged` is the number of the other clients, `gone` those that were ended: no apply does
    anything at them. `bounds` is what changes in the limits over all clients. `refusals` say why limits stop it, and
    the line that would allow it.
    """

    now: datetime
    since: str
    commit: str
    clients: tuple[ClientChange, ...]
    gone: tuple[str, ...] = ()
    bounds: tuple[FieldChange, ...] = ()
    unchanged: int = 0
    findings: tuple[FoundBreak, ...] = ()
    limits: tuple[LimitUse, ...] = ()
    refusals: tuple[str, ...] = ()
    engine: Mapping[str, EngineView] = field(default_factory=dict)

    @property
    def hash(self) -> str:
        """The SHA-256 of the canonical form, in hexadecimal digits."""
        return canonical.digest(self.canonical())

    def approval(self, client: str) -> str:
        """What an override of `client` names: the hash of the change of its records, overrides.yaml left out.

        So writing the override changes nothing of it. Nor does the engine's preview, or whether limits refuse it, or
        another client: an apply of this client alone knows the same plan.
        """
        change = next((each for each in self.clients if each.key == client), None)
        said = {"version": VERSION, "client": _without_overrides(change) if change else None}
        return f"sha256:{canonical.digest(said)}"

    @property
    def short_hash(self) -> str:
        """The beginning of the hash, for people."""
        return self.hash[: canonical.SHORT]

    def canonical(self) -> dict[str, Any]:
        """What is approved: the records by their digests, and the effects by their names.

        With the engine's preview its effects belong to it; without one there is none in it. That an apply refuses
        it belongs to it too, and is in it only then: else whoever took the refusals from the file would have a plan.
        """
        found: dict[str, Any] = {
            "version": VERSION,
            "gone": sorted(self.gone),
            "bounds": _BOUNDS.dump_python(self.bounds, mode="json"),
            "clients": [client_json(each) for each in self.clients],
        }
        if self.obstacles:
            found["refused"] = True
        if self.engine:
            found["engine"] = {
                key: sorted(
                    [each.subject, each.directory, each.effect.value, each.what] for each in view.changes
                )
                for key, view in self.engine.items()
            }
        return found

    def again(self, client: str = "", *, with_engine: bool = False) -> str:
        """The command that makes such a plan once more."""
        engine = " --with-engine" if with_engine else ""
        words = (
            f"leaver preview --since {self.since}{engine} --format json"
            if self.since
            else "leaver preview --json"
        )
        return f"{words} {client}".rstrip()

    def only(self, clients: Collection[str]) -> Plan:
        """The same for these clients alone. It has another hash: who applies a part names the whole."""
        return replace(
            self,
            clients=tuple(each for each in self.clients if each.key in clients),
            engine={key: view for key, view in self.engine.items() if key in clients},
        )

    @property
    def refused(self) -> bool:
        """Whether it must not be merged: a limit is exceeded, or a mandatory policy newly or still broken."""
        return bool(self.refusals) or any(
            each.mandatory and each.standing is not Standing.GONE for each in self.findings
        )

    @property
    def newly_broken(self) -> tuple[str, ...]:
        """The mandatory policies that the change itself breaks. An apply is refused for these alone: what was
        broken before must not be in a departure's way."""
        return tuple(each.text for each in self.findings if each.mandatory and each.standing is Standing.NEW)

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Why an apply refuses it: a limit is exceeded, or the change itself breaks a mandatory policy."""
        return (*self.refusals, *self.newly_broken)

    @property
    def exit_code(self) -> int:
        """What a command should end with: the worst of a refusal and what the engine met."""
        worst = max((view.exit_code for view in self.engine.values()), default=EXIT_CLEAN)
        return max(worst, EXIT_PROBLEMS if self.refused else EXIT_CLEAN)


def client_json(change: ClientChange) -> Any:
    """A client's part of the canonical form; `besides` is in it only where there are overrides."""
    found = _CLIENT.dump_python(change, mode="json")
    if change.besides is None:
        del found["besides"]
    return found


def _without_overrides(change: ClientChange) -> Any:
    """The part of a client as if it had no overrides.yaml; None where nothing else of it differs."""
    before, after = change.besides or (change.before, change.after)
    if before == after:
        return None
    settings = tuple(each for each in change.settings if each.field.partition(".")[0] != OVERRIDES)
    return client_json(replace(change, before=before, after=after, settings=settings, besides=None))


def client_of(data: Any) -> ClientChange:
    """The reverse of a client's part of the canonical form. Raises pydantic's ValidationError."""
    return _CLIENT.validate_python(data)


def bounds_of(data: Any) -> tuple[FieldChange, ...]:
    """The reverse of the part about limits over all clients. Raises pydantic's ValidationError."""
    return _BOUNDS.validate_python(data)
