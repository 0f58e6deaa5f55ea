"""Mend what makes the Python SDK slow in programs of thousands of resources (figures: docs/performance.md).

- `pulumi.log.debug` makes about four synchronous calls a resource, even where nobody listens.
- Every resource carries the Python call stack of its declaration: half of the size of its state.
- Nearly everything that it allocates lives to the end, and the garbage collector looks at it again and again.
- The wait at the end looks at every outstanding output again each time that one of them completes.

Each mend is made only where the SDK has the part that it replaces, so another version is at worst slower.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Any

import pulumi
from pulumi.runtime import resource as sdk_resource
from pulumi.runtime import stack as sdk_stack
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.settings import SETTINGS


def quicken() -> None:
    """Apply the mends to the SDK of this process."""
    pulumi.log.debug = _silent
    if hasattr(sdk_resource, "_get_stack_trace"):
        sdk_resource._get_stack_trace = source_pb2.StackTrace
    if hasattr(sdk_stack, "wait_for_rpcs") and hasattr(SETTINGS, "outputs"):
        sdk_stack.wait_for_rpcs = _wait_for_rpcs
    # Thousands of tiny tasks hand the interpreter lock back and forth with the gRPC threads.
    sys.setswitchinterval(0.02)
    # Rarer rather than never: what is garbage in cycles still goes.
    gc.set_threshold(50_000, 20, 100)


def _silent(*_: Any, **__: Any) -> None:
    """Say nothing."""


_wait_one_by_one = sdk_stack.wait_for_rpcs


async def _wait_for_rpcs(await_all_outstanding_tasks: bool = True) -> None:
    await _wait_one_by_one(False)
    while await_all_outstanding_tasks:
        with SETTINGS.lock:
            pending = list(SETTINGS.outputs)
            SETTINGS.outputs.clear()
        if not pending:
            break
        done, waiting = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
        with SETTINGS.lock:
            SETTINGS.outputs.update(waiting)
        for task in done:
            task.result()
    await _wait_one_by_one(await_all_outstanding_tasks)
