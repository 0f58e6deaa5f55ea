"""`leaver reinstate`: the records for getting back what somebody had, as a branch to be reviewed.

Which record that is, the client says (`rehire` in client.yaml). Left out it is the old one, `restore`: the command is
the way back from a mistake as well, and what comes back then is exactly what the image shows and a review has seen.
One human keeps one account, as AC-2 of NIST SP 800-53 wants to be able to tell; IA-4 forbids to give an identifier
to another one, which neither policy does: a key that anybody ever had is refused as a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from leaver.cli.command import command
from leaver.cli.output import say, say_json
from leaver.cli.recording import marks, operator_of
from leaver.cli.session import Session, with_session
from leaver.cli.words import tell_evidence
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.cli.reinstate_proposal import Proposal


@command(short_help="Propose the records for getting back what somebody had.")
@click.argument("client")
@click.argument("person")
@click.option("--as", "new_key", metavar="KEY", help="A new record with this key, whatever `rehire` says.")
@click.option("--starts", metavar="TIME", help="From when a new record has access, in the client's zone.")
@click.option("--branch", metavar="NAME", help="The branch to make; else leaver/reinstate-CLIENT-PERSON.")
@click.option("--reason", metavar="TEXT", help="Why, for the commit.")
@click.option("--operator", metavar="NAME", help="Who proposes it; else git's user.name and user.email.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def reinstate(
    session: Session,
    client: str,
    person: str,
    new_key: str | None,
    starts: str | None,
    branch: str | None,
    reason: str | None,
    operator: str | None,
    as_json: bool,
) -> int:
    """Propose a record for PERSON, who left CLIENT: a git branch with one commit, to be reviewed.

    With `rehire: restore` in client.yaml (so it is when left out), the person's own record as it was before the
    departure: `reinstate: true`, and the groups, roles and licences of the image that was made before the first
    step. A record that is gone is taken from git's history. With `rehire: new`, or with --as, a new record with a new
    key, and the old accounts stay ended.

    No directory is touched, and no other branch: access comes by an apply, after the branch was merged. What no
    record can ask for (other direct licences, sign-in methods, consents) is listed, in the commit too.

    \b
    Examples:
      leaver reinstate acme dana.reyes
      leaver reinstate acme dana.reyes --reason 'released by mistake, HD-4720'
      leaver reinstate acme dana.reyes --as dana.reyes2 --starts '2026-12-01 09:00'
    """
    from leaver.cli.reinstate_proposal import proposal, word_given
    from leaver.source.repository import NotPushed, Repository

    if "@" in person:
        raise UsageError(f'"{person}" is a username. Name the person by the key of their record.')
    session.known([client])
    repository = Repository.around(session.root, session.environ)
    if repository is None:
        raise UsageError(f"{session.root}: is in no git repository, so there is no branch to make.")
    made = proposal(session, repository, client, person, new_key, starts)
    by, now, remote = operator_of(session, operator), session.now(), repository.remote()
    name = branch or made.branch
    commit, pushed = "", False
    try:
        commit, pushed = repository.branch(
            name, remote, made.word.file, made.word, made.message(str(by), reason), by
        )
    except NotPushed as fault:
        tell_evidence(
            word_given(session, made, name, fault.commit, by, reason, now, str(fault)), quiet=as_json
        )
        raise
    kept = word_given(session, made, name, commit, by, reason, now)
    if as_json:
        told = {"branch": name, "commit": commit, "pushed": pushed, "operator": str(by)}
        say_json({**made.to_json(), **told, "evidence": kept.to_json()})
    else:
        _tell(made, f"{remote.name}/{name}" if remote and pushed else name, commit)
    tell_evidence(kept, quiet=as_json)
    return EXIT_CLEAN if kept.ok else EXIT_PROBLEMS


def _tell(made: Proposal, where: str, commit: str) -> None:
    good, _, note = marks()
    say(f"  {good} branch    {terminal(where)}, commit {commit}: {terminal(made.word.file)}")
    if made.former is not None:
        say(
            f"  {note} record    {terminal(made.person)} had none: it is that of the commit {made.former.commit}"
        )
    if made.is_new:
        say(f"  {note} new key   {terminal(made.word.person)}; the accounts of {made.person} stay ended")
    if not made.had.images:
        say(
            f"  {note} image     the evidence has none of before the departure: the record keeps its own groups"
        )
    for line in made.first:
        say(f"  {note} first     {terminal(line)}")
    for line in made.had.beyond:
        say(f"  {note} by hand   {terminal(line)}")
    gives = "gives the access" if made.is_new else "gives the access back"
    say(f"Open a pull request of it. Once it is merged, an apply {gives}; nothing was changed yet.")
