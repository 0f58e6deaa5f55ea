"""What every store does: files and PostgreSQL hold the same lines, and answer alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from leaver.evidence import Evidence, EvidenceError, SigningKey, open_store
from leaver.evidence.bundle import export, restore
from leaver.evidence.chain import parse_head
from tests.evidence.entries import KEY, NOW, OTHER, chain, faults, step
from tests.service.postgres import postgres

Open = Callable[..., Evidence]
_TABLES = "leaver_evidence, leaver_evidence_head, leaver_evidence_key"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["files", pytest.param("postgresql", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the store of this test; the same one, whenever it is called."""
    database = None
    if request.param == "postgresql":
        database = request.getfixturevalue("server")
        _empty(database)
    opened: list[Evidence] = []

    def open_it(key: SigningKey | None = KEY, **more: object) -> Evidence:
        opened.append(open_store(tmp_path, database=database, key=key, **more))  # type: ignore[arg-type]
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for table in (*_TABLES.split(", "), "leaver_evidence_entries"):
            kind = "view" if table.endswith("entries") else "table"
            connection.execute(f"drop {kind} if exists {table} cascade")


def test_what_is_written_is_the_chain_that_the_entries_make(store: Open) -> None:
    evidence = store()
    story = [step("disable"), step("revoke", seen={"é": [1, {"a": None}]}), step("groups")]
    assert [evidence.append(each) for each in story] == chain(*story)
    assert list(evidence.lines("acme")) == [each.line for each in chain(*story)]
    assert list(evidence.read("acme")) == chain(*story)


def test_a_new_process_goes_on_where_the_last_one_ended(store: Open) -> None:
    store().append_all([step("disable"), step("revoke")])
    assert store().append(step("groups")) == chain(step("disable"), step("revoke"), step("groups"))[2]
    found = store().verify("acme")
    assert (found.ok, found.count, found.notes) == (True, 3, ())


def test_each_client_has_a_chain_of_its_own(store: Open) -> None:
    evidence = store()
    for client in ("acme", "blue", "acme"):
        evidence.append(step(client=client))
    assert evidence.clients() == ("acme", "blue")
    assert [len(list(evidence.read(client))) for client in ("acme", "blue", "nobody")] == [2, 1, 0]
    assert next(evidence.read("blue")).number == 1


def test_entries_of_several_clients_are_refused_together_and_nothing_is_written(store: Open) -> None:
    with pytest.raises(EvidenceError, match="acme: entries of several clients at once"):
        store().append_all([step(), step(client="blue")])
    assert store().clients() == ()


def test_an_entry_without_a_zone_is_refused_and_none_of_its_company_is_written(store: Open) -> None:
    evidence = store()
    evidence.append(step())
    with pytest.raises(EvidenceError, match="acme: an entry cannot be written: a moment without a zone"):
        evidence.append_all([step(), step(at=NOW.replace(tzinfo=None), agreed=None)])
    assert [each.number for each in evidence.read("acme")] == [1]


@pytest.mark.parametrize("client", ["", "../acme", "a/b", ".hidden", "-rf", "a\0b", "a" * 101])
def test_a_client_whose_key_is_no_name_of_a_file_is_refused(store: Open, client: str) -> None:
    with pytest.raises(EvidenceError, match="is no client's key"):
        store().append(step(client=client))


def test_nobody_there_yet_has_nothing_and_is_sound(store: Open) -> None:
    evidence = store()
    assert evidence.head("acme") is None
    assert list(evidence.read("acme")) == []
    assert evidence.verify("acme").ok


def test_the_head_is_the_last_entry_and_proves_that_it_was_there(store: Open) -> None:
    evidence = store()
    noted = [evidence.append(step()).sha256 for _ in range(3)]
    head = evidence.head("acme")
    assert head is not None
    assert (head.count, head.sha256, head.key) == (3, noted[-1], KEY.id)
    assert all(evidence.verify("acme", anchor=each).ok for each in noted)
    assert not evidence.verify("acme", anchor="0" * 63 + "1").ok


