"""Writing a word into a record: on the disk, in a commit, at the remote; each as far as it goes, and told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from leaver.cli.session import Session
from leaver.errors import LeaverError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.source.operator import Operator
    from leaver.source.repository import Repository
    from leaver.source.word import Word


@dataclass
class Recorded:
    """What became of one word. `file` is relative to the project; `commit` and `pushed` are IDs of commits.

    `states` has what was done and what was so already, `faults` what was not, each with the command to run.
    """

    client: str
    person: str
    file: str
    commit: str | None = None
    pushed: str | None = None
    remote: str | None = None
    states: list[tuple[str, str]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "person": self.person,
            "file": self.file,
            "commit": self.commit,
            "pushed": self.pushed,
            "remote": self.remote,
            "states": [text for _, text in self.states],
            "faults": [text for _, text in self.faults],
        }


def operator_of(session: Session, stated: str | None) -> Operator:
    """Who gives the word: --operator, else who git says works here, else the user of this machine."""
    from leaver.source.operator import Operator
    from leaver.source.repository import Repository

    if stated and stated.strip():
        return Operator.parse(_line(stated))
    try:
        repository = Repository.around(session.root, session.environ)
        known = repository.operator() if repository else None
    except LeaverError:
        known = None
    user = session.environ.get("USER") or session.environ.get("LOGNAME") or "unknown operator"
    return known or Operator.parse(_line(user))


def _line(text: str) -> str:
    """A text that a record takes: one line, printable."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:200]


def record(session: Session, word: Word, message: str, operator: Operator, what: str) -> Recorded:
    """Write `word`, commit it and push it. `what` says what it comes to, such as "released 2026-…".

    Never raises for what a file or git does: the cut has happened, and everything else must still be tried.
    """
    from leaver.source.repository import Repository
    from leaver.source.rewrite import one_at_a_time, rewrite

    done = Recorded(word.client.key, word.person, word.file)
    try:
        wrote = rewrite(session.root, word.file, word, home=session.home)
    except Exception as fault:
        why = _text(fault).rstrip(".")
        done.faults.append(("record", f"{word.file}: not written: {why}. Write it by hand: {what}."))
        return done
    done.states.append(("record", f"{word.file}: {what}" if wrote else f"{word.file}: says so already"))
    try:
        repository = Repository.around(session.root, session.environ)
        if repository is None:
            done.states.append(("commit", "no git repository here: the file alone has it"))
            return done
        with one_at_a_time(session.home):
            done.commit = repository.commit(word.file, word, message, operator)
    except Exception as fault:
        done.faults.append(("commit", f"not committed: {_text(fault)}"))
        return done
    done.states.append(("commit", done.commit or "committed before"))
    _push(done, repository, word, message, operator)
    return done


def _text(fault: Exception) -> str:
    # Not an unexpected error's own text: who raised it may have put a credential there.
    return str(fault) if isinstance(fault, LeaverError) else f"unexpected {type(fault).__name__}."


def _push(done: Recorded, repository: Repository, word: Word, message: str, operator: Operator) -> None:
    try:
        remote = repository.remote()
        if remote is None:
            if why := repository.unpublished():
                done.faults.append(("push", f"not pushed, the commit is kept here: {why}"))
            else:
                done.states.append(("push", "no remote to push to"))
            return
        done.remote = str(remote)
        done.pushed = repository.push(remote, word.file, word, message, operator)
    except Exception as fault:
        done.faults.append(("push", f"not pushed, the commit is kept here: {_text(fault)}"))
        return
    if done.pushed in (None, done.commit):
        done.states.append(("push", f"{remote} has it"))
        return
    said = f"{remote} has it as {done.pushed}, without your other commits. Later: git pull --rebase"
    done.states.append(("push", said))


def marks() -> tuple[str, str, str]:
    """What stands before a line that went well, one that did not, and one to read: signs on a terminal."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "✓✗".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        fancy = False
    else:
        fancy = sys.stdout.isatty()
    if not fancy:
        return "ok    ", "FAILED", "note  "
    return click.style("✓", fg="green"), click.style("✗", fg="red"), click.style("!", fg="yellow")


def tell_records(records: Sequence[Recorded]) -> list[str]:
    """The lines of `records`, one for each thing that was done or was not."""
    good, bad, _ = marks()
    return [
        f"  {mark} {step:<6}  {terminal(text)}"
        for each in records
        for mark, lines in ((good, each.states), (bad, each.faults))
        for step, text in lines
    ]
