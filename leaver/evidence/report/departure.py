"""From a client's chain and the facts about one person to the report of their departure. Pure.

Of one thing the chain may tell several times: a step that failed and was done later, a cut that was made again. The
last word counts for how it stands, the first cut that was read back for when access ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from leaver.evidence.chain import Stored
from leaver.evidence.entry import Kind, Outcome
from leaver.evidence.report.ending import ended_by_steps, read_of
from leaver.evidence.report.episode import RELEASE, Episode, last_episode
from leaver.evidence.report.facts import Facts, Hand
from leaver.evidence.report.judge import judge
from leaver.evidence.report.seen import had
from leaver.evidence.report.timeline import points
from leaver.evidence.report.values import Check, Cut, DepartureReport, StepLine, TaskLine
from leaver.evidence.verify import Findings

_OF_OTHERS = (Kind.TASK, Kind.LETTER, Kind.RETURN)
"""Kinds of entries that say who asked for something else than the departure."""


def departure_report(
    stored: Iterable[Stored], facts: Facts, findings: Findings, made: datetime, how_to_verify: str = ""
) -> DepartureReport:
    """The report at the moment `made`. `stored` is the client's chain, oldest first."""
    episode = last_episode(stored, facts)
    due = due_of(episode, facts)
    cuts = tuple(_cuts(episode, facts, due, made))
    steps = tuple(_steps(episode, facts))
    tasks = tuple(_tasks(episode, facts, departed=facts.recorded or due is not None))
    checks = tuple(_checks(episode))
    done = [each.at for each in cuts if each.good and not each.absent and each.at is not None]
    ended = max(done) if done and all(each.good for each in cuts) else None
    words = [each.entry.step for each in episode.of(Kind.WORD)]
    released = facts.released is not None or RELEASE in words
    verdict, reasons = judge(
        facts=facts,
        findings=findings,
        made=made,
        due=due,
        cuts=cuts,
        steps=steps,
        tasks=tasks,
        checks=checks,
        whole=[each.entry for each in episode.of(Kind.DEPARTURE)],
        reinstated=episode.reinstated,
    )
    entries = [each.entry for each in episode.entries]
    return DepartureReport(
        facts=facts,
        made=made,
        findings=findings,
        how_to_verify=how_to_verify,
        verdict=verdict,
        reasons=reasons,
        due=due,
        ended=ended,
        released=released,
        exposure=max((each.exposure for each in cuts), default=timedelta()),
        cuts=cuts,
        steps=steps,
        tasks=tasks,
        had=tuple(had(episode.of(Kind.BEFORE), facts)),
        checks=checks,
        points=points(episode.entries, facts, due, cuts, steps, tasks, checks, released=released),
        asked_by=_different(each.asked_by for each in entries if each.kind not in _OF_OTHERS),
        approved_by=_different(name for each in entries for name in each.approved_by),
        commits=_different(each.commit for each in entries),
        plans=_different(each.plan for each in entries),
        entries=len(entries),
        earlier=episode.earlier,
        reinstated=episode.reinstated,
    )


def due_of(episode: Episode, facts: Facts) -> datetime | None:
    """From when there was to be no access: by what was cut, else by the record, else by what else is told."""
    cuts = [each.entry for each in episode.of(Kind.CUT) if each.entry.agreed is not None]
    good = [entry for entry in cuts if entry.outcome is not None and entry.outcome.good]
    if cuts:
        return good[0].agreed if good else cuts[-1].agreed
    if facts.due is not None and episode.reinstated is None:
        return facts.due
    words = [each.entry.at for each in episode.of(Kind.WORD) if each.entry.step == RELEASE]
    agreed = [each.entry.agreed for each in episode.entries if each.entry.agreed is not None]
    return words[-1] if words else agreed[-1] if agreed else None


def _cuts(episode: Episode, facts: Facts, due: datetime | None, made: datetime) -> Iterable[Cut]:
    told: dict[str, list[Stored]] = {name: [] for name in facts.usernames}
    for each in episode.of(Kind.CUT):
        told.setdefault(each.entry.directory or "", []).append(each)
    for each in episode.of(Kind.BEFORE, Kind.STEP):
        # A directory that the record no longer names, or a record that is gone, still had an account.
        told.setdefault(each.entry.directory or "", [])
    for name, found in told.items():
        username = facts.usernames.get(name) or _username(episode, name)
        good = [each for each in found if each.entry.outcome is not None and each.entry.outcome.good]
        last = found[-1] if found else None
        if last is not None and last.entry.outcome is Outcome.SKIPPED:
            yield Cut(**read_of(last), username=username)
            continue
        at = good[0].entry.at if good else last.entry.at if last is not None else None
        end = good[0].entry.at if good else made
        exposure = max(end - due, timedelta()) if due is not None else timedelta()
        lateness = at - due if at is not None and due is not None and good else None
        if last is None:
            yield ended_by_steps(episode.entries, name, username, due, made) or _found_ended(
                episode, name, username, due, exposure
            )
            continue
        # The first good one is when access ended; if it came undone, the last one says so.
        shown = good[0] if last in good else last
        yield Cut(
            **read_of(shown) | {"outcome": last.entry.outcome, "at": at},
            username=username,
            lateness=lateness,
            exposure=exposure,
        )


