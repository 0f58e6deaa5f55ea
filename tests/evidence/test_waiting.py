"""A store that is down costs no entry: it waits on the disk until somebody can write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaver.evidence import EvidenceError, open_store
from leaver.evidence.keep import keep
from leaver.evidence.waiting import put_by, take_up, waiting
from tests.evidence.entries import step

DOWN = {"LEAVER_EVIDENCE_DATABASE_URL": "postgresql://leaver:hunter2@127.0.0.1:1/leaver"}


def written(home: Path, client: str = "acme") -> list[str | None]:
    return [each.entry.step for each in open_store(home).read(client)]


def test_what_a_database_that_is_down_does_not_take_is_written_when_something_is(tmp_path: Path) -> None:
    kept = keep([step("disable"), step("revoke", client="blue")], tmp_path, DOWN)
    assert kept.heads == {}
    assert kept.faults == (
        "evidence database: no connection (OperationalError). Check the address, and that it runs.",
        f"2 entries wait in {tmp_path}/evidence to be written after the next one that can be.",
    )
    assert len(waiting(tmp_path)) == 1
    assert open_store(tmp_path).clients() == ()
    assert keep([step("groups")], tmp_path, {}).ok
    assert (written(tmp_path), written(tmp_path, "blue")) == (["groups", "disable"], ["revoke"])
    assert waiting(tmp_path) == []
    assert open_store(tmp_path).verify("acme").ok


def test_what_waits_holds_no_secret_and_is_its_owners_alone(tmp_path: Path) -> None:
    keep(
        [step(why="hunter2-hunter2", seen={"password": "x"})],
        tmp_path,
        {**DOWN, "ACME_SECRET": "hunter2-hunter2"},
    )
    (path,) = waiting(tmp_path)
    assert b"hunter2" not in path.read_bytes()
    assert b'"password":"***"' in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_had_half_put_by_is_not_taken_up(tmp_path: Path) -> None:
    put_by(tmp_path, [step("whole")], ())
    (tmp_path / "evidence/waiting/new-abc").write_text('{"entry":')
    assert take_up(tmp_path, open_store(tmp_path)).keys() == {"acme"}
    assert written(tmp_path) == ["whole"]


def test_what_nobody_can_read_is_kept_aside_and_stops_nothing(tmp_path: Path) -> None:
    put_by(tmp_path, [step("whole")], ())
    (tmp_path / "evidence/waiting/0.jsonl").write_text("hello")
    assert keep([step("next")], tmp_path, {}).ok
    assert sorted(filter(None, written(tmp_path))) == ["next", "whole"]
    assert (tmp_path / "evidence/waiting/0.unreadable").read_text() == "hello"


def test_where_nothing_can_be_put_by_both_faults_are_told(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    kept = keep([step()], tmp_path, {})
    assert len(kept.faults) == 2
    assert "evidence cannot be written" in kept.faults[0]
    assert "evidence cannot be put by" in kept.faults[1]
    with pytest.raises(EvidenceError, match="put by"):
        put_by(tmp_path, [step()], ())


def test_nothing_waits_where_nothing_ever_did(tmp_path: Path) -> None:
    assert waiting(tmp_path) == []
    assert take_up(tmp_path, open_store(tmp_path)) == {}
    assert not (tmp_path / "evidence").exists()


def test_what_is_written_is_not_put_by_when_only_the_rest_cannot_be_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_by(tmp_path, [step("earlier")], ())

    def broken(*_: object) -> int:
        raise EvidenceError("the lock is held")

    monkeypatch.setattr("leaver.evidence.keep.take_up", broken)
    kept = keep([step("now")], tmp_path, {})
    assert (list(kept.heads), kept.faults) == (["acme"], ("the lock is held",))
    assert (written(tmp_path), len(waiting(tmp_path))) == (["now"], 1)


def test_what_a_killed_process_had_written_already_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_by(tmp_path, [step("disable"), step("revoke", client="blue")], ())
    real = Path.unlink

    def killed(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".jsonl":
            raise KeyboardInterrupt
        real(path, missing_ok)

    store = open_store(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            take_up(tmp_path, store)
    assert len(waiting(tmp_path)) == 1
    put_by(tmp_path, [step("groups")], ())
    assert take_up(tmp_path, open_store(tmp_path)).keys() == {"acme"}
    assert (written(tmp_path), written(tmp_path, "blue")) == (["disable", "groups"], ["revoke"])
    assert waiting(tmp_path) == []
