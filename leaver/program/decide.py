"""Everything about a run that is decided before anything is declared: the plan, its report, the judgement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from leaver.actions.live import Live
from leaver.desired import ChangeReport, Desired
from leaver.limits import Judgement
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.guard import guard
from leaver.program.plan import Plan
from leaver.program.report import report
from leaver.program.ruled import ruled
from leaver.source.state import StackState


@dataclass(frozen=True, slots=True)
class Decision:
    """One run of one client; nothing of it may be declared unless `judgement` allows it."""

    wanted: Desired
    plan: Plan
    told: ChangeReport
    judgement: Judgement


def decide(client: Client, now: datetime, live: Live, state: StackState) -> Decision:
    """Decide about one run.

    Raises:
        PlanError: the records and the directories cannot be brought together.
    """
    wanted, plan = compose(client, now, live, state)
    told = report(client, wanted, plan, live, state)
    known = state.renamed({old: new for new, old in plan.renamed.items()})
    told = replace(told, policies=ruled(client, now, plan, known))
    return Decision(wanted, plan, told, guard(client, wanted, told, live, known, now))
