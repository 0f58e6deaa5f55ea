"""Who is told of what the service did, to have it in the evidence."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from leaver.actions import CutReport
from leaver.schedule import Due


class Keeping(Protocol):
    """Who is told of what the service did. Returns at once, and never raises."""

    def cut(self, due: Due, report: CutReport) -> Future[None]:
        """Directories have ended, well or not; done when that is on a disk."""

    def over(self, due: Due) -> None:
        """Nothing is left to do of a cut."""

    def ended(self, due: Due) -> None:
        """The directories show the access as ended, and this process did not do it."""


class Nowhere:
    """Keeps nothing."""

    def cut(self, due: Due, report: CutReport) -> Future[None]:  # noqa: ARG002 - as its kind
        return done()

    def over(self, due: Due) -> None:
        pass

    def ended(self, due: Due) -> None:
        pass


def done() -> Future[None]:
    """Of what there is nothing to wait for."""
    found: Future[None] = Future()
    found.set_result(None)
    return found
