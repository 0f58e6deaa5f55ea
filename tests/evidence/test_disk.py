"""Evidence in files: kills, full disks, hands that meddle."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.errors import UsageError
from leaver.evidence import EvidenceError, Kind, files, open_store
from leaver.evidence.disk import DiskEvidence
from leaver.evidence.entry import Entry
from tests.evidence.entries import KEY, NOW, chain, faults, step
from tests.examples import examples

WRITER = """
import sys
from pathlib import Path
from leaver.evidence import open_store
from tests.evidence.entries import KEY, step
store = open_store(Path(sys.argv[1]), key=KEY)
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    stored = store.append(step(f"{sys.argv[2]} {number}", why="x" * (number * 37 % 3000)))
    print(stored.number, stored.sha256, flush=True)
"""


def writer(home: Path, name: str, many: int) -> subprocess.Popen[str]:
    """A process of its own that writes, and says what was acknowledged."""
    words = [sys.executable, "-c", WRITER, str(home), name, str(many)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def store(home: Path) -> DiskEvidence:
    found = open_store(home, key=KEY)
    assert isinstance(found, DiskEvidence)
    return found


def filled(home: Path, many: int = 3) -> DiskEvidence:
    evidence = store(home)
    evidence.append_all([step(f"step {number}") for number in range(1, many + 1)])
    return evidence


def test_only_the_owner_may_read_it(home: Path) -> None:
    old = os.umask(0)
    try:
        evidence = filled(home)
    finally:
        os.umask(old)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (home / "evidence").iterdir()}
    assert set(modes) == {"acme.jsonl", "acme.head", "acme.lock", "keys", "keys.lock"}
    assert set(modes.values()) == {0o600}
    assert evidence.path("acme").parent.stat().st_mode & 0o777 == 0o700


def test_the_line_and_the_checkpoint_are_on_the_disk_before_append_returns(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = filled(home)
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    evidence.append(step())
    assert synced == ["acme.jsonl", "acme.head.new", "evidence"]


@examples(30)  # each of them waits for the disk
@given(st.integers(1, 400))
@pytest.mark.parametrize("end", [b"", b"\n"], ids=["cut off", "and something behind"])
def test_a_line_that_was_cut_off_at_any_byte_is_moved_aside_and_the_chain_goes_on(
    tmp_path_factory: pytest.TempPathFactory, end: bytes, cut: int
) -> None:
    evidence = filled(tmp_path_factory.mktemp("home"))
    path = evidence.path("acme")
    torn = chain(*(step(f"step {number}") for number in range(1, 5)))[3].line[:cut] + (end and b"\n\0\0")
    with path.open("ab") as file:
        file.write(torn)
    found = evidence.verify("acme")
    assert found.count == 3
    assert len(found.notes) == 1
    assert evidence.append(step("after")).number == 5
    assert evidence.path("acme", "torn").read_bytes() == torn + b"\n"
    assert not evidence.path("acme", "cut").exists()
    remark, after = list(evidence.read("acme"))[-2:]
    assert (remark.entry.kind, remark.entry.step) == (Kind.CHAIN, "torn")
    assert remark.entry.seen["file"] == "acme.torn"
    assert after.entry.step == "after"
    assert evidence.verify("acme").ok


def test_a_kill_between_the_line_and_the_checkpoint_loses_nothing(home: Path) -> None:
    evidence = filled(home, 2)
    before = evidence.path("acme", "head").read_bytes()
    evidence.append(step("step 3"))
    evidence.path("acme", "head").write_bytes(before)
    found = evidence.verify("acme")
    assert found.ok
    assert found.notes == (
        f"{evidence.path('acme')}: 1 of the last entries are not in the checkpoint: their writing was cut off "
        "just before its end.",
    )
    assert evidence.append(step("step 4")).number == 4
    assert evidence.verify("acme").notes == ()


def test_a_kill_while_something_is_moved_aside_notes_it_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = filled(home)
    with evidence.path("acme").open("ab") as file:
        file.write(b'{"entry":{"torn')

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("leaver.evidence.disk.sealed", killed)
        with pytest.raises(KeyboardInterrupt):
            evidence.append(step())
    assert evidence.path("acme", "cut").read_bytes() == b'{"entry":{"torn\n'
    evidence.append(step())
    assert [each.entry.kind for each in evidence.read("acme")][3:] == [Kind.CHAIN, Kind.STEP]
    assert evidence.path("acme", "torn").read_bytes() == b'{"entry":{"torn\n'


@pytest.mark.parametrize("left", [0, 1, 2])
def test_lines_that_somebody_cut_off_stay_missing_for_everybody_to_see(home: Path, left: int) -> None:
    evidence = filled(home)
    path = evidence.path("acme")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:left]))
    assert "lines were cut off" in faults(evidence.verify("acme"))[0]
    assert evidence.append(step("after")).number == 5
    found = [each.split(": ", 1)[1] for each in faults(evidence.verify("acme"))]
    gone = "entry 3" if left == 2 else f"entries {left + 1} to 3"
    verb = "is" if left == 2 else "are"
    assert found == [
        f"entry 4: says: {gone}: had been written, and not there when the next entry came",
        f"entry 4: stands where entry {left + 1} should be: {gone} {verb} missing here",
    ]


def test_a_file_that_is_gone_is_found_by_its_checkpoint(home: Path) -> None:
    evidence = filled(home)
    evidence.path("acme").unlink()
    assert evidence.clients() == ("acme",)
    assert "the chain ends with entry 0, and there were 3" in faults(evidence.verify("acme"))[0]


def test_a_chain_that_lost_its_checkpoint_is_among_those_that_are_verified(home: Path) -> None:
    evidence = filled(home)
    evidence.path("acme", "head").unlink()
    assert evidence.clients() == ("acme",)
    assert not evidence.verify("acme").ok


def test_a_list_of_keys_that_somebody_spoilt_stops_nothing_that_is_written(home: Path) -> None:
    filled(home)
    (home / "evidence/keys").write_text("hello")
    again = store(home)
    assert again.append(step("after")).number == 4
    assert again.verify("acme", keys={KEY.id: KEY.public}).ok
    with pytest.raises(UsageError, match="keys:1: is no Ed25519 public key"):
        again.verify("acme")


def test_a_last_line_that_somebody_changed_is_not_gone_on_from(home: Path) -> None:
    evidence = filled(home)
    path = evidence.path("acme")
    path.write_bytes(path.read_bytes().replace(b"step 3", b"step X"))
    assert evidence.append(step("after")).number == 5
    found = faults(evidence.verify("acme"))
    assert found[0].endswith(":3:1: entry 3: was changed: its content does not have the hash it states")
    assert path.read_bytes().count(b"step X") == 1


@pytest.mark.parametrize("spoil", ["gone", "another's", "unsigned"])
def test_a_checkpoint_that_is_not_genuine_is_told_of_and_not_believed(home: Path, spoil: str) -> None:
    evidence = filled(home)
    head, path = evidence.path("acme", "head"), evidence.path("acme")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    if spoil == "gone":
        head.unlink()
    else:
        shorter = list(evidence.read("acme"))[1]
        text = head.read_bytes().replace(b'"count":3', b'"count":2')
        text = text.replace(text[text.index(b'"sha256":"') :][10:74], shorter.sha256.encode())
        if spoil == "unsigned":
            text = text.replace(KEY.id.encode(), b"").replace(b'"key":""', b'"key":null')
            text = text[: text.index(b'"signature":')] + b'"signature":null}'
        head.write_bytes(text)
    assert not evidence.verify("acme").ok
    evidence.append(step("after"))
    assert faults(evidence.verify("acme")) == [
        f"{path}:3:1: entry 3: says: the checkpoint was gone when the next entry came: entries before this one "
        "may be missing"
    ]


def test_a_full_disk_is_told_of_and_leaves_the_chain_whole(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = filled(home)
    before = evidence.path("acme").read_bytes()
    real = os.write
    for room in (0, 1, 100, 500):
        left = [room]

        def write(descriptor: int, data: bytes, left: list[int] = left) -> int:
            if not left[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            taken = min(len(data), left[0])
            left[0] -= taken
            return real(descriptor, data[:taken])

        with monkeypatch.context() as context:
            context.setattr(os, "write", write)
            with pytest.raises(EvidenceError) as caught:
                evidence.append(step("more"))
        assert str(caught.value) == (
            f"{evidence.path('acme')}: evidence cannot be written (no space left on device). The disk is full. "
            "Make room, then run the command again."
        )
        assert evidence.path("acme").read_bytes() == before
        assert evidence.verify("acme").ok
    assert evidence.append(step("more")).number == 4


def test_a_file_that_may_not_grow_is_told_of_by_the_system_itself(home: Path) -> None:
    evidence = filled(home)
    size = evidence.path("acme").stat().st_size
    program = WRITER.replace(
        "store =", f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 700},) * 2)\nstore ="
    )
    words = [sys.executable, "-c", program, str(home), "a", "9"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    assert "evidence cannot be written (file too large). The file may not grow (ulimit -f)." in done.stderr
    found = evidence.verify("acme")
    assert (found.ok, found.notes) == (True, ())
    assert found.count == 3 + len(done.stdout.splitlines()) - 1
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != size


def test_a_disk_that_cannot_even_be_tidied_is_mended_by_the_next_entry(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = filled(home)

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as context:
        context.setattr(os, "fsync", broken)
        context.setattr(os, "ftruncate", broken)
        with pytest.raises(EvidenceError, match="input/output error"):
            evidence.append(step("lost"))
    # The line is there in full, and was not acknowledged: that is no damage.
    assert evidence.append(step("after")).number == 5
    assert evidence.verify("acme").ok


def test_a_link_in_the_place_of_the_chain_is_not_followed(home: Path, tmp_path: Path) -> None:
    evidence = filled(home)
    target = tmp_path / "target"
    target.write_text("")
    evidence.path("acme").unlink()
    evidence.path("acme").symlink_to(target)
    with pytest.raises(EvidenceError, match="It is a link"):
        evidence.append(step())
    assert target.read_text() == ""


def test_a_process_that_was_stopped_with_the_lock_holds_up_nobody_for_long(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = filled(home)
    monkeypatch.setattr(files, "PATIENCE", 0.05)
    with files.locked(evidence.path("acme", "lock")), pytest.raises(EvidenceError) as caught:
        evidence.append(step())
    lock = evidence.path("acme", "lock")
    assert (
        str(caught.value) == f"{lock}: another process has held it for 0.05 s. End that process: fuser {lock}"
    )


def test_a_reader_that_may_only_read_verifies_a_copy(home: Path, tmp_path: Path) -> None:
    evidence = filled(home)
    copy = tmp_path / "copy"
    copy.mkdir()
    for kind in ("jsonl", "head"):
        (copy / f"acme.{kind}").write_bytes(evidence.path("acme", kind).read_bytes())
    copy.chmod(0o500)
    found = DiskEvidence(copy).verify("acme", keys={KEY.id: KEY.public})
    assert (found.ok, found.count) == (True, 3)
    copy.chmod(0o700)


def test_a_long_chain_is_gone_on_with_by_reading_its_end_only(home: Path) -> None:
    evidence = store(home)
    evidence.append_all([step(why="x" * 5000) for _ in range(200)])
    descriptor = os.open(evidence.path("acme"), os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        backwards = list(files.lines_backwards(descriptor, size))
    finally:
        os.close(descriptor)
    lines = list(evidence.lines("acme"))
    assert [line for _, line in reversed(backwards)] == lines
    assert [place for place, _ in reversed(backwards)][:2] == [0, len(lines[0]) + 1]
    assert size > 3 * files._BLOCK


@pytest.mark.slow
def test_two_processes_that_write_at_the_same_time_make_one_chain(home: Path) -> None:
    processes = [writer(home, name, 40) for name in "ab"]
    said = [process.communicate(timeout=60)[0].splitlines()[1:] for process in processes]
    evidence = store(home)
    found = evidence.verify("acme")
    assert (found.ok, found.count, found.notes) == (True, 80, ())
    acknowledged = sorted(int(line.split()[0]) for lines in said for line in lines)
    assert acknowledged == list(range(1, 81))


@pytest.mark.slow
def test_thirty_kills_at_any_moment_lose_nothing_that_was_acknowledged(home: Path) -> None:
    random = Random(5)  # noqa: S311 - moments, no secrets
    acknowledged: dict[int, str] = {}
    awaited = 0
    for turn in range(30):
        process = writer(home, f"turn {turn}", 10_000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # So many are waited for, however slow the disk; then it dies somewhere in the next ones.
        lines = [process.stdout.readline() for _ in range(random.randint(0, 8))]
        awaited += len(lines)
        time.sleep(random.uniform(0.0, 0.02))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        lines.extend(process.stdout)
        # The last line of its output may itself be cut off.
        whole = [line.split() for line in lines if line.endswith("\n")]
        acknowledged.update({int(number): sha256 for number, sha256 in whole})
    evidence = store(home)
    evidence.append(step("after"))
    found = evidence.verify("acme")
    assert found.problems == ()
    written = {each.number: each.sha256 for each in evidence.read("acme")}
    assert len(acknowledged) >= awaited > 60
    assert {number: written.get(number) for number in acknowledged} == acknowledged


def test_an_entry_of_everything_is_kept_as_it_is(home: Path) -> None:
    entry = Entry(
        kind=Kind.CUT,
        client="acme",
        at=NOW,
        person="dana.reyes",
        approved_by=("Bo Chen <bo@msp.example> (merged 1a2b3c4d5e)",),
        directory_date=NOW.replace(microsecond=0),
        seen={"left": ["Gruppe Ä", "\u202e"], "n": 3},
    )
    evidence = store(home)
    assert evidence.append(entry).entry == entry
    assert next(evidence.read("acme")).entry == entry
