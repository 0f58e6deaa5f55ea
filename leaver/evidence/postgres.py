"""Evidence in PostgreSQL: the same lines and hashes as on the disk, in a table that only grows.

The tables refuse every update and delete (their owner can still drop them, so give Leaver a role that is not the
owner and has `insert` and `select` only, and `update` on the checkpoints). One chain a client, under an advisory
lock; a line and its checkpoint are one transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg

from leaver.evidence.chain import Head, Stored, head_of, parse_head, parse_line
from leaver.evidence.entry import Entry
from leaver.evidence.errors import EvidenceError
from leaver.evidence.keys import PublicKeys, SigningKey, parse_public, public_line
from leaver.evidence.resume import End, end_of, remarks, sealed
from leaver.evidence.store import Evidence, checked, followed
from leaver.evidence.verify import Check, Findings

_GIVE_UP = 5
"""Seconds for a connection, and for a statement or the lock of a client."""
_BACK = 50
"""How many lines are read from the end at a time."""
_SCHEMA = """
create table if not exists leaver_evidence (
    client text not null,
    number bigint not null,
    line bytea not null,
    primary key (client, number)
);
create table if not exists leaver_evidence_head (
    client text primary key,
    count bigint not null,
    head bytea not null
);
create table if not exists leaver_evidence_key (
    id text primary key,
    line text not null
);
create or replace function leaver_evidence_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the evidence only grows: % of % is refused', tg_op, tg_table_name;
end $$;
create or replace function leaver_evidence_onward() returns trigger language plpgsql as $$
begin
    if new.client <> old.client or new.count < old.count then
        raise exception 'the evidence only grows: a checkpoint may not go back';
    end if;
    return new;
end $$;
create or replace trigger leaver_evidence_kept before update or delete or truncate on leaver_evidence
    for each statement execute function leaver_evidence_refuse();
create or replace trigger leaver_evidence_key_kept before update or delete or truncate on leaver_evidence_key
    for each statement execute function leaver_evidence_refuse();
create or replace trigger leaver_evidence_head_kept before delete or truncate on leaver_evidence_head
    for each statement execute function leaver_evidence_refuse();
create or replace trigger leaver_evidence_head_onward before update on leaver_evidence_head
    for each row execute function leaver_evidence_onward();
create or replace view leaver_evidence_entries as
    select client, number, convert_from(line, 'UTF8')::jsonb as line from leaver_evidence;
