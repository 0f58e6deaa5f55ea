"""What runs over clients came back with, printed for people, and the exit codes that it means."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from leaver.cli.output import complain, count, say
from leaver.errors import EXIT_CLEAN, EXIT_DIRECTORY, EXIT_PROBLEMS
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.evidence.keep import Kept
    from leaver.fleet import ApplyReport, PreviewReport, VerifyReport
    from leaver.limits import Judgement
    from leaver.source import Estate
    from leaver.source.judged import Judged


def tell_previews(reports: Sequence[PreviewReport], estate: Estate) -> None:
    """Print what the clients' previews hold, and then what stopped others."""
    from leaver.cli.changes import tell

    for report in reports:
        if report.changes is not None:
            for line in tell(report.changes, estate.clients[report.client]):
                say(line)
            for line in _limits(report.limits):
                say(terminal(f"  {line}"))
            for broken in report.changes.policies:
                say(terminal(f"  {'policy' if broken.mandatory else 'advisory'}: {broken.text}"))
    for report in reports:
        if report.error:
            _complain_of(report.client, report.error)


def _limits(judgement: Judgement | None) -> list[str]:
    """How much of the limits is used, and which override is: what a reviewer weighs before saying yes."""
    if judgement is None:
        return []
    found = [
        f"limits: {use.used} of {use.of} {use.what} go{' within 24 hours' if use.window == 'day' else ''}; "
        f"{use.allowed} may"
        for use in judgement.uses
        if use.scope == judgement.client and use.used and judgement.counted
    ]
    if judgement.override is not None:
        number = count(len(judgement.overridden), "loss", "losses")
        found.append(f"override: {number} allowed once: {judgement.override.reason}")
    return found


def _complain_of(client: str, error: str) -> None:
    first, *others = error.splitlines() or [""]
    # Most faults begin with their place, which begins with the client.
    placed = first.startswith((f"{client}:", f"{client}/", "identities/", "all clients:"))
    complain(first if placed else f"{client}: {first}")

    for line in others:
        complain(f"  {line}")


def tell_apply(report: ApplyReport, estate: Estate, told: Collection[str] = ()) -> None:
    """Print the outcome of one client, and what was read back; faults that were `told` before are not repeated."""
    colour = {"verified": "green", "partial": "yellow"}.get(report.outcome, "red")
    done = [f"{number} {operation}" for operation, number in report.steps.items() if operation != "same"]
    said = f"{report.client}: {click.style(report.outcome, fg=colour)}"
    if report.outcome in ("verified", "partial"):
        said += f": {'resources: ' + ', '.join(done) if done else 'nothing to change'}"
    say(said)
    if report.error and report.error not in told:
        _complain_of(report.client, report.error)
    if report.verification is not None:
        tell_verify(report.verification, estate)
    tell_kept(report.evidence)


def tell_kept(kept: Kept) -> None:
    """Print the hashes to note elsewhere, and shout about evidence that could not be written."""
    for client, head in kept.heads.items():
        say(f"{client}: evidence head {head}")
    for fault in kept.faults:
        complain(f"EVIDENCE NOT WRITTEN: {fault}")
    for note in kept.notes:
        complain(note)


def apply_code(report: ApplyReport) -> int:
    """The exit code that one client's outcome means."""
    if report.ok:
        return EXIT_CLEAN if report.evidence.ok else EXIT_PROBLEMS
    if report.outcome == "partial" and report.verification is not None:
        return max(EXIT_PROBLEMS, verify_code(report.verification))
    return report.exit_code or EXIT_DIRECTORY


def tell_policies(broken: Sequence[Judged]) -> None:
    """Print what breaks policies, the advisories marked as such."""
    for each in broken:
        say(terminal(f"{'policy' if each.mandatory else 'advisory'}: {each.problem}"))


def tell_verify(report: VerifyReport, estate: Estate) -> None:
    """Print every difference of one client."""
    if report.error:
        _complain_of(report.client, report.error)
        return
    for broken in report.policies:
        say(terminal(f"{report.client}: {'' if broken.mandatory else 'advisory: '}{broken.text}"))
    read = f"{count(report.accounts, 'account')} and {count(report.groups, 'group')} read back"
    if report.ok:
        say(f"{report.client}: {read}: as the records want them")
        return
    client = estate.clients[report.client]
    for each in report.differences:
        known = each.subject in client.people
        subject = client.display_name(each.subject) if known else each.subject
        say(
            terminal(
                f"{report.client}: {subject} in {each.directory}: {each.what}: "
                f"wanted {each.wanted}, found {each.found}"
            )
        )
    say(f"{report.client}: {read}: {count(len(report.differences), 'difference')}")


def verify_code(report: VerifyReport) -> int:
    """The exit code that what one client's directories show means."""
    if report.error:
        return EXIT_DIRECTORY
    sound = report.ok and report.evidence.ok and not any(broken.mandatory for broken in report.policies)
    return EXIT_CLEAN if sound else EXIT_PROBLEMS
