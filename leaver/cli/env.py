"""`leaver env`: what a shell needs for plain `pulumi` commands."""

from __future__ import annotations

import shlex

from leaver.cli.command import command
from leaver.cli.environment import engine_environment
from leaver.cli.local_state import make_state_folder
from leaver.cli.output import say
from leaver.cli.session import Session, with_session


@command(short_help="Settings that make plain `pulumi` work here.")
@with_session
def env(session: Session) -> None:
    """Print the settings that make plain `pulumi` work here.

    Puts the project's own programs first on PATH, names the passphrase's file and, while the sandbox runs,
    its certificate.

    \b
    Example:
      eval "$(.venv/bin/leaver env)"
      pulumi preview -s acme
    """
    make_state_folder(session)
    for name, value in engine_environment(session).items():
        say(f"export {name}={shlex.quote(value)}")
