"""`leaver release`: the phone call. Access ends within seconds, and then the record says so."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from leaver.cli.command import command
from leaver.cli.output import complain, count, say, say_json
from leaver.cli.recording import Recorded, marks, operator_of, record, tell_records
from leaver.cli.session import Session, with_session
from leaver.cli.words import both, keep_cuts, keep_words, tell_evidence
from leaver.errors import EXIT_CLEAN, EXIT_DIRECTORY, EXIT_PROBLEMS, LeaverError, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.actions import Directory, DirectoryCut, ReleaseReport, Target, Trouble
    from leaver.evidence.keep import Kept
    from leaver.model import Client
    from leaver.source.repository import Operator
    from leaver.source.single import Single


@dataclass
class _Job:
    """One release, from the word to the commit."""

    session: Session
    first: Single
    stated_operator: str | None
    reason: str | None
    now: datetime
    elsewhere: tuple[list[Single], list[str]] | None = None

    @cached_property
    def operator(self) -> Operator:
        """Who gives the word; git is asked only when the cut is done."""
        return operator_of(self.session, self.stated_operator)

    def search(self) -> tuple[list[Single], list[str]]:
        """The same person at other clients, and which clients could not be searched; searched once."""
        if self.elsewhere is None:
            from leaver.source.single import same_username

            self.elsewhere = same_username(
                self.session.root,
                self.first.usernames,
                besides=self.first.client.key,
                cache=self.session.record_cache(self.session.root),
            )
        return self.elsewhere

    def others(self) -> list[Target]:
        from leaver.actions import Target

        return [Target(each.client, each.person) for each in self.search()[0]]

    @property
    def unsearched(self) -> list[str]:
        return self.elsewhere[1] if self.elsewhere else []

    async def run(
        self, tell: Callable[[Trouble], None], on_cut: Callable[[ReleaseReport], None]
    ) -> tuple[ReleaseReport, list[Recorded], Kept]:
        """Cut; as soon as every directory was tried once, write the records, while a failing one is tried again.

        `on_cut` is called before the records are waited for: a push may take a minute. The evidence of the cut is
        written after it, and before the push has ended.
        """
        from leaver.actions import Target, release

        tried = asyncio.Event()
        cutting = asyncio.create_task(
            release(
                Target(self.first.client, self.first.person),
                self.others,
                self.open,
                clock=self.session.now,
                tell=tell,
                tried=tried.set,
            )
        )
        waiting = asyncio.create_task(tried.wait())
        await asyncio.wait({cutting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        recording = asyncio.create_task(asyncio.to_thread(self.record))
        waiting.cancel()
        report = await cutting
        on_cut(report)
        cuts = await asyncio.to_thread(self.keep, report)
        records = await recording
        return report, records, both(cuts, await asyncio.to_thread(self.keep_word, report, records))

    def keep(self, report: ReleaseReport) -> Kept:
        """Write the evidence of the cut."""
        people = [self.first, *(self.elsewhere[0] if self.elsewhere else [])]
        clients = [each.client for each in people]
        return keep_cuts(self.session, report, clients, str(self.operator), self.now)

    def keep_word(self, report: ReleaseReport, records: Sequence[Recorded]) -> Kept:
        """Write the evidence of the word, and of what became of it in the records."""
        known = {(each.client, each.person): each for each in records}
        people = [(each.client, each.person) for each in report.cuts]
        given = [(*each, known.get(each)) for each in people]
        return keep_words(self.session, "release", given, str(self.operator), self.reason, self.now)

    def open(self, client: Client, name: str) -> Directory:
        from leaver.actions import connect, credentials, cut_policy

        settings, sandbox = client.settings.directories[name], client.settings.sandbox
        held = credentials(
            client.key,
            name,
            settings,
            sandbox=sandbox,
            environ=self.session.environ,
            home=self.session.home,
        )
        return connect(client.key, name, settings, sandbox=sandbox, credentials=held, policy=cut_policy())

    def record(self) -> list[Recorded]:
        """Write, commit and push the release of everybody who has a record."""
        from leaver.model.protected import is_protected

        people = [self.first, *(self.elsewhere[0] if self.elsewhere else [])]
        return [
            self._record(each)
            for each in people
            if each.place is not None and not is_protected(each.client, each.person, each.usernames)
        ]

    def _record(self, single: Single) -> Recorded:
        from leaver.source.edit import EditRefused
        from leaver.source.word import Release, stamp

        assert single.place is not None  # noqa: S101 - its caller looked
        word = Release(
            single.client, single.person, single.place.file, self.now, str(self.operator), self.reason
        )
        try:
            text = (self.session.root / single.place.file).read_text(encoding="utf-8-sig")
            word = word.again(text)
        except (OSError, ValueError, EditRefused):
            # Whatever it is, writing meets it again, and tells.
            pass
        message = f"Release {single.person} at {single.client.key}\n\nReleased by: {word.by}\n"
        if word.reason:
            message += f"Reason: {word.reason}\n"
        what = f"released: {stamp(word.now, single.client.zone)}, released by: {word.by}"
        return record(self.session, word, message, self.operator, what)


@command(short_help="End somebody's access now: the phone call.")
@click.argument("client")
@click.argument("person")
@click.option("--reason", metavar="TEXT", help="Why, for the record and the commit.")
@click.option("--operator", metavar="NAME", help="Who gives the word; else git's user.name and user.email.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def release(
    session: Session,
    client: str,
    person: str,
    reason: str | None,
    operator: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Cut PERSON's access at CLIENT now, in every directory, and at every client that knows the same username.

    Goes straight to the directories, all at the same time: disables, revokes sessions and tokens, reads both
    back. It waits for no update, lock, limit or hold, and works while Pulumi or the scheduler is down. Only a
    break-glass account (`protected.accounts` in client.yaml) is refused. Doing it again does no harm. A directory
    that fails is tried again for a minute; the others are done by then.

    Then the record gets `released:`, which is committed and pushed alone. PERSON is the record's key, or the
    username of an account that no record has.

    Ends with 0 when all access is read back as ended, with 3 when a directory failed, with 1 when something
    else is left to do.

    \b
    Examples:
      leaver release acme dana.reyes
      leaver release acme dana.reyes --yes --reason 'call from HR, 16:40'
      leaver release acme old.account@acme.example --yes
      leaver release acme dana.reyes --yes --json | jq '.clients[].directories[] | {directory, result, at}'
    """
    if not yes and (as_json or not _is_terminal()):
        raise UsageError("release: there is nobody to ask. Add --yes.")
    from leaver.source.single import load_single

    first = load_single(session.root, client, person, cache=session.record_cache(session.root))
    _refuse_protected(first)
    job = _Job(session, first, operator, reason, session.now())
    if not yes and not _agreed(job):
        return EXIT_PROBLEMS
    tell_cut = _say_nothing if as_json else partial(_tell_cut, job)
    report, records, kept = asyncio.run(job.run(_tell_trouble, tell_cut))
    if as_json:
        say_json({**_as_json(job, report, records), "evidence": kept.to_json()})
    else:
        _tell_rest(job, report, records)
    tell_evidence(kept, quiet=as_json)
    return max(_code(job, report, records), EXIT_CLEAN if kept.ok else EXIT_PROBLEMS)


