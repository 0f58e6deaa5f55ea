"""leaver:index:Departure: what is done about one departed person's account in one directory.

Its input `steps` says in words what will be done, so a preview shows it; its output `open` says what is not (yet, or
any more) so. A refresh asks the directory and fills `open`; the plan is always an empty one, so whatever is open
makes the next update do it. Deleting the resource lets go of the account and touches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from leaver.actions.errors import CallFailed
from leaver.evidence import Entry, Kind, Outcome
from leaver.providers.base.errors import Failure, ProviderError
from leaver.providers.base.resource import MINUTE, Call, Field, ResourceType
from leaver.providers.base.values import Bag
from leaver.providers.leaver.session import Session
from leaver.runbook.book import Runbook
from leaver.runbook.conductor import conduct
from leaver.runbook.order import ENDING
from leaver.runbook.reading import Task, said
from leaver.runbook.receipt import Receipt
from leaver.runbook.registry import KINDS
from leaver.runbook.step import Case
from leaver.runbook.watch import Finding, look_over

TYPE = "leaver:index:Departure"
_GOOD = frozenset(outcome.value for outcome in Outcome if outcome.good)


def create(call: Call, planned: Bag) -> tuple[str, Bag]:
    """Take every step. Raises ProviderError when one is not over; those that are stay in the state."""
    session: Session = call.session
    resource_id = f"{session.client}/{session.directory}/{planned['account']}"
    return resource_id, _conducted(call, resource_id, planned, {})


def update(call: Call, resource_id: str, olds: Bag, planned: Bag) -> Bag:
    """Take every step that is not so, again or for the first time."""
    return _conducted(call, resource_id, planned, olds)


def read(call: Call, resource_id: str, olds: Bag) -> Bag | None:
    """Whether each step is still true, by the directory."""
    if not olds:
        raise ProviderError(
            f"{resource_id}: a departure is not imported: declare it, and it is verified or done."
        )
    session: Session = call.session
    case, book = _case(session, olds), _runbook(session, olds)
    findings = session.run(call, partial(look_over, book, case))
    troubled = [each for each in findings if each.trouble is not None]
    if findings and len(troubled) == len(findings):
        raise ProviderError(f"{_subject(case)}: nothing can be read: {troubled[0].trouble}")
    return {**olds, "open": _still_open(findings, _map(olds.get("open")), _runbook(session, olds))}


def delete(call: Call, _resource_id: str, olds: Bag) -> None:
    """Let go: nothing is given back, and nothing is taken. What was only announced ahead is taken back."""
    session: Session = call.session
    steps = _runbook(session, olds).steps
    if not steps or not all(step.ahead for step in steps):
        return
    case = _case(session, olds)
    tasks = [Task(step, case) for step in steps]
    sent = {f"{task.step.name}\n{ask.key}": task.sent(ask) for task in tasks for ask in task.step.undo(case)}
    answers = session.run(call, lambda transport: transport.exchange(sent))
    if faults := [said(each) for each in answers.values() if isinstance(each, CallFailed)]:
        raise ProviderError(f"{_subject(case)}: what was announced is not taken back: {' '.join(faults)}")


def plan(olds: Bag | None, planned: Bag) -> Bag:
    """Nothing shall be open, whatever is now. What the engine does meanwhile is no reason to do anything."""
    wanted = {**planned, "open": {}}
    if olds is not None and not _changed(olds, wanted):
        wanted["meanwhile"] = olds.get("meanwhile")
    return wanted


def _changed(olds: Bag, planned: Bag) -> bool:
    names = [item.name for item in DEPARTURE.fields if item.input and item.name != "meanwhile"]
    return bool(olds.get("open")) or any(
        (olds.get(each) or None) != (planned.get(each) or None) for each in names
    )


def check(inputs: Bag) -> list[Failure]:
    """Steps that this plugin does not know, and moments that are none."""
    found = [
        Failure("steps", f'step "{name}" is not known to this version of the plugin')
        for name in _map(inputs.get("steps"))
        if not any(step.name == name for steps in KINDS.values() for step in steps)
    ]
    for name in ("cut", "retainedUntil"):
        value = inputs.get(name)
        if isinstance(value, str):
            try:
                aware = datetime.fromisoformat(value).tzinfo is not None
            except ValueError:
                aware = False
            if not aware:
                found.append(Failure(name, f'"{value}" is not a moment with an offset (ISO 8601)'))
    return found


def _conducted(call: Call, resource_id: str, planned: Bag, olds: Bag) -> Bag:
    session: Session = call.session
    case, book = _case(session, planned), _runbook(session, planned, acting=True)
    # Whoever could sign in again may have new sessions and a new password: what was done counts no more.
    lasting = olds.get("cut") == planned.get("cut") and not ENDING & _map(olds.get("open")).keys()
    done = (
        {name for name, outcome in _map(olds.get("outcomes")).items() if outcome in _GOOD}
        if lasting
        else set()
    )
    names = [step.name for step in book.steps]
    state: dict[str, Any] = {
        **planned,
        "open": dict.fromkeys(names, "not done yet"),
        "outcomes": {name: value for name, value in _map(olds.get("outcomes")).items() if name in names},
    }
    whole = session.said_of(case.person)
    with session.evidence() as evidence:

        def record(entry: Entry) -> None:
            evidence.append(whole(entry))
            if entry.kind is Kind.STEP and entry.step is not None and entry.outcome is not None:
                state["outcomes"][entry.step] = entry.outcome.value
                if entry.outcome.good:
                    state["open"].pop(entry.step, None)
                else:
                    state["open"][entry.step] = entry.why
                call.created(resource_id, state)

        call.created(resource_id, state)
        receipts = session.run(
            call,
            lambda transport: conduct(
                book, case, transport, clock=session.clock, record=record, done_once=done, image=False
            ),
        )
    if bad := [receipt for receipt in receipts if not receipt.outcome.good]:
        raise ProviderError(_unfinished(case, bad, len(receipts)))
    return state


def _unfinished(case: Case, bad: Sequence[Receipt], number: int) -> str:
    lines = "".join(f"\n  {receipt}" for receipt in bad)
    return f"{_subject(case)}: {len(bad)} of {number} steps are not over. The next update tries again.{lines}"


def _subject(case: Case) -> str:
    return f"{case.client}/{case.directory}: {case.person}"


def _still_open(findings: Sequence[Finding], before: Mapping[str, Any], book: Runbook) -> dict[str, Any]:
    """What is not so. What nobody can tell now stays as it was; so does a step of once that was never done."""
    found: dict[str, Any] = {}
    for each in findings:
        if each.left:
            found[each.step] = ", ".join(each.left)
        elif each.trouble is not None and each.step in before:
            found[each.step] = before[each.step]
    once = [step.name for step in book.steps if step.once]
    return found | {name: before[name] for name in once if name in before}


def _case(session: Session, bag: Bag) -> Case:
    until = bag.get("retainedUntil")
    return Case(
        client=session.client,
        person=str(bag["person"]),
        directory=session.directory,
        account=str(bag["account"]),
        username=str(bag["username"]),
        cut=datetime.fromisoformat(str(bag["cut"])),
        now=session.now,
        handover=str(bag["handover"]) if bag.get("handover") else None,
        departure=bag.get("departure") is True,
        retained_until=datetime.fromisoformat(str(until)) if until else None,
    )


def _runbook(session: Session, bag: Bag, *, acting: bool = False) -> Runbook:
    meanwhile = bag.get("meanwhile") if acting else None
    names, settings = _map(bag.get("steps")), _map(bag.get("settings"))
    return Runbook(
        steps=tuple(step for step in KINDS[session.settings.kind] if step.name in names),
        settings={name: _map(own) for name, own in settings.items()},
        leave=frozenset(str(each) for each in meanwhile) if isinstance(meanwhile, list) else frozenset(),
    )


def _map(value: object) -> dict[str, Any]:
    return (
        {key: each for key, each in value.items() if not key.startswith("__")}
        if isinstance(value, dict)
        else {}
    )


DEPARTURE = ResourceType(
    token=TYPE,
    fields=(
        Field("person", required=True),
        Field("directory", required=True),
        Field("account", required=True, replace=True),
        Field("username", required=True),
        Field("cut", required=True),
        Field("departure", "bool"),
        Field("handover"),
        Field("retainedUntil"),
        Field("steps", "map", required=True),
        Field("settings", "map"),
        Field("meanwhile", "set"),
        Field("open", "map", input=False),
        Field("outcomes", "map", input=False),
    ),
    create=create,
    read=read,
    update=update,
    delete=delete,
    plan=plan,
    check=check,
    timeouts={"create": 20 * MINUTE, "read": 5 * MINUTE, "update": 20 * MINUTE},
)
