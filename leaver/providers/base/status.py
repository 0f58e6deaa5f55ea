"""How a fault leaves the plugin: as one message to the engine, and with what was half made."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, TypeVar

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from leaver.providers.base.errors import InitFailed, ProviderError
from leaver.providers.base.values import encode

_Answer = TypeVar("_Answer")


class _Status(grpc.Status):
    def __init__(self, message: str, details: bytes | None = None) -> None:
        self.code = grpc.StatusCode.UNKNOWN
        self.details = message
        self.trailing_metadata = (("grpc-status-details-bin", details),) if details else ()


def guarded(
    context: grpc.ServicerContext, work: Callable[[], _Answer], *, plugin: str, debug: bool
) -> _Answer:
    """What `work` answers; a fault ends the call with its message.

    With `debug`, tracebacks of Leaver's own faults go to standard error.
    """
    try:
        return work()
    except InitFailed as fault:
        _abort_init(context, fault)
    except ProviderError as fault:
        context.abort_with_status(_Status(str(fault)))
    except Exception as fault:
        if debug:
            traceback.print_exc(file=sys.stderr)
        context.abort_with_status(_Status(f"{plugin}: fault in the plugin: {type(fault).__name__}: {fault}"))
    raise AssertionError("abort_with_status always raises")


def _abort_init(context: grpc.ServicerContext, fault: InitFailed) -> NoReturn:
    detail = _init_failed(fault)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(fault))
    status.details.add().Pack(detail)
    context.abort_with_status(_Status(str(fault), status.SerializeToString()))
    raise AssertionError("abort_with_status always raises")


def _init_failed(fault: InitFailed) -> provider_pb2.ErrorResourceInitFailed:
    """The status detail by which the engine keeps a half-made resource."""
    return provider_pb2.ErrorResourceInitFailed(
        id=fault.resource_id, properties=encode(fault.properties), reasons=list(fault.reasons)
    )