def _found_ended(
    episode: Episode, name: str, username: str, due: datetime | None, exposure: timedelta
) -> Cut:
    """Of a directory without a cut: an apply may have ended the access, and a later check have found it ended."""
    for each in episode.of(Kind.VERIFICATION):
        entry = each.entry
        is_whole = entry.step is None and entry.directory in (None, name)
        good = entry.outcome is not None and entry.outcome.good
        if is_whole and good and (due is None or entry.at >= due):
            why = entry.why or "found ended by a check; the evidence tells of no cut"
            late = entry.at - due if due is not None else None
            return Cut(
                **read_of(each) | {"directory": name, "outcome": Outcome.ALREADY, "why": why},
                username=username,
                lateness=late,
                exposure=late or timedelta(),
                at_the_latest=True,
            )
    return Cut(directory=name, username=username, exposure=exposure, seen={})


def _username(episode: Episode, directory: str) -> str:
    for each in reversed(episode.entries):
        if each.entry.directory == directory and isinstance(name := each.entry.seen.get("username"), str):
            return name
    return ""


def _steps(episode: Episode, facts: Facts) -> Iterable[StepLine]:
    told: dict[tuple[str, str], list[Stored]] = {}
    for each in episode.of(Kind.STEP, Kind.VERIFICATION):
        entry = each.entry
        if entry.step is not None and (
            entry.kind is Kind.STEP or (entry.directory or "", entry.step) in told
        ):
            told.setdefault((entry.directory or "", entry.step), []).append(each)
    for (_, step), found in told.items():
        acted = [each for each in found if each.entry.kind is Kind.STEP]
        last = found[-1]
        # What was done is more telling than that a later look found it still so.
        good = last.entry.outcome is not None and last.entry.outcome.good
        shown = (_telling(acted) if good else last) if acted else last
        yield StepLine(
            **read_of(shown) | {"outcome": shown.entry.outcome if good else last.entry.outcome},
            step=step,
            title=facts.title(step),
            tries=len(acted),
            once=step in facts.once,
            checked=last.entry.kind is Kind.VERIFICATION,
        )


def _telling(acted: Sequence[Stored]) -> Stored:
    """The last entry that tells of something done; later ones only found it done already."""
    changed = [e for e in acted if e.entry.outcome is not None and e.entry.outcome.value == "done"]
    return changed[-1] if changed and acted[-1].entry.outcome == "already" else acted[-1]


def _tasks(episode: Episode, facts: Facts, *, departed: bool) -> Iterable[TaskLine]:
    """`departed`: there was a departure; a record that was simply deleted had no tasks."""
    ticked = {each.entry.step or "": each for each in episode.of(Kind.TASK)}
    for hand in facts.by_hand if departed else ():
        yield _task(hand, ticked.pop(hand.key, None))
    for key, each in ticked.items():
        title = each.entry.seen.get("title")
        yield _task(Hand(key=key, title=title if isinstance(title, str) else facts.title(key)), each)


def _task(hand: Hand, stored: Stored | None) -> TaskLine:
    line = TaskLine(key=hand.key, title=hand.title, owner=hand.owner, due=hand.due)
    if stored is not None:
        entry = stored.entry
        good = entry.outcome is not None and entry.outcome.good
        return replace(
            line,
            done=entry.at if good else None,
            by=entry.asked_by,
            why=entry.why,
            number=stored.number,
            outcome=entry.outcome,
        )
    if hand.done is not None:
        why = hand.note or "ticked in the record; the evidence has no entry of it"
        return replace(line, done=hand.done.at, by=hand.done.by, why=why, outcome=Outcome.DONE)
    return line


def _checks(episode: Episode) -> Iterable[Check]:
    """Every look; of one at all people what it says of this one."""
    found = episode.of(Kind.VERIFICATION)
    own = {each.entry.at for each in found if each.entry.person is not None}
    for each in found:
        if each.entry.person is None:
            if each.entry.at in own:
                continue
            # It failed for others, or it could not look: only then it gives a reason of its own.
            outcome = Outcome.DONE if not each.entry.why else Outcome.UNVERIFIED
            yield Check(**read_of(each) | {"outcome": outcome})
        else:
            yield Check(**read_of(each), step=each.entry.step or "")


def _different(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
