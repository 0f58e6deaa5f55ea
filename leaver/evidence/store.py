"""Where evidence is kept: what every store can do, and how to open the one that is configured.

    with open_store(home, key=key_of(environ)) as evidence:
        stored = evidence.append(Entry(kind=Kind.STEP, client="acme", at=now, person="dana.reyes", …))

When `append` returns, the entry is on the disk, or committed in the database, and cannot be changed without
`verify` finding it. When it raises, nothing was written.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

from leaver.evidence.chain import START, Head, Stored, parse_line
from leaver.evidence.entry import Entry
from leaver.evidence.errors import EvidenceError
from leaver.evidence.keys import PublicKeys, SigningKey, key_of
from leaver.evidence.secrecy import without_secrets
from leaver.evidence.verify import Findings

DATABASE = "LEAVER_EVIDENCE_DATABASE_URL"
"""The PostgreSQL database of the evidence, by an account that may insert and select and no more; else that of the
service."""
SERVICE_DATABASE = "LEAVER_DATABASE_URL"
FOLDER = "evidence"
_CLIENT = re.compile(r"[^\W_][\w.-]{0,99}")
_SECRET_VARIABLE = re.compile(r"(SECRET|TOKEN|PASSWORD|PASSPHRASE|ASSERTION|PRIVATE_KEY|EVIDENCE_KEY)$")


class Evidence(ABC):
    """The evidence of all clients. May be used by several threads and processes at the same time.

    Every method raises EvidenceError when the store cannot be reached, read or written.
    """

    def __init__(self, key: SigningKey | None, secrets: Collection[str] = ()) -> None:
        self._key = key
        self._secrets = tuple(secrets)

    @property
    def key(self) -> SigningKey | None:
        """The key that signs; None when none is configured."""
        return self._key

    def append(self, entry: Entry) -> Stored:
        """Write one entry; durable when this returns."""
        return self.append_all([entry])[0]

    def append_all(self, entries: Iterable[Entry]) -> tuple[Stored, ...]:
        """Write entries of one client, all or none, for the price of one; durable when this returns."""
        chosen = [without_secrets(entry, self._secrets) for entry in entries]
        if not chosen:
            return ()
        client = checked(chosen[0].client)
        if any(entry.client != client for entry in chosen):
            raise EvidenceError(
                f"{client}: entries of several clients at once. Write them one after another."
            )
        try:
            return self._append(client, chosen)
        except ValueError as fault:
            raise EvidenceError(f"{client}: an entry cannot be written: {fault}.") from None

    @abstractmethod
    def _append(self, client: str, entries: list[Entry]) -> tuple[Stored, ...]:
        """Write entries of one client, all or none."""

    @abstractmethod
    def read(self, client: str) -> Iterator[Stored]:
        """A client's entries, oldest first; none for a client without evidence. Stops with an EvidenceError at a
        line that was changed: `verify` tells more."""

    @abstractmethod
    def clients(self) -> tuple[str, ...]:
        """The clients of whom there is evidence, sorted."""

    @abstractmethod
    def head(self, client: str) -> Head | None:
        """The chain's checkpoint, to be noted elsewhere; None for a client without evidence."""

    @abstractmethod
    def keys(self) -> PublicKeys:
        """The public keys of all signers that this store knows of. An auditor uses a list of their own."""

    @abstractmethod
    def verify(self, client: str, *, keys: PublicKeys | None = None, anchor: str | None = None) -> Findings:
        """Look for any change. `keys` are trusted instead of those the store knows; `anchor` is the hash of an entry,
        noted earlier, that must still be there."""

    @abstractmethod
    def lines(self, client: str) -> Iterator[bytes]:
        """A client's lines as they are stored, without their line breaks, sound or not."""

    @abstractmethod
    def restore(self, client: str, lines: Iterable[bytes], head: Head, keys: PublicKeys) -> int:
        """Take over a chain from another store, line by line as it is; how many lines were new.

        What is here already must be the beginning of it. Raises EvidenceError otherwise.
        """

    def close(self) -> None:  # noqa: B027 - not every store holds something open
        """Let go of connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def checked(client: str) -> str:
    """A client's key that is safe as the name of a file. Raises EvidenceError."""
    if not _CLIENT.fullmatch(client):
        raise EvidenceError(f"{client!a}: is no client's key. Use the name of its folder in identities.")
    return client


def followed(client: str, have: Iterable[bytes], lines: Iterable[bytes], head: Head) -> Iterator[bytes]:
    """Those of `lines` that come behind `have`, the chain's beginning that is here already.

    Raises:
        EvidenceError: they are no chain of this client that ends with `head` and goes on from what is here.
    """
    known = iter(have)
    count, previous = 0, START
    for line in lines:
        try:
            stored = parse_line(line)
        except ValueError as fault:
            raise EvidenceError(f"{client}: entry {count + 1} {fault}. Export it again.") from None
        if (stored.number, stored.previous, stored.entry.client) != (count + 1, previous, client):
            raise EvidenceError(
                f"{client}: entry {count + 1} does not follow the one before. Export it again."
            )
        here = next(known, None)
        if here is not None and here != line:
            raise EvidenceError(
                f"{client}: there is another chain here already, which differs at entry {count + 1}. "
                "Keep both, each in a store of its own."
            )
        count, previous = stored.number, stored.sha256
        if here is None:
            yield line
    if next(known, None) is not None:
        raise EvidenceError(f"{client}: the chain here is longer already. Nothing was taken over.")
    if (head.client, head.count, head.sha256) != (client, count, previous):
        raise EvidenceError(f"{client}: the checkpoint is of another chain. Export it again.")


def open_store(
    home: Path,
    *,
    database: str | None = None,
    key: SigningKey | None = None,
    secrets: Collection[str] = (),
) -> Evidence:
    """The store: PostgreSQL at `database`, else files in `home`/evidence. Nothing is created before it is needed.

    `key` signs what is written. `secrets` are values that are blotted out wherever they show up.
    """
    if database and database.startswith("postgres"):
        from leaver.evidence.postgres import PostgresEvidence

        return PostgresEvidence(database, key, secrets)
    from leaver.evidence.disk import DiskEvidence

    return DiskEvidence(home / FOLDER, key, secrets)


def configured(home: Path, environ: Mapping[str, str]) -> Evidence:
    """The store that the environment asks for. Raises UsageError when a setting cannot be used."""
    database = environ.get(DATABASE) or environ.get(SERVICE_DATABASE)
    return open_store(home, database=database, key=key_of(environ), secrets=secrets_of(environ))


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the environment that are secrets by their names."""
    return tuple(
        value.strip() for name, value in environ.items() if _SECRET_VARIABLE.search(name) and value.strip()
    )
