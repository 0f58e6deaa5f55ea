"""`leaver check`: are the records sound?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leaver.cli.command import command
from leaver.cli.letter_faults import letter_problems
from leaver.cli.output import count, say, say_json
from leaver.cli.runbook_faults import runbook_problems
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, Problem, RecordsError, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.source import Estate
    from leaver.source.judged import Judged


@command(short_help="Are the records sound?")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--since", metavar="REF", help="Look at who wrote what is new since this commit.")
@click.option(
    "--from", "branch", metavar="REF", help="With --since: what is not committed is of this branch."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def check(session: Session, path: Path | None, since: str | None, branch: str | None, as_json: bool) -> int:
    """Check the records of all clients, or of the project, client or file at PATH.

    Prints every problem on a line of its own: file, line and column, subject, fault, remedy. Reads no
    directory, needs no network and no engine. Records that are sound are held against the policies
    (docs/policies.md): what breaks a mandatory one is a problem too, what breaks another is an advisory and
    does not fail the check. --since adds the policies about authors, by `git blame`.

    \b
    Examples:
      leaver check
      leaver check identities/acme
      leaver check --since origin/main
      leaver check --json | jq -r '.problems[].remedy'
    """
    from leaver.source import load

    if branch is not None and since is None:
        raise UsageError("check: --from says whose lines are new. Add --since REF, from where on they are.")
    root, below = _scope(session, path)
    estate: Estate | None = None
    found: list[Judged] = []
    try:
        loaded = load(root, cache=session.record_cache(root))
        found = _judge(session, loaded, below, since, branch)
    except RecordsError as error:
        problems = tuple(each for each in error.problems if _within(each, below) or _of_all(each))
    else:
        twice = [*_shared_credentials(loaded), *_shared_tenants(loaded)]
        shared = [each for each in twice if _within(each, below)]
        estate = loaded
        parts = below.split("/")
        chosen = [key for key in loaded.clients if len(parts) < 2 or parts[1] == key]
        others = [*runbook_problems(loaded, chosen), *letter_problems(root, chosen)]
        shared += [each for each in others if _within(each, below)]
        problems = tuple(sorted([*shared, *(each.problem for each in found if each.mandatory)]))
    advisories = [each for each in found if not each.mandatory]
    if as_json:
        say_json(as_json_of(estate, problems, found))
    else:
        for each in advisories:
            say(terminal(f"advisory: {each.problem}"))
        for problem in problems:
            say(terminal(str(problem)))
        say(_summary(estate, problems, below, len(advisories)))
    return EXIT_PROBLEMS if problems else EXIT_CLEAN


def _judge(
    session: Session, estate: Estate, below: str, since: str | None, branch: str | None
) -> list[Judged]:
    """What the records of the clients below the path break, of the policies."""
    from leaver.source.authors import judged_authors
    from leaver.source.judged import judged
    from leaver.source.own import judged_own

    parts = below.split("/")
    chosen = [key for key in estate.clients if len(parts) < 2 or parts[1] == key]
    found = [*judged(estate, chosen, session.now()), *judged_own(estate, chosen, session.now())]
    if since is not None:
        found = [*found, *judged_authors(estate, chosen, session.now(), since, branch)]
    return sorted((each for each in found if _within(each.problem, below)), key=lambda each: each.problem)


def _shared_credentials(estate: Estate) -> Iterator[Problem]:
    """Directories of different clients whose credentials would be read from the same variables (invariant 8)."""
    from leaver.model.variables import clashes, prefix

    real = {key: client for key, client in estate.clients.items() if not client.settings.sandbox}
    pairs = [(key, name) for key, client in real.items() for name in client.settings.directories]
    for clash in clashes(pairs):
        for key, name in clash:
            others = ", ".join(f"{other}/{its}" for other, its in clash if (other, its) != (key, name))
            yield Problem(
                estate.place(key, "client", "directories", name),
                f'directory "{name}"',
                f"its credentials would be those of {others}: both are read from {prefix(key, name)}*",
                "Give one of the directories another key.",
            )


def _shared_tenants(estate: Estate) -> Iterator[Problem]:
    """Directories that are the same tenant: each run would undo what the other did."""
    from leaver.model.tenants import shared

    for tenant, homes in shared(estate.clients.values()):
        for key, name in homes:
            others = ", ".join(f"{other}/{its}" for other, its in homes if (other, its) != (key, name))
            yield Problem(
                estate.place(key, "client", "directories", name),
                f'directory "{name}"',
                f"is {tenant}, and so is {others}",
                "Let one client look after it: correct the other, or remove it where it is a copy.",
            )


def _scope(session: Session, path: Path | None) -> tuple[Path, str]:
    """The project's folder, and the part of it to look at: a path in it with `/`, or nothing for all."""
    if path is None:
        return session.root, ""
    target = path.resolve()
    for folder in (target, *target.parents):
        if (folder / "identities").is_dir():
            below = target.relative_to(folder).as_posix()
            return folder, "" if below in (".", "identities") else below
    raise UsageError(f"{path}: neither it nor a folder above it has a folder identities. Name a project's.")


def _within(problem: Problem, below: str) -> bool:
    return not below or problem.place.file == below or problem.place.file.startswith(f"{below}/")


def _of_all(problem: Problem) -> bool:
    """Whether it stands outside of the records, and so concerns every part of them."""
    return not problem.place.file.startswith("identities")


def _summary(estate: Estate | None, problems: tuple[Problem, ...], below: str, advisories: int) -> str:
    also = f", {count(advisories, 'advisory', 'advisories')}" if advisories else ""
    if problems:
        files = len({problem.place.file for problem in problems})
        return f"{count(len(problems), 'problem')} in {count(files, 'file')}{also}"
    if estate is None or below:
        return f"{below}: no problems{also}"
    people = sum(len(client.people) for client in estate.clients.values())
    whose = f"{count(people, 'person', 'people')} of {count(len(estate.clients), 'client')}"
    return f"{whose}: no problems{also}"


def as_json_of(
    estate: Estate | None, problems: tuple[Problem, ...], found: Sequence[Judged]
) -> dict[str, Any]:
    """What `check --json` prints."""
    clients = {} if estate is None else {key: len(client.people) for key, client in estate.clients.items()}
    policies = {
        each.problem: {"policy": each.policy, "level": each.level.value, "controls": list(each.controls)}
        for each in found
    }
    return {
        "problems": [_shown(each) | policies.get(each, {}) for each in problems],
        "advisories": [_shown(each.problem) | policies[each.problem] for each in found if not each.mandatory],
        "clients": clients,
    }


def _shown(problem: Problem) -> dict[str, Any]:
    return asdict(problem.place) | {
        "subject": problem.subject,
        "fault": problem.fault,
        "remedy": problem.remedy,
    }