"""
_TABLES = ("leaver_evidence", "leaver_evidence_head", "leaver_evidence_key", "leaver_evidence_entries")
_FILE = "postgresql:leaver_evidence/{}"
"""How a chain is named in messages; the lines are counted as in an export."""

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresEvidence(Evidence):
    """Evidence in the PostgreSQL database at `url`."""

    def __init__(self, url: str, key: SigningKey | None = None, secrets: Collection[str] = ()) -> None:
        super().__init__(key, secrets)
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._own: Connection | None = None
        self._turn = threading.RLock()
        self._remembered = False

    def close(self) -> None:
        with self._turn:
            if self._own is not None:
                self._own.close()
                self._own = None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """The connection, in a transaction. A broken one is thrown away, and the next use makes another."""
        with self._turn:
            try:
                with self._usable().transaction() as transaction:
                    yield transaction.connection
            except psycopg.Error as error:
                self.close()
                raise _fault(error) from None

    def _usable(self) -> Connection:
        """The connection that is kept, or another where the server has closed it meanwhile."""
        if self._own is not None and not self._own.closed:
            try:
                self._own.execute("select 1")
                return self._own
            except psycopg.OperationalError:
                self.close()
        self._own = self._connect()
        return self._own

    def _connect(self) -> Connection:
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=_GIVE_UP,
            keepalives_idle=2,
            keepalives_interval=1,
            keepalives_count=3,
            tcp_user_timeout=_GIVE_UP * 1000,
            application_name="leaver evidence",
            client_encoding="utf8",
        )
        try:
            # Durable whatever the server's own setting; and nothing may wait for long.
            connection.execute("set synchronous_commit = on")
            connection.execute(f"set statement_timeout = {_GIVE_UP * 1000}")
            self._make_tables(connection)
        except psycopg.Error:
            connection.close()
            raise
        return connection

    def _make_tables(self, connection: Connection) -> None:
        found = connection.execute(
            "select count(to_regclass(name)) from unnest(%s::text[]) as name", (list(_TABLES),)
        ).fetchone()
        if found is not None and found[0] == len(_TABLES):
            return
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(hashtextextended('leaver/evidence', 0))")
            connection.execute(_SCHEMA)

    def _append(self, client: str, entries: list[Entry]) -> tuple[Stored, ...]:
        with self._connected() as connection:
            self._lock(connection, client)
            end = self._end(connection, client)
            stored = sealed(end, [*remarks(client, end, None, entries[0].at), *entries], self._key)
            self._insert(connection, client, [(each.number, each.line) for each in stored])
            head = head_of(client, stored[-1].number, stored[-1].sha256, self._key)
            self._move_head(connection, head)
            if self._key is not None and not self._remembered:
                self._remember(connection, {self._key.id: self._key.public})
        self._remembered = True
        return tuple(stored[-len(entries) :])

    def _end(self, connection: Connection, client: str) -> End:
        top = connection.execute(
            "select coalesce(max(number), 0) from leaver_evidence where client = %s", (client,)
        ).fetchone()
        highest = int(top[0]) if top else 0
        head = self._head_or_none(connection, client)
        end = end_of(self._backwards(connection, client), highest, head, self._keys(connection))
        if end.count < highest:
            # Lines that somebody spoilt cannot be moved aside here; their numbers are taken.
            return replace(end, count=highest, missing=f"entries {end.count + 1} to {highest} as they were")
        return end

    def _lock(self, connection: Connection, client: str) -> None:
        connection.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"leaver/evidence/{client}",)
        )

    def _insert(self, connection: Connection, client: str, lines: Iterable[tuple[int, bytes]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into leaver_evidence (client, number, line) values (%s, %s, %s)",
                [(client, number, line) for number, line in lines],
            )

    def _move_head(self, connection: Connection, head: Head) -> None:
        connection.execute(
            "insert into leaver_evidence_head (client, count, head) values (%s, %s, %s) "
            "on conflict (client) do update set count = excluded.count, head = excluded.head",
            (head.client, head.count, head.text),
        )

    def _remember(self, connection: Connection, keys: PublicKeys) -> None:
        for id_, key in keys.items():
            connection.execute(
                "insert into leaver_evidence_key (id, line) values (%s, %s) on conflict do nothing",
                (id_, public_line(key)),
            )

    def _backwards(self, connection: Connection, client: str) -> Iterator[tuple[int, bytes]]:
        """The lines from the last one on; where they begin is of no matter here."""
        below = 2**62
        while rows := connection.execute(
            "select number, line from leaver_evidence where client = %s and number < %s "
            "order by number desc limit %s",
            (client, below, _BACK),
        ).fetchall():
            for number, line in rows:
                yield 1, bytes(line)
                below = number

    def _text_of_head(self, connection: Connection, client: str) -> bytes | None:
        row = connection.execute(
            "select head from leaver_evidence_head where client = %s", (client,)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def _head_or_none(self, connection: Connection, client: str) -> Head | None:
        text = self._text_of_head(connection, client)
        try:
            return None if text is None else parse_head(text)
        except ValueError:
            return None

    def _keys(self, connection: Connection) -> PublicKeys:
        rows = connection.execute("select line from leaver_evidence_key order by id").fetchall()
        own = {self._key.id: self._key.public} if self._key else {}
        return {**parse_public("\n".join(row[0] for row in rows), "leaver_evidence_key"), **own}

    def keys(self) -> PublicKeys:
        with self._connected() as connection:
            return self._keys(connection)

    def clients(self) -> tuple[str, ...]:
        with self._connected() as connection:
            rows = connection.execute("select client from leaver_evidence_head").fetchall()
        return tuple(sorted(row[0] for row in rows))

    def head(self, client: str) -> Head | None:
        with self._connected() as connection:
            text = self._text_of_head(connection, checked(client))
        try:
            return None if text is None else parse_head(text)
        except ValueError as fault:
            raise EvidenceError(
                f"{client}: the checkpoint {fault}. See: leaver evidence verify {client}"
            ) from None

    def read(self, client: str) -> Iterator[Stored]:
        for number, line in enumerate(self.lines(client), 1):
            try:
                yield parse_line(line)
            except ValueError as fault:
                place = f"{_FILE.format(client)}:{number}"
                raise EvidenceError(f"{place}: {fault}. See: leaver evidence verify {client}") from None

    def lines(self, client: str) -> Iterator[bytes]:
        checked(client)
        above = -(2**62)
        while True:
            with self._connected() as connection:
                rows = connection.execute(
                    "select number, line from leaver_evidence where client = %s and number > %s "
                    "order by number limit 1000",
                    (client, above),
                ).fetchall()
            if not rows:
                return
            yield from (bytes(line) for _, line in rows)
            above = rows[-1][0]

    def verify(self, client: str, *, keys: PublicKeys | None = None, anchor: str | None = None) -> Findings:
        file = _FILE.format(checked(client))
        with self._connected() as connection:
            # First the checkpoint: lines that come after it while they are read are no fault.
            head = self._text_of_head(connection, client)
            trusted = self._keys(connection) if keys is None else keys
        return Check(client, file, trusted, anchor).lines(self.lines(client)).findings(head, file)

    def restore(self, client: str, lines: Iterable[bytes], head: Head, keys: PublicKeys) -> int:
        have = list(self.lines(client))
        with self._connected() as connection:
            self._lock(connection, client)
            new = list(followed(client, have, lines, head))
            self._insert(connection, client, [(parse_line(line).number, line) for line in new])
            self._move_head(connection, head)
            self._remember(connection, keys)
        return len(new)


def _fault(error: psycopg.Error) -> EvidenceError:
    # Not the error's own text: it may hold the address, and the password in it.
    name = type(error).__name__
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return EvidenceError(
            f"evidence database: no connection ({name}). Check the address, and that it runs."
        )
    return EvidenceError(
        f"evidence database: {name} ({error.sqlstate}). Look at the server's log, and at the role's rights."
    )
