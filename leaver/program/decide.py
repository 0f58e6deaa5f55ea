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
from leaver.program.returning import Past, as_restored, with_restores
from leaver.program.ruled import ruled
from leaver.source.state import StackState

_NOTHING = Past()


@dataclass(frozen=True, slots=True)
class Decision:
    """One run of one client; nothing of it may be declared unless `judgement` allows it.

    `told` and `judgement` are of the plan, or, where deleted accounts are to be restored ahead of the engine and the
    run was decided `ahead` of that, of what it will be then.
    """

    wanted: Desired
    plan: Plan
    told: ChangeReport
    judgement: Judgement


def decide(
    client: Client,
    now: datetime,
    live: Live,
    state: StackState,
    past: Past = _NOTHING,
    *,
    ahead: bool = False,
) -> Decision:
    """Decide about one run.

    Raises:
        PlanError: the records and the directories cannot be brought together.
    """
    declared = compose(client, now, live, state, past)
    restores = declared[1].restores if ahead else ()
    wanted, plan = declared
    if restores:
        live, past = as_restored(live, past, restores)
        wanted, plan = compose(client, now, live, state, past)
    told = report(client, wanted, plan, live, state)
    if restores:
        told = with_restores(told, restores)
    known = state.renamed({old: new for new, old in plan.renamed.items()})
    told = replace(told, policies=ruled(client, now, plan, known))
    return Decision(*declared, told, guard(client, wanted, told, live, known, now))
