"""A preview in people's words: whose access ends, who loses or gains which groups, in which directory, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

import click

from leaver.cli.output import count
from leaver.desired import Change, ChangeReport, Effect
from leaver.desired.change import SEPARATOR
from leaver.escape import terminal
from leaver.model import Client, local

_ENDS = {Effect.DISABLED, Effect.DELETED}
_BEGINS = {Effect.RESTORED, Effect.CREATED, Effect.ENABLED, Effect.ADOPTED}
_MARKS = {"ends": ("-", "red"), "begins": ("+", "green"), "changes": ("~", "yellow")}
_SENTENCES = {
    Effect.DISABLED: "account {what} is disabled",
    Effect.DELETED: "account {what} is deleted",
    Effect.RESTORED: "account {what} is restored from the deleted items",
    Effect.CREATED: "new account {what}",
    Effect.ENABLED: "account {what} is enabled again",
    Effect.RENAMED: "{what}: renamed, and the account is kept",
    Effect.ADOPTED: "account {what}, which existed, comes under Leaver's care",
}
_GROUP = "group "


def tell(report: ChangeReport, client: Client) -> list[str]:
    """The lines of one client's preview; nothing in them can harm a terminal."""
    told = _Telling(report, client)
    return [*told.head(), *told.people(), *told.groups(), *told.notices(), told.summary(), *told.next()]


class _Telling:
    def __init__(self, report: ChangeReport, client: Client) -> None:
        self._report = report
        self._client = client
        of_groups = [each for each in report.changes if each.subject.startswith(_GROUP)]
        self._groups = of_groups
        of_people = [each for each in report.changes if not each.subject.startswith(_GROUP)]
        # Directory by directory, and whoever loses most first: `changes` comes in the reviewer's order.
        self._people = {
            subject: list(changes)
            for subject, changes in groupby(
                sorted(of_people, key=lambda each: (each.subject, each.directory)),
                key=lambda each: (each.subject, each.directory),
            )
        }

    def head(self) -> Iterator[str]:
        report = self._report
        counted = ", ".join(
            [
                count(report.people, "person", "people"),
                count(report.accounts, "account"),
                count(report.groups, "group"),
            ]
        )
        at = local(datetime.fromisoformat(report.now), report.zone)
        yield click.style(f"{terminal(report.name)} ({report.client}), {at}: {counted}", bold=True)

    def people(self) -> Iterator[str]:
        for kind in ("ends", "begins", "changes"):
            chosen = {key: each for key, each in self._people.items() if _kind(each) == kind}
            if chosen:
                yield f"  access {kind}:"
            for (subject, directory), changes in chosen.items():
                mark, colour = _MARKS[kind]
                yield (
                    f"    {click.style(mark, fg=colour)} {self._name(subject)}, {directory}"
                    f"{''.join(f': {each}' for each in _first_line(changes))}"
                )
                yield from (f"        {line}" for line in _details(changes))

    def _name(self, subject: str) -> str:
        if subject in self._client.people:
            return terminal(self._client.display_name(subject))
        return terminal(subject)

    def groups(self) -> Iterator[str]:
        if self._groups:
            yield "  groups:"
        for each in self._groups:
            mark, colour = _MARKS[
                "begins" if each.effect in _BEGINS else "ends" if each.effect in _ENDS else "changes"
            ]
            verb = "new" if each.effect is Effect.CREATED else each.effect.value
            name = terminal(each.subject.removeprefix(_GROUP))
            said = terminal(each.what) if each.effect is Effect.CHANGED else f"{verb}, {terminal(each.what)}"
            yield f"    {click.style(mark, fg=colour)} {name}, {each.directory}: {said}"

    def notices(self) -> Iterator[str]:
        if self._report.notices:
            yield "  notices:"
        for notice in self._report.notices:
            yield f"    {click.style('!', fg='yellow')} {terminal(notice)}"

    def summary(self) -> str:
        kinds = [_kind(changes) for changes in self._people.values()]
        people = {
            kind: len({subject for (subject, _), changes in self._people.items() if _kind(changes) == kind})
            for kind in set(kinds)
        }
        parts = [
            count(people[kind], one, many)
            for kind, one, many in (
                ("ends", "person loses all access", "people lose all access"),
                ("begins", "person gains access", "people gain access"),
                ("changes", "person's access changes", "people's access changes"),
            )
            if kind in people
        ]
        if self._groups:
            parts.append(count(len(self._groups), "group"))
        return f"  {', '.join(parts)}" if parts else "  nothing to change"

    def next(self) -> Iterator[str]:
        if self._report.next_change:
            at = local(datetime.fromisoformat(self._report.next_change), self._report.zone)
            yield f"  next change by itself: {at}"


def _kind(changes: Iterable[Change]) -> str:
    effects = {each.effect for each in changes}
    return "ends" if effects & _ENDS else "begins" if effects & _BEGINS else "changes"


def _first_line(changes: list[Change]) -> Iterator[str]:
    said = [
        _SENTENCES[each.effect].format(what=terminal(each.what))
        for each in changes
        if each.effect in _SENTENCES
    ]
    if said:
        yield "; ".join(said)


def _details(changes: list[Change]) -> Iterator[str]:
    reasons = list(
        dict.fromkeys(terminal(each.why) for each in changes if each.why and each.effect in _SENTENCES)
    )
    yield from (f"because {reason}" if not _is_moment(reason) else reason for reason in reasons)
    for effect, of_licences, verb in (
        (Effect.REMOVED, False, "leaves"),
        (Effect.REMOVED, True, "loses"),
        (Effect.ADDED, False, "joins"),
        (Effect.ADDED, True, "gains"),
    ):
        chosen = [
            each
            for each in changes
            if each.effect is effect and each.what.startswith("licence ") is of_licences
        ]
        for why, some in groupby(sorted(chosen, key=lambda each: each.why), key=lambda each: each.why):
            reason = f" ({terminal(why)})" if why and terminal(why) not in reasons else ""
            yield f"{verb} {_listing(each.what for each in some)}{reason}"
    yield from (terminal(each.what) for each in changes if each.effect is Effect.CHANGED)
    for each in changes:
        if each.effect is Effect.STEPS:
            yield from _steps(each)


def _steps(change: Change) -> Iterator[str]:
    """One step beside its heading, more of them a line each: nobody approves a line of a thousand characters."""
    titles = [terminal(title) for title in change.what.split(SEPARATOR)]
    if len(titles) == 1:
        yield f"runbook: {titles[0]}"
        return
    yield f"runbook, {len(titles)} steps:"
    yield from (f"  {title}" for title in titles)


def _is_moment(reason: str) -> bool:
    return reason.startswith(("departed ", "starts ", "started ", "until "))


def _listing(whats: Iterable[str]) -> str:
    """`group A, group B, role C` as `groups A, B and role C`: one noun for each kind."""
    named = [terminal(each).partition(" ")[::2] for each in whats]
    parts = []
    for noun in dict.fromkeys(noun for noun, _ in named):
        names = sorted(name for each, name in named if each == noun)
        parts.append(f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}")
    return " and ".join(parts)
