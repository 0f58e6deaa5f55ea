"""What the plugin works with: signed-in calls to one directory, the evidence, the clock, and the engine's cancel."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from leaver.errors import LeaverError
from leaver.evidence import Entry, Evidence, configured
from leaver.model import EntraSettings, OktaSettings
from leaver.model.variables import NOW, PLAN
from leaver.providers.base.errors import Cancelled, ProviderError
from leaver.providers.base.resource import Call
from leaver.providers.leaver.turns import Turns
from leaver.runbook.connection import open_transport
from leaver.runbook.transport import Transport
from leaver.source.asked import Asked, asked_for_person

HOME = "LEAVER_HOME"
"""The hash of the plan that was approved."""
_LOOK_SECONDS = 0.2
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Session:
    """One configured plugin: of one client's one directory."""

    client: str
    directory: str
    settings: EntraSettings | OktaSettings
    sandbox: bool
    home: Path
    environ: Mapping[str, str]
    clock: Callable[[], datetime]
    cancelled: threading.Event
    project: Path | None = None
    """The folder with the records; None where there is none around the plugin."""
    turns: Turns = field(default_factory=Turns)
    """Calls about one account, one after the other."""

    @property
    def now(self) -> datetime:
        """The moment that the run is made for: the stated one, else that of the clock."""
        stated = self.environ.get(NOW)
        return datetime.fromisoformat(stated) if stated else self.clock()

    def said_of(self, person: str) -> Callable[[Entry], Entry]:
        """Adds to an entry who asked for the end of the person's access, who approved it, and what was approved."""
        asked = Asked()
        if self.project is not None:
            asked = asked_for_person(self.project, self.client, person, self.environ)
        plan = self.environ.get(PLAN)
        return lambda entry: replace(
            entry, asked_by=asked.by, approved_by=asked.approved, commit=asked.commit, plan=plan
        )

    def evidence(self) -> Evidence:
        """The store of the evidence. Raises ProviderError."""
        try:
            return configured(self.home, self.environ)
        except LeaverError as error:
            raise ProviderError(str(error)) from None

    def run(self, call: Call, work: Callable[[Transport], Awaitable[_Result]]) -> _Result:
        """Do `work` on a connection of its own, until it ends, the engine cancels or its time is over.

        Raises ProviderError for whatever a directory, a credential or the evidence does.
        """
        try:
            return asyncio.run(self._watched(call, work))
        except LeaverError as error:
            raise ProviderError(str(error)) from None
        except TimeoutError:
            raise ProviderError(
                f"{self.client}/{self.directory}: not over within {call.timeout:g} s. What is done is kept; "
                "run again for the rest."
            ) from None

    async def _watched(self, call: Call, work: Callable[[Transport], Awaitable[_Result]]) -> _Result:
        transport = self._transport()

        async def whole() -> _Result:
            async with asyncio.timeout(call.timeout):
                return await work(transport)

        try:
            return await _unless_cancelled(whole(), call.cancelled)
        finally:
            await transport.close()

    def _transport(self) -> Transport:
        return open_transport(
            self.client,
            self.directory,
            self.settings,
            sandbox=self.sandbox,
            environ=self.environ,
            home=self.home,
        )


async def _unless_cancelled(work: Coroutine[Any, Any, _Result], cancelled: threading.Event) -> _Result:
    task = asyncio.create_task(work)
    while not task.done():
        if cancelled.is_set():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise Cancelled("cancelled by the engine. What is done is kept; run again for the rest.")
        await asyncio.wait({task}, timeout=_LOOK_SECONDS)
    return task.result()


def project_of(folder: Path) -> Path | None:
    """The project around `folder`: the nearest folder with records."""
    return next((each for each in (folder, *folder.parents) if (each / "identities").is_dir()), None)


def home_of(environ: Mapping[str, str], folder: Path) -> Path:
    """Leaver's folder of run-time files: the stated one, else that of the project around `folder`."""
    if stated := environ.get(HOME):
        return Path(stated)
    return (project_of(folder) or folder) / ".leaver"
