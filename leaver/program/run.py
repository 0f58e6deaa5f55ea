"""Run the program of the stack that the engine asks for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pulumi

from leaver import source
from leaver.actions.credentials import Credentials, client_credentials
from leaver.actions.deleted import read_deleted
from leaver.actions.live import read_client
from leaver.desired import ChangeReport, refuse_unapproved
from leaver.errors import LeaverError
from leaver.evidence import configured
from leaver.evidence.owners import account_owners
from leaver.model import Client
from leaver.model.variables import APPROVED, NOW, REPORT
from leaver.program.before import Images
from leaver.program.decide import decide
from leaver.program.plan import Plan, PlannedDeparture
from leaver.program.providers import RUNBOOK, providers, runbook_provider
from leaver.program.register import Registrar
from leaver.program.returning import Past, directories_of
from leaver.program.tuning import quicken
from leaver.source import untrue
from leaver.source.state import ENTRA_ROLE, export


def run(root: Path, environ: Mapping[str, str], clock: Callable[[], datetime]) -> None:
    """Declare the client whose key is the stack's name.

    `LEAVER_NOW` (ISO 8601 with offset) stands in for the clock; `LEAVER_REPORT` names a file that gets the plan
    in people's terms and what the limits say of it as JSON, and why it is refused; `LEAVER_APPROVED` names the
    report that was approved: an effect that it does not name is refused before anything is declared (invariant 6).

    Raises:
        pulumi.RunError: the records, the directories or the last state do not allow a plan; nothing is declared.
    """
    quicken()
    try:
        _run(root, environ, clock)
    except LeaverError as error:
        _tell_caller(environ, {"error": str(error), "exit_code": error.exit_code})
        raise pulumi.RunError(str(error)) from None


def _run(root: Path, environ: Mapping[str, str], clock: Callable[[], datetime]) -> None:
    key = pulumi.get_stack()
    now = datetime.fromisoformat(environ[NOW]) if environ.get(NOW) else clock()
    home = Path(environ.get("LEAVER_HOME") or root / ".leaver")
    with ThreadPoolExecutor() as pool:
        exported = pool.submit(export, root, key, environ)
        client = source.load(root, [key], cache=home / "cache" / "records").clients[key]
        credentials = client_credentials(client, environ, home)
        live = pool.submit(lambda: asyncio.run(read_client(client, credentials))).result()
        state = replace(exported.result(), untrue=untrue.read(home, key))
        # The last record with a role is gone: who else holds it decides whether that may be.
        roles = any(type_ == ENTRA_ROLE for type_, _ in state.ids) and not any(
            each.roles for each in live.values()
        )
        # A group that the records call otherwise now, or no longer: who is in it was not asked.
        renamed = any(state.groups & shown.groups.keys() - shown.members.keys() for shown in live.values())
        if roles or renamed:
            live = pool.submit(
                lambda: asyncio.run(read_client(client, credentials, roles=roles, groups=state.groups))
            ).result()
        waited = directories_of(client, now, live, state)
        past = pool.submit(lambda: _past(client, waited, credentials, home, environ)).result()
    decision = decide(client, now, live, state, past, ahead=pulumi.runtime.is_dry_run())
    plan, told, judgement = decision.plan, decision.told, decision.judgement
    _tell_caller(environ, {"report": told.to_json(), "limits": judgement.to_json()})
    judgement.enforce()
    if path := environ.get(APPROVED):
        refuse_unapproved(told, ChangeReport.from_json(json.loads(Path(path).read_text(encoding="utf-8"))))
    _tell(plan)
    for broken in told.policies:
        pulumi.log.warn(broken.text)
    if not pulumi.runtime.is_dry_run() and plan.departures:
        images = Images(client, decision.wanted, live, state, environ, root, home, clock)
        with configured(home, environ) as evidence:
            images.record(plan.departures, evidence)
    made = providers(client, credentials)
    served = {each.directory for each in plan.departures} | {each.directory for each in plan.licences}
    for directory in sorted(served):
        made[f"{RUNBOOK}/{directory}"] = runbook_provider(client, directory)
    Registrar(plan, made, judgement.ledger, losing=judgement.ledger != state.ledger).register()


def _past(
    client: Client,
    directories: Collection[str],
    credentials: Mapping[str, Credentials],
    home: Path,
    environ: Mapping[str, str],
) -> Past:
    """What is known of the accounts that somebody comes back to; a fault of it keeps nobody else's run."""
    if not directories:
        return Past()
    deleted, faults = asyncio.run(read_deleted(client, directories, credentials))
    try:
        with configured(home, environ) as evidence:
            owners = account_owners(evidence, client.key)
    except LeaverError as fault:
        return Past(faults=dict.fromkeys(directories, f"the evidence cannot be read: {fault}"))
    return Past(deleted, owners, faults)


def _tell(plan: Plan) -> None:
    for notice in plan.notices:
        pulumi.log.warn(str(notice))
    for type_, name in plan.stale:
        pulumi.log.warn(
            f"{name}: the last state of this {type_.rsplit(':', 1)[-1]} is out of date; "
            "use --refresh, or `leaver apply`, which does so by itself"
        )
    if pulumi.runtime.is_dry_run():
        # Without --diff the engine shows a departure as one line that says nothing of what it does.
        for departure in plan.departures:
            if departure.to_do:
                pulumi.log.info(steps_of(departure))


def steps_of(departure: PlannedDeparture) -> str:
    """What a departure will do, a line per step."""
    number = len(departure.to_do)
    steps = f"{number} step{'' if number == 1 else 's'}"
    head = f"{departure.person} in {departure.directory}: {steps} to take of the runbook:"
    return "\n".join([head, *(f"  {title}" for title in departure.to_do)])


def _tell_caller(environ: Mapping[str, str], said: Mapping[str, Any]) -> None:
    """Add `said` to the file that the caller reads, if there is one."""
    if path := environ.get(REPORT):
        file = Path(path)
        before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.write_text(json.dumps({**before, **said}), encoding="utf-8")
