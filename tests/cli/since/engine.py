"""An engine that would do what a test says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from leaver.desired import Change, ChangeReport, Effect
from leaver.fleet import ApplyReport, PreviewReport, VerifyReport
from leaver.limits import Judgement, Ledger
from leaver.model import Override


class FakeFleet:
    """An engine that would do `changes` at acme."""

    def __init__(self, *changes: Change) -> None:
        self.changes = changes
        self.error = ""
        self.override: Override | None = None
        self.applied: list[str] = []
        self.approval: str | None = None

    def __call__(self, *_: Any, **__: Any) -> FakeFleet:
        return self

    def preview(self, clients: Any, now: datetime) -> list[PreviewReport]:
        return [self._preview(key, now) for key in clients]

    def _preview(self, key: str, now: datetime) -> PreviewReport:
        if self.error:
            return PreviewReport(key, error=self.error, exit_code=3)
        report = ChangeReport(key, key, "UTC", now.isoformat(), None, 1, 1, 1, self.changes, (), ())
        used = self.override
        known = Ledger().using(used.name, (), now) if used else Ledger()
        limits = Judgement(key, (), (), used.losses, override=used, ledger=known) if used else None
        return PreviewReport(key, changes=report, limits=limits)

    def apply(self, previews: Any, now: datetime, *, plan: str | None = None) -> list[ApplyReport]:
        self.approval = plan
        found = []
        for report in previews:
            if report.changes is None:
                found.append(ApplyReport(report.client, "refused", error=report.error, exit_code=1))
            else:
                self.applied.append(report.client)
                found.append(ApplyReport(report.client, "verified", verification=VerifyReport(report.client)))
        return found


Fake = Callable[..., FakeFleet]


ENDS = Change("tomasz.wilk", "entra", Effect.DISABLED, "tomasz.wilk@acme.example")


DRIFT = Change("lee.park", "entra", Effect.CHANGED, "job title: Boss → Chief Executive Officer")