def _refuse_protected(first: Single) -> None:
    """Nothing is cut, at any client, of a break-glass account of the client that was named."""
    from leaver.actions import by_hand
    from leaver.model.protected import is_protected

    client = first.client
    if not is_protected(client, first.person, first.usernames):
        return
    ways = [
        f"  {client.key}/{name}: {by_hand(settings, username)}"
        for name, settings in client.settings.directories.items()
        if (username := client.username(first.person, name)) is not None
    ]
    raise LeaverError(
        f'identities/{client.key}/client.yaml: protected account "{first.person}": a release would cut a break-glass '
        "account, and Leaver never does. Take it out of `protected.accounts`, merge that, and release it again; "
        "in wrong hands, now, by hand:\n" + "\n".join(ways)
    )


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _agreed(job: _Job) -> bool:
    client, key = job.first.client, job.first.person
    places = [f"{client.key}/{name}" for name in client.accounts(key)]
    for each in job.search()[0]:
        places += [f"{each.client.key}/{name}" for name in each.client.accounts(each.person)]
    usernames = ", ".join(sorted(job.first.usernames))
    question = f"End all access of {client.display_name(key)} ({usernames}) now, in {', '.join(places)}?"
    if click.confirm(terminal(question), err=True):
        return True
    complain("release: nothing was changed")
    return False


