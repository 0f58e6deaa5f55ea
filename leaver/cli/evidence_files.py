"""`leaver evidence export`, `import` and `key`: the files that leave Leaver, and those that come to it."""

from __future__ import annotations

import os
from pathlib import Path

import click

from leaver.cli.command import command
from leaver.cli.evidence import as_json_option, database_option, opened
from leaver.cli.output import complain, count, say, say_json
from leaver.cli.session import Session, with_session
from leaver.errors import UsageError


@command("export", short_help="The evidence of a client in one file, to check without Leaver.")
@click.argument("client")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to; else evidence-CLIENT.zip here.",
)
@database_option
@as_json_option
@with_session
def export(session: Session, client: str, target: Path | None, database: str | None, as_json: bool) -> None:
    """Write the chain of CLIENT, the public keys, and a program that checks them without Leaver, into one zip file.

    \b
    Examples:
      leaver evidence export acme
      leaver evidence export acme --to /media/auditor/acme.zip
    """
    from leaver.evidence.bundle import export as bundled

    with opened(session, database) as store:
        packed, head = bundled(store, client)
    file = target or Path(f"evidence-{client}.zip")
    _write(file, packed)
    if as_json:
        say_json({"client": client, "file": str(file), "count": head.count, "head": head.sha256})
    else:
        say(f"{file}: {count(head.count, 'entry', 'entries')}, head {head.sha256}")


@command("import", short_help="Take over a bundle's chain into this store, as it is.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@database_option
@as_json_option
@with_session
def import_(session: Session, file: Path, database: str | None, as_json: bool) -> None:
    """Take over the chain of a bundle, from files into PostgreSQL or back: the same entries, hashes and signatures.

    What is here already must be the beginning of it; two chains of one client are never mixed.

    \b
    Examples:
      leaver evidence import evidence-acme.zip --database postgresql://leaver@db.internal/leaver
    """
    from leaver.evidence.bundle import restore

    with opened(session, database) as store:
        client, new = restore(store, file)
    if as_json:
        say_json({"client": client, "new": new})
    else:
        say(f"{client}: {count(new, 'entry', 'entries')} taken over")


@command("key", short_help="Make a key pair for signing.")
@click.argument("file", type=click.Path(path_type=Path))
@as_json_option
def key(file: Path, as_json: bool) -> None:
    """Make an Ed25519 key, write its private half to FILE (0600, never over another file), and print its public half.

    Keep the public line where whoever can write the evidence cannot write, and give it to the auditor. A new key
    takes over from its first entry on; entries by the old key verify by the old public line, which stays in the list.

    \b
    Examples:
      leaver evidence key /etc/leaver/evidence.pem
      export LEAVER_EVIDENCE_KEY_FILE=/etc/leaver/evidence.pem
    """
    from leaver.evidence.keys import SigningKey, public_line, public_pem

    made = SigningKey.make()
    _write(file, made.pem(), fresh=True)
    if as_json:
        told = {"id": made.id, "file": str(file), "public": public_line(made.public)}
        say_json({**told, "pem": public_pem(made.public)})
        return
    say(public_line(made.public))
    complain(f"The private key is in {file}. Set LEAVER_EVIDENCE_KEY_FILE={file.resolve()}")


def _write(file: Path, data: bytes, *, fresh: bool = False) -> None:
    flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if fresh else os.O_TRUNC)
    try:
        with os.fdopen(os.open(file, flags, 0o600), "wb") as opened_file:
            opened_file.write(data)
            opened_file.flush()
            os.fsync(opened_file.fileno())
    except FileExistsError:
        raise UsageError(f"{file}: is there already. Name another file.") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}. Name another file.") from None
