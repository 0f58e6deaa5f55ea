"""`leaver schema`: the JSON Schema of the records' files, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from leaver.cli.command import command
from leaver.cli.output import say, say_json, write_file
from leaver.cli.session import Session, with_session

FILES = ("client", "groups", "people", "overrides", "limits")


@command(short_help="The JSON Schema of the records, for editors.")
@click.argument("files", nargs=-1, type=click.Choice(FILES))
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write DIR/<file>.json instead of printing.",
)
@with_session
def schema(_session: Session, files: tuple[str, ...], folder: Path | None) -> None:
    """Print the JSON Schema of client.yaml, groups.yaml, the people files, overrides.yaml or limits.yaml, or of all.

    An editor with a YAML language server completes and checks the records with it; the example files name it
    in their first line.

    \b
    Examples:
      leaver schema people
      leaver schema --write docs/schema
    """
    import json

    from leaver.source import schemas

    every = schemas()
    wanted = {name: every[f"{name}.json"] for name in files or FILES}
    if folder is None:
        say_json(wanted if len(wanted) > 1 else next(iter(wanted.values())))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in wanted.items():
        target = folder / f"{name}.json"
        write_file(target, f"{json.dumps(content, indent=2)}\n".encode())
        say(f"wrote {target}")