def test_a_new_key_takes_over_and_the_old_lines_still_verify(store: Open) -> None:
    store(KEY).append(step())
    store(OTHER).append(step())
    evidence = store(None)
    assert evidence.verify("acme").signed == {KEY.id: 1, OTHER.id: 1}
    assert evidence.verify("acme").ok
    assert set(evidence.keys()) == {KEY.id, OTHER.id}
    foreign = evidence.verify("acme", keys={KEY.id: KEY.public})
    assert [f"{each.subject}: {each.fault}" for each in foreign.problems] == [
        f"checkpoint: is signed with the key {OTHER.id}, which is not trusted",
        f"entry 2: is signed with the key {OTHER.id}, which is not trusted",
    ]


def test_without_a_key_it_is_a_chain_all_the_same_and_says_that_it_is_unsigned(store: Open) -> None:
    evidence = store(None)
    evidence.append(step())
    found = evidence.verify("acme")
    assert (found.ok, found.unsigned, found.signed) == (True, 1, {})
    assert found.notes[0].endswith("whoever can write the files can write the chain anew.")


def test_a_store_that_lost_its_key_is_told_of(store: Open) -> None:
    store(KEY).append(step())
    store(None).append(step())
    found = store(None).verify("acme")
    assert [f"{each.subject}: {each.fault}" for each in found.problems] == [
        "checkpoint: is not signed, and entries are",
        "entry 2: is not signed, and entries before it are",
    ]


