"""The mends to the Python SDK change how fast a program runs, and not whether its faults are noticed."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator

import pulumi
import pytest
from pulumi.runtime import resource as sdk_resource
from pulumi.runtime import stack as sdk_stack
from pulumi.runtime.proto.source_pb2 import StackTrace
from pulumi.runtime.settings import SETTINGS

from leaver.program.tuning import quicken


@pytest.fixture(autouse=True)
def quickened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    monkeypatch.setattr(sdk_resource, "_get_stack_trace", sdk_resource._get_stack_trace)
    monkeypatch.setattr(sdk_stack, "wait_for_rpcs", sdk_stack.wait_for_rpcs)
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    quicken()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)


async def waits_for(*outputs: asyncio.Task[None]) -> None:
    SETTINGS.outputs.update(outputs)
    try:
        await sdk_stack.wait_for_rpcs()
    finally:
        SETTINGS.outputs.clear()


def test_the_program_waits_for_outputs_that_other_outputs_declare() -> None:
    ended = []

    async def last() -> None:
        await asyncio.sleep(0)
        ended.append("last")

    async def first() -> None:
        ended.append("first")
        SETTINGS.outputs.add(asyncio.ensure_future(last()))

    async def run() -> None:
        await waits_for(asyncio.ensure_future(first()))

    asyncio.run(run())
    assert ended == ["first", "last"]


def test_a_fault_in_an_output_ends_the_program_while_others_still_wait() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async def fails() -> None:
        raise LookupError("no such group")

    async def run() -> None:
        await waits_for(asyncio.ensure_future(never()), asyncio.ensure_future(fails()))

    with pytest.raises(LookupError, match="no such group"):
        asyncio.run(run())


def test_garbage_is_looked_for_rarely_but_still() -> None:
    assert gc.isenabled()
    assert 10_000 <= gc.get_threshold()[0] <= 100_000


class _Resource:
    """As deep a chain of constructors as the SDK's own resources have."""

    def __init__(self, depth: int = 3) -> None:
        self.trace: StackTrace = _Resource(depth - 1).trace if depth > 1 else sdk_resource._get_stack_trace()


def test_a_resource_carries_no_call_stack() -> None:
    assert not _Resource().trace.frames


def test_the_engine_is_not_told_what_the_sdk_does(monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine:
        def Log(self, request: object) -> None:  # noqa: N802
            pytest.fail(f"the engine was told {request}")

    monkeypatch.setattr(pulumi.log, "get_engine", Engine)
    pulumi.log.debug("preparing resource")
