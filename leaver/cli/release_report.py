"""How a release is told: as it goes, when it is over, as JSON, and by the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from leaver.cli.output import complain, count, say
from leaver.cli.recording import Recorded, marks, tell_records
from leaver.cli.release_job import ReleaseJob
from leaver.errors import EXIT_CLEAN, EXIT_DIRECTORY, EXIT_PROBLEMS
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.actions import DirectoryCut, ReleaseReport, Trouble


def tell_trouble(trouble: Trouble) -> None:
    """Say that a directory is not cut yet, and what to do meanwhile."""
    cut = trouble.cut
    complain(f"{cut.place}: not yet: {cut.why}")
    if trouble.again_in is None:
        complain(f"{cut.place}: given up after {count(cut.tries, 'try', 'tries')}.")
    else:
        complain(f"{cut.place}: trying again in {trouble.again_in:.0f} s. The other directories do not wait.")
    if cut.by_hand and cut.tries == 1:
        complain(f"{cut.place}: by hand meanwhile: {cut.by_hand}")


def tell_cut(job: ReleaseJob, report: ReleaseReport) -> None:
    """Say what the cut came to, directory by directory."""
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


def tell_rest(job: ReleaseJob, report: ReleaseReport, records: Sequence[Recorded]) -> None:
    """Say what became of the records, and what is left to do."""
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


def _unsearched(job: ReleaseJob, report: ReleaseReport) -> list[str]:
    found = [f"{fault}. Release them there by their username" for fault in job.unsearched]
    return found + ([f"other clients were not searched: {report.unsearched}"] if report.unsearched else [])


def to_json(job: ReleaseJob, report: ReleaseReport, records: Sequence[Recorded]) -> dict[str, object]:
    """What `--json` prints, without the evidence."""
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


def exit_code(job: ReleaseJob, report: ReleaseReport, records: Sequence[Recorded]) -> int:
    """3 when a directory failed, 1 when something else is left to do."""
    if report.failed:
        return EXIT_DIRECTORY
    left = not report.verified or job.unsearched or any(each.faults for each in records)
    return EXIT_PROBLEMS if left else EXIT_CLEAN