def test_threads_that_write_at_the_same_time_make_one_chain(store: Open) -> None:
    evidence, single = store(), store()

    def write(each: Evidence, name: str) -> None:
        for number in range(15):
            each.append(step(f"{name} {number}"))

    threads = [
        threading.Thread(target=write, args=(each, name))
        for each, name in ((evidence, "a"), (evidence, "b"), (single, "c"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = evidence.verify("acme")
    assert (found.ok, found.count) == (True, 45)
    written = [each.entry.step or "" for each in evidence.read("acme")]
    for name in "abc":
        assert [each for each in written if each[0] == name] == [f"{name} {number}" for number in range(15)]


def test_a_secret_that_the_process_knows_is_blotted_out_before_it_is_hashed(store: Open) -> None:
    evidence = store(KEY, secrets=("hunter2-hunter2",))
    stored = evidence.append(step(why="it said hunter2-hunter2", seen={"echo": ["x hunter2-hunter2 y"]}))
    assert (stored.entry.why, stored.entry.seen) == ("it said ***", {"echo": ["x *** y"]})
    assert b"hunter2" not in b"".join(evidence.lines("acme"))


@pytest.mark.slow
def test_a_bundle_takes_the_chain_to_another_store_as_it_is(store: Open, server: str, tmp_path: Path) -> None:
    evidence = store()
    evidence.append_all([step("disable"), step("revoke")])
    bundle = tmp_path / "acme.zip"
    bundle.write_bytes(export(evidence, "acme")[0])
    other = open_store(tmp_path / "other")
    if type(evidence) is type(other):
        other = open_store(tmp_path, database=server)
        _empty(server)
    assert restore(other, bundle) == ("acme", 2)
    assert list(other.lines("acme")) == list(evidence.lines("acme"))
    assert other.head("acme") == evidence.head("acme")
    assert other.verify("acme").signed == {KEY.id: 2}
    # Again, and after the original went on: only what is new.
    evidence.append(step("groups"))
    bundle.write_bytes(export(evidence, "acme")[0])
    assert [restore(other, bundle) for _ in range(2)] == [("acme", 1), ("acme", 0)]
    assert other.verify("acme").ok
    other.close()


def test_two_chains_of_a_client_are_never_mixed(store: Open, tmp_path: Path) -> None:
    evidence = store()
    evidence.append(step("disable"))
    foreign = open_store(tmp_path / "foreign", key=KEY)
    foreign.append_all([step("party"), step("revoke")])
    bundle = tmp_path / "acme.zip"
    bundle.write_bytes(export(foreign, "acme")[0])
    with pytest.raises(EvidenceError, match="there is another chain here already, which differs at entry 1"):
        restore(evidence, bundle)
    assert [each.entry.step for each in evidence.read("acme")] == ["disable"]
    evidence.append(step("revoke"))
    assert evidence.verify("acme").ok


def test_a_shorter_bundle_takes_nothing_away(store: Open, tmp_path: Path) -> None:
    evidence = store()
    evidence.append(step())
    bundle = tmp_path / "acme.zip"
    bundle.write_bytes(export(evidence, "acme")[0])
    evidence.append(step())
    with pytest.raises(EvidenceError, match="the chain here is longer already"):
        restore(evidence, bundle)
    assert evidence.verify("acme").count == 2


@pytest.mark.slow
def test_the_tables_refuse_to_be_changed(server: str) -> None:
    _empty(server)
    evidence = open_store(Path(), database=server, key=KEY)
    evidence.append_all([step(), step()])
    with psycopg.connect(server, autocommit=True) as connection:
        for order in (
            "update leaver_evidence set line = ''",
            "delete from leaver_evidence where number = 2",
            "truncate leaver_evidence",
            "delete from leaver_evidence_head",
            "update leaver_evidence_head set count = 1",
            "delete from leaver_evidence_key",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="the evidence only grows"):
                connection.execute(order)
    assert evidence.verify("acme").count == 2
    evidence.close()


@pytest.mark.slow
def test_what_the_owner_of_the_database_takes_out_stays_missing_and_the_chain_goes_on(server: str) -> None:
    _empty(server)
    evidence = open_store(Path(), database=server, key=KEY)
    evidence.append_all([step("disable"), step("revoke"), step("groups")])
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("alter table leaver_evidence disable trigger all")
        connection.execute("delete from leaver_evidence where number = 3")
        connection.execute("alter table leaver_evidence enable trigger all")
    assert "there were 3: lines were cut off" in faults(evidence.verify("acme"))[0]
    assert evidence.append(step("licences")).number == 5
    found = faults(evidence.verify("acme"))
    assert "entry 4: says: entry 3: had been written, and not there when the next entry came" in found[0]
    assert "entry 4: stands where entry 3 should be: entry 3 is missing here" in found[1]
    evidence.close()


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_told_of_without_its_address(server: str) -> None:
    evidence = open_store(Path(), database="postgresql://leaver:hunter2@127.0.0.1:1/leaver", key=KEY)
    with pytest.raises(EvidenceError) as caught:
        evidence.append(step())
    assert str(caught.value) == (
        "evidence database: no connection (OperationalError). Check the address, and that it runs."
    )


@pytest.mark.slow
def test_a_connection_that_broke_is_made_again(server: str) -> None:
    _empty(server)
    evidence = open_store(Path(), database=server, key=KEY)
    evidence.append(step())
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'leaver evidence'"
        )
    evidence.append(step())
    assert evidence.verify("acme").count == 2
    evidence.close()


@pytest.mark.slow
def test_a_person_can_read_the_table_as_json(server: str) -> None:
    _empty(server)
    evidence = open_store(Path(), database=server, key=KEY)
    evidence.append(step("revoke", why="é"))
    with psycopg.connect(server) as connection:
        row = connection.execute(
            "select number, line->'entry'->>'step', line->'entry'->>'why' from leaver_evidence_entries"
        ).fetchone()
    assert row == (1, "revoke", "é")
    evidence.close()


def test_the_checkpoint_in_a_bundle_is_the_one_of_its_lines(store: Open) -> None:
    evidence = store()
    evidence.append(step())
    packed, head = export(evidence, "acme")
    assert export(evidence, "acme")[0] == packed
    assert parse_head(replace(head).text) == head
    with pytest.raises(EvidenceError, match="blue: there is no evidence"):
        export(evidence, "blue")


@pytest.mark.slow
def test_a_role_that_may_insert_and_select_and_no_more_is_enough(server: str) -> None:
    _empty(server)
    open_store(Path(), database=server, key=KEY).append(step("disable"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop role if exists writer")
        connection.execute("create role writer login")
        connection.execute(f"grant select, insert on {_TABLES} to writer")
        connection.execute("grant update on leaver_evidence_head to writer")
    theirs = server.replace("leaver@", "writer@")
    evidence = open_store(Path(), database=theirs, key=KEY)
    assert evidence.append(step("revoke")).number == 2
    assert evidence.verify("acme").count == 2
    with psycopg.connect(theirs, autocommit=True) as connection:
        for order in ("delete from leaver_evidence", "alter table leaver_evidence disable trigger all"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(order)
    evidence.close()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop owned by writer")
