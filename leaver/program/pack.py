"""The policy pack: Leaver's policies for `pulumi preview --policy-pack policies`.

The engine starts the pack before it says which stack it is for. So the records, and the levels that the client
gives to the policies, are read when the first resource is shown, whose URN names the stack.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from leaver import policy, source
from leaver.errors import LeaverError
from leaver.limits import renames
from leaver.model import Client, Level
from leaver.model.variables import NOW
from leaver.policy import POLICIES, Resources, Violation
from leaver.program.declared import Seen, resources
from leaver.source import Estate
from leaver.source.judged import with_places
from leaver.source.state import StackState, export

NAME = "leaver"
SOUND = "sound-records"
_LEVELS = {
    Level.ADVISORY: EnforcementLevel.ADVISORY,
    Level.MANDATORY: EnforcementLevel.MANDATORY,
    Level.DISABLED: EnforcementLevel.DISABLED,
}


class Judge:
    """The records of the one client that the engine's run is about, and what they and its resources break.

    `root` is the project's folder, `environ` the process's environment; `clock` counts unless LEAVER_NOW is set.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self._root = root
        self._environ = environ
        stated = environ.get(NOW)
        self._now = datetime.fromisoformat(stated) if stated else clock()
        self._estate: Estate | None = None
        self._client: Client | None = None
        self._state = StackState()
        self._opened = False
        # The engine shows several resources at once.
        self._lock = threading.Lock()

    def open(self, urn: str) -> str | None:
        """Read the records and the last state of the stack that `urn` is in, the first time it is called.

        Returns why that failed, once.
        """
        with self._lock:
            if self._opened:
                return None
            self._opened = True
            return self._open(urn)

    def _open(self, urn: str) -> str | None:
        stack = urn.split("::")[0].rpartition(":")[2]
        try:
            self._estate = source.load(self._root, [stack])
            # Before the first change: a run that is on its way has dropped what it deleted.
            self._state = export(self._root, stack, self._environ)
        except LeaverError as error:
            return str(error)
        self._client = self._estate.clients[stack]
        self._state = self._state.renamed(renames(self._client, self._state.memory))
        return None

    def level(self, own: policy.Policy) -> Level:
        """The level in force."""
        return own.level if self._client is None else policy.level_of(self._client, own)

    def on_records(self, wanted: policy.Policy) -> Iterator[str]:
        """What the records break of the policy, with places."""
        if self._client is not None and self._estate is not None:
            found = [each for each in policy.on_records(self._client, self._now) if each.policy is wanted]
            for each in with_places(self._estate, found):
                yield str(each.problem)

    def on_resources(self, wanted: policy.Policy, seen: Iterable[Seen]) -> Iterator[Violation]:
        """What the resources break of the policy."""
        if self._client is not None:
            shown: Resources = resources(seen, self._state.memory)
            for each in policy.on_resources(self._client, self._now, shown):
                if each.policy is wanted:
                    yield each


def policies(judge: Judge) -> list[Policy]:
    """The policies for the SDK.

    The first one, that the records can be read at all, learns of the stack before any other is asked its level.
    """
    found: list[Policy] = [
        ResourceValidationPolicy(
            name=SOUND,
            description="The records of the client can be read. Run `leaver check`.",
            enforcement_level=EnforcementLevel.MANDATORY,
            validate=_sound(judge),
        )
    ]
    for each in POLICIES:
        told = f"{each.requires} {each.remedy} ({', '.join(each.controls)})"
        if each.on_resources and not each.of_whole_run:
            found.append(_one(judge, each, told))
        if each.on_records or each.of_whole_run:
            found.append(_all(judge, each, told))
    return found


def run(root: Path, environ: Mapping[str, str], clock: Callable[[], datetime]) -> None:
    """Serve the pack to the engine until it ends this process."""
    PolicyPack(name=NAME, policies=policies(Judge(root, environ, clock)))


def _leveled(kind: type[Any], judge: Judge, own: policy.Policy) -> type[Any]:
    """The SDK's kind of policy with the level of the client, which is not known when the pack starts."""

    def level(_self: object) -> EnforcementLevel:
        return _LEVELS[judge.level(own)]

    def ignore(_self: object, _value: object) -> None:
        """The SDK's constructor sets a level."""

    return type(f"Leveled{kind.__name__}", (kind,), {"enforcement_level": property(level, ignore)})


def _one(judge: Judge, own: policy.Policy, told: str) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        seen = Seen(
            args.resource_type,
            args.name,
            args.urn,
            known(args.props),
            args.opts.protect,
            tuple(args.opts.ignore_changes),
        )
        for each in judge.on_resources(own, [seen]):
            report(str(each), None)

    made: Policy = _leveled(ResourceValidationPolicy, judge, own)(
        name=f"{own.name}-resource" if own.on_records else own.name, description=told, validate=validate
    )
    return made


def _all(judge: Judge, own: policy.Policy, told: str) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        for line in judge.on_records(own):
            report(line, None)
        if own.of_whole_run:
            seen = [
                Seen(each.resource_type, each.name, each.urn, known(each.props)) for each in args.resources
            ]
            for each in judge.on_resources(own, seen):
                report(str(each), each.found.urn)

    made: Policy = _leveled(StackValidationPolicy, judge, own)(
        name=own.name, description=told, validate=validate
    )
    return made


def _sound(judge: Judge) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        fault = judge.open(args.urn)
        if fault is not None:
            report(fault, None)

    return validate


def known(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that are known already, one level of lists deep; reading an unknown one raises."""
    found: dict[str, Any] = {}
    for name in properties:
        try:
            value = properties[name]
        except UnknownValueError:
            continue
        if isinstance(value, Sequence) and not isinstance(value, str):
            value = [item for at in range(len(value)) for item in _item(value, at)]
        found[name] = value
    return found


def _item(values: Sequence[Any], at: int) -> list[Any]:
    try:
        return [values[at]]
    except UnknownValueError:
        return []
