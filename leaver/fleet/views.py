"""Two views of one change: what a comparison of records says, and what the engine would do; and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver.desired import Change, ChangeReport, Effect
from leaver.fleet.approval import Naming
from leaver.fleet.reports import PreviewReport
from leaver.model import Client
from leaver.plan import Access, ClientChange, EngineView, PersonChange

_AGREED = "it follows from an end that was approved when it was merged"
_UNCHANGED = "the record did not change: the directory differs from it"
_REASONS = {
    Effect.DISABLED: "the records had ended it before, and the directory shows it enabled",
    Effect.DELETED: "its record went with an earlier change",
    Effect.RESTORED: "the record said `reinstate` before",
    Effect.CREATED: "the records had it before, and the directory has none",
    Effect.ENABLED: "the record said `reinstate` before",
    Effect.ADOPTED: "the records had it before, and it does not come from Leaver",
}


def merged(change: ClientChange, client: Client, report: PreviewReport, now: datetime) -> EngineView:
    """What the engine's preview of a client adds to its plan, as it stands at `now`."""
    if report.changes is None:
        return EngineView(error=report.error, exit_code=report.exit_code)
    naming = Naming(change, client, now)
    return EngineView(
        changes=report.changes.changes,
        steps=tuple(
            f"{each.subject} in {each.directory}: {each.what}"
            for each in report.changes.changes
            if each.effect is Effect.STEPS
        ),
        beyond=tuple(_beyond(report.changes, client, naming)),
        short=tuple(line for each in change.people for line in _short(each, change, report.changes, naming)),
        notices=report.changes.notices,
        error=report.error,
        exit_code=report.exit_code,
    )


def _beyond(report: ChangeReport, client: Client, naming: Naming) -> Iterator[str]:
    """What the engine would do, and the comparison of records does not name."""
    for each in report.changes:
        why = naming.why(each)
        if why == "plan" or (why and each.effect is Effect.STEPS):
            continue
        reason = _AGREED if why else _reason(each, client)
        yield f"{each.subject} in {each.directory}: {each.effect} {each.what}: {reason}"


def _reason(change: Change, client: Client) -> str:
    if not change.subject.startswith("group ") and change.subject not in client.people:
        return "no record names this account"
    return _REASONS.get(change.effect, _UNCHANGED)


def _short(person: PersonChange, change: ClientChange, report: ChangeReport, naming: Naming) -> Iterator[str]:
    """What the comparison of records names for now, and the engine would not do."""
    subjects = {person.key, person.renamed_from}
    mine = [each for each in report.changes if each.subject in subjects]

    def does(directory: str, *effects: Effect, what: str = "") -> bool:
        return any(
            each.directory == directory and each.effect in effects and (not what or each.what == what)
            for each in mine
        )

    lost, gained = naming.now_of(person, gained=False), naming.now_of(person, gained=True)
    accounts_lost = {item.directory for item in lost if item.access is Access.ACCOUNT}
    accounts_gained = {item.directory for item in gained if item.access is Access.ACCOUNT}
    for directory in sorted(accounts_lost):
        if not does(directory, Effect.DISABLED, Effect.DELETED):
            yield (
                f"{person.key} in {directory}: the records end the access, and the engine has nothing to end: "
                "the directory shows no account, or one that is ended"
            )
    for directory in sorted(accounts_gained):
        if not does(directory, Effect.CREATED, Effect.RESTORED, Effect.ENABLED, Effect.ADOPTED):
            yield (
                f"{person.key} in {directory}: the records give access, and the engine gives none: the directory "
                "shows the account enabled, or ended without a `reinstate` in the record"
            )
    for items, effect, skipped, said in (
        (lost, Effect.REMOVED, accounts_lost, "take away, and the directory does not show"),
        (gained, Effect.ADDED, accounts_gained, "give, and the directory shows already"),
    ):
        for item in sorted(items):
            if item.access is Access.ACCOUNT or item.directory in skipped:
                continue
            name = change.group_names.get(item.name, item.name)
            what = f"{item.access.value} {name}"
            if not does(item.directory, effect, what=what):
                yield f"{person.key} in {item.directory}: the records {said}: {what}"
