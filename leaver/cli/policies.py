"""`leaver policies` and `leaver codeowners`: what the rules are, and who approves what."""

from __future__ import annotations

from pathlib import Path

import click

from leaver.cli.command import command
from leaver.cli.output import complain, say, say_json, write_file
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS


@command(short_help="The policies: what they require, and what to do.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--write",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write Markdown.",
)
@with_session
def policies(_session: Session, as_json: bool, target: Path | None) -> None:
    """List the policies that `leaver check` and the policy pack hold records and resources against.

    A client sets the level of each one in client.yaml: `policies: {has-start: disabled}`.

    \b
    Examples:
      leaver policies
      leaver policies --write docs/policies.md
    """
    from leaver.policy import POLICIES
    from leaver.policy.document import looks_at, markdown

    if target is not None:
        write_file(target, markdown().encode())
        say(f"wrote {target}")
    elif as_json:
        say_json(
            [
                {
                    "name": each.name,
                    "level": each.level.value,
                    "controls": list(each.controls),
                    "requires": each.requires,
                    "remedy": each.remedy,
                    "looks at": looks_at(each),
                }
                for each in POLICIES
            ]
        )
    else:
        for each in POLICIES:
            say(f"{each.name} ({each.level.value}; {', '.join(each.controls)})")
            say(f"  {each.requires}")
            say(f"  {each.remedy}")


@command(short_help="CODEOWNERS, made from the clients' approvers.")
@click.option("--write", is_flag=True, help="Write .github/CODEOWNERS instead of printing.")
@click.option("--check", is_flag=True, help="Say whether .github/CODEOWNERS is in step.")
@with_session
def codeowners(session: Session, write: bool, check: bool) -> int:
    """Print the file by which the code host asks the right people to approve a pull request.

    The records of a client are approved by the `approvers` of its client.yaml; client.yaml itself, and all code,
    by the `maintainers` of policies/trusted.yaml.

    \b
    Examples:
      leaver codeowners --write
      leaver codeowners --check
    """
    from leaver.source import codeowners as file
    from leaver.source.trust import trust

    wanted = file.codeowners(session.estate(), trust(session.root))
    path = session.root / file.PATH
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, wanted.encode())
        say(f"wrote {file.PATH}")
    elif not check:
        say(wanted.rstrip("\n"))
    elif not path.exists() or path.read_text(encoding="utf-8") != wanted:
        complain(f"{file.PATH}: is not what the records say. Run `leaver codeowners --write`.")
        return EXIT_PROBLEMS
    else:
        say(f"{file.PATH}: in step")
    return EXIT_CLEAN