def _tell_trouble(trouble: Trouble) -> None:
    cut = trouble.cut
    complain(f"{cut.place}: not yet: {cut.why}")
    if trouble.again_in is None:
        complain(f"{cut.place}: given up after {count(cut.tries, 'try', 'tries')}.")
    else:
        complain(f"{cut.place}: trying again in {trouble.again_in:.0f} s. The other directories do not wait.")
    if cut.by_hand and cut.tries == 1:
        complain(f"{cut.place}: by hand meanwhile: {cut.by_hand}")


def _say_nothing(_: ReleaseReport) -> None:
    pass


def _tell_cut(job: _Job, report: ReleaseReport) -> None:
    client = job.first.client
    good, bad, note = marks()
    say(terminal(f"{client.display_name(job.first.person)} at {client.settings.name}"))
    for each in (cut for found in report.cuts for cut in found.cuts):
        mark = good if each.verified else note if each.result == "absent" else bad
        say(f"  {mark} {terminal(f'{each.place}  {each.username}: {_said(each, client.zone)}')}")
        for line in (*each.notes, *((f"By hand: {each.by_hand}",) if each.by_hand else ())):
            say(f"      {terminal(line)}")
    for fault in _unsearched(job, report):
        say(f"  {note} {terminal(fault)}")
    say(terminal(_summary(report)))


def _tell_rest(job: _Job, report: ReleaseReport, records: Sequence[Recorded]) -> None:
    for line in tell_records(records):
        say(line)
    if job.first.place is None:
        say("No record has this account: nothing was written.")
    elif records:
        keys = " ".join(dict.fromkeys(each.client for each in report.cuts))
        say(f"Left to do, by the scheduler or by you: leaver apply {keys} (groups, roles, licences).")


def _said(cut: DirectoryCut, zone: str) -> str:
    if cut.result == "cut" and cut.at is not None:
        at = cut.at.astimezone(ZoneInfo(zone))
        theirs = f", {cut.directory_at:%H:%M:%S} UTC by its clock" if cut.directory_at else ""
        before = f"; was {cut.was}" if cut.was and cut.was not in ("enabled", "ACTIVE") else ""
        left = f"; not done: {cut.why}" if cut.why else ""
        return f"access ended {at:%H:%M:%S %Z}{theirs}, after {cut.seconds:.1f} s{before}{left}"
    if cut.result == "absent":
        return f"{cut.why}"
    return f"{'NOT VERIFIED' if cut.result == 'unverified' else 'NOT CUT'}: {cut.why}"


def _summary(report: ReleaseReport) -> str:
    cuts = [cut for found in report.cuts for cut in found.cuts]
    done = [cut for cut in cuts if cut.result == "cut"]
    if len(done) == len(cuts):
        return f"Access ended in {count(len(done), 'directory', 'directories')}, read back."
    left = ", ".join(f"{cut.place} ({cut.result})" for cut in cuts if cut.result != "cut")
    return f"Access ended in {len(done)} of {count(len(cuts), 'directory', 'directories')}. Look at: {left}."


def _unsearched(job: _Job, report: ReleaseReport) -> list[str]:
    found = [f"{fault}. Release them there by their username" for fault in job.unsearched]
    return found + ([f"other clients were not searched: {report.unsearched}"] if report.unsearched else [])


def _as_json(job: _Job, report: ReleaseReport, records: Sequence[Recorded]) -> dict[str, object]:
    return {
        "client": job.first.client.key,
        "person": job.first.person,
        "operator": str(job.operator),
        "reason": job.reason,
        "verified": report.verified and not job.unsearched,
        "clients": [each.to_json() for each in report.cuts],
        "unsearched": _unsearched(job, report),
        "records": [each.to_json() for each in records],
    }


def _code(job: _Job, report: ReleaseReport, records: Sequence[Recorded]) -> int:
    if report.failed:
        return EXIT_DIRECTORY
    left = not report.verified or job.unsearched or any(each.faults for each in records)
    return EXIT_PROBLEMS if left else EXIT_CLEAN
