"""`leaver evidence`: verify, show, export, import, key."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leaver.evidence import Kind, Outcome, open_store
from leaver.evidence.keys import public_line
from tests.cli.conftest import Run
from tests.evidence.entries import KEY, NOW, OTHER, chain, step

STORY = [
    step("disable", kind=Kind.CUT, step=None, asked_by="Ana Lee <ana@msp.example>", commit="c" * 40,
         approved_by=("Bo Chen (merged 1a2b3c4d5e)", "octo (started the run, GITHUB_TRIGGERING_ACTOR)"),
         request_id="r-1", directory_date=NOW.replace(microsecond=0)),
    step("licences", outcome=Outcome.FAILED, why="403 \x1b[31m", agreed=None),
    step("groups", person="lee.park", at=NOW + timedelta(days=1), agreed=None, plan="f" * 64),
]  # fmt: skip
HASHES = [each.sha256 for each in chain(*STORY)]


@pytest.fixture
def home(project: Path) -> Path:
    """Where acme has three entries, signed."""
    found = project / ".leaver"
    open_store(found, key=KEY).append_all(STORY)
    return found


def test_a_sound_chain_is_said_to_be_with_the_hash_to_note(run: Run, home: Path) -> None:
    result = run("evidence", "verify")
    assert (result.exit_code, result.output) == (
        0,
        f"acme: sound: 3 entries, signed by {KEY.id}; head {HASHES[2]}\n",
    )


def test_a_hash_that_was_noted_must_still_be_there(run: Run, home: Path) -> None:
    assert run("evidence", "verify", "acme", "--head", HASHES[1].upper()).exit_code == 0
    result = run("evidence", "verify", "acme", "--head", "0" * 63 + "1")
    assert result.exit_code == 1
    assert "is the hash of no entry here: lines were cut off, or the chain was written anew" in result.output


def test_every_change_is_named_by_line_and_entry_and_ends_with_1(run: Run, home: Path) -> None:
    path = home / "evidence/acme.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0].replace(b"Ana Lee", b"Bob Lee") + lines[2])
    result = run("evidence", "verify")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"acme: CHANGED: 2 faults in 3 entries, signed by {KEY.id}",
    ]
    assert result.stderr.splitlines() == [
        f"{path}:1:1: entry 1: was changed: its content does not have the hash it states. Keep the file as it is, "
        "and compare it with a copy from elsewhere.",
        f"{path}:2:1: entry 3: stands where entry 2 should be: entry 2 is missing here. Keep the file as it is, "
        "and compare it with a copy from elsewhere.",
    ]


def test_an_auditors_own_list_of_keys_is_what_counts(run: Run, home: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(public_line(KEY.public))
    assert run("evidence", "verify", "--keys", str(keys)).exit_code == 0
    keys.write_text(public_line(OTHER.public))
    result = run("evidence", "verify", "--keys", str(keys))
    assert result.exit_code == 1
    assert f"entry 1: is signed with the key {KEY.id}, which is not trusted" in result.stderr
    keys.write_text("hello")
    assert run("evidence", "verify", "--keys", str(keys)).exit_code == 2


def test_a_client_without_evidence_is_a_fault_only_when_it_was_asked_for(run: Run, home: Path) -> None:
    result = run("evidence", "verify", "acme", "nobody")
    assert result.exit_code == 1
    assert result.stderr == (
        "nobody: there is no evidence. Check the client's name, LEAVER_HOME and --database.\n"
    )


def test_json_has_the_findings_of_every_client(run: Run, home: Path) -> None:
    result = run("evidence", "verify", "--json")
    assert json.loads(result.stdout) == [
        {
            "client": "acme",
            "ok": True,
            "count": 3,
            "head": HASHES[2],
            "signed": {KEY.id: 3},
            "unsigned": 0,
            "problems": [],
            "notes": [],
            "missing": False,
        }
    ]


def test_no_evidence_yet_is_no_fault(run: Run) -> None:
    result = run("evidence", "verify")
    assert (result.exit_code, result.output) == (0, "no evidence yet\n")
    assert run("evidence", "show", "acme").output == "no evidence\n"


def test_the_list_is_for_people_in_the_clients_time_and_utc(run: Run, home: Path) -> None:
    result = run("evidence", "show", "acme")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "    1  2026-11-27 17:00:04 EST (22:00:04 UTC)  dana.reyes in entra cut: done",
        "       agreed 2026-11-27 17:00 EST, 4.000 s later",
        "       asked by Ana Lee <ana@msp.example>",
        "       approved by Bo Chen (merged 1a2b3c4d5e), octo (started the run, GITHUB_TRIGGERING_ACTOR)",
        f"       commit {'c' * 40}",
        "       the directory's answer: request r-1, 2026-11-27 22:00:04 UTC by its clock",
        "    2  2026-11-27 17:00:04 EST (22:00:04 UTC)  dana.reyes in entra step licences: failed",
        "       403 \\u001b[31m",
        "    3  2026-11-28 17:00:04 EST (22:00:04 UTC)  lee.park in entra step groups: done",
        f"       plan {'f' * 64}",
    ]


def test_what_was_read_back_is_told_in_short(run: Run, project: Path) -> None:
    steps = [{"step": "disable", "result": "done", "read_back": "accountEnabled=false"}]
    seen = {
        "username": "dana@acme.example",
        "tries": 1,
        "steps": steps,
        "left": [],
        "names": ["A", "\u202eB"] * 90,
    }
    open_store(project / ".leaver").append(step(agreed=None, seen={**seen, "resources": {"update": 1}}))
    lines = run("evidence", "show", "acme").stdout.splitlines()
    assert lines[1] == "       seen: tries 1, username dana@acme.example"
    assert lines[2].startswith("       names: A; \\u202eB; A; ")
    assert len(lines[2]) <= 7 + 220
    assert lines[3:] == ["       resources: update 1", "       steps: disable, done, accountEnabled=false"]


def numbers(result: Any) -> list[int]:
    return [each["number"] for each in json.loads(result.stdout)]


def test_a_person_and_a_moment_narrow_the_list(run: Run, home: Path) -> None:
    assert numbers(run("evidence", "show", "acme", "dana.reyes", "--json")) == [1, 2]
    assert numbers(run("evidence", "show", "acme", "--since", "2026-11-28 17:00", "--json")) == [3]
    assert run("evidence", "show", "acme", "nobody").output == "no evidence of nobody\n"
    shown = json.loads(run("evidence", "show", "acme", "--json").stdout)[0]
    assert (shown["sha256"], shown["entry"]["lateness_ms"]) == (HASHES[0], 4000)


def test_a_client_that_is_gone_from_the_records_is_shown_in_utc(run: Run, project: Path) -> None:
    open_store(project / ".leaver").append(step(client="gone"))
    result = run("evidence", "show", "gone")
    assert (
        result.stdout.splitlines()[0]
        == "    1  2026-11-27 22:00:04 UTC  dana.reyes in entra step revoke: done"
    )


def test_a_bundle_goes_into_another_store(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "acme.zip"
    result = run("evidence", "export", "acme", "--to", str(file))
    assert result.output == f"{file}: 3 entries, head {HASHES[2]}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("LEAVER_HOME", str(tmp_path / "other"))
    assert run("evidence", "import", str(file)).output == "acme: 3 entries taken over\n"
    assert json.loads(run("evidence", "import", str(file), "--json").stdout) == {"client": "acme", "new": 0}
    assert run("evidence", "verify", "acme", "--head", HASHES[2]).exit_code == 0
    assert run("evidence", "export", "nobody").exit_code == 1


def test_a_key_pair_is_made_once_and_only_its_public_half_is_shown(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    file = tmp_path / "key.pem"
    result = run("evidence", "key", str(file))
    assert result.exit_code == 0
    id_, public = result.stdout.split()
    assert public.startswith("ed25519:")
    assert file.read_text().split("\n")[1] not in result.output
    assert file.stat().st_mode & 0o777 == 0o600
    again = run("evidence", "key", str(file))
    assert (again.exit_code, again.stderr) == (2, f"{file}: is there already. Name another file.\n")
    monkeypatch.setenv("LEAVER_EVIDENCE_KEY_FILE", str(file))
    from leaver.evidence import configured

    configured(project / ".leaver", {"LEAVER_EVIDENCE_KEY_FILE": str(file)}).append(step())
    assert f"signed by {id_}" in run("evidence", "verify").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verify", "--head", "abc"), "--head: is of one chain. Name its client."),
        (
            ("verify", "--database", "sqlite:///x"),
            "--database: is not the address of a PostgreSQL database. Write postgresql://…",
        ),
        (("show", "../acme"), "'../acme': is no client's key. Use the name of its folder in identities."),
    ],
)
def test_what_it_cannot_use_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run("evidence", *words)
    assert result.exit_code in (1, 2)
    assert result.stderr.strip() == said


def test_a_key_that_cannot_be_used_is_told_of_and_not_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAVER_EVIDENCE_KEY", "hunter2")
    result = run("evidence", "verify")
    assert result.exit_code == 2
    assert "hunter2" not in result.output


def test_a_release_has_not_even_read_the_evidences_program_before_its_cut() -> None:
    look = "import sys, leaver.cli.app, leaver.actions, leaver.source.single; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "leaver.actions" in loaded
    assert not [name for name in loaded if name.startswith(("leaver.evidence", "cryptography", "psycopg"))]
