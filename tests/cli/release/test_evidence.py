"""The evidence of a release, a hold and a cancellation."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from leaver.evidence import Kind, Outcome, open_store
from leaver.evidence.keep import take
from leaver.evidence.waiting import waiting
from tests.cli.release.office import ANA, Office, Run, answer, written


def test_the_evidence_has_the_cut_of_each_directory_and_the_word(office: Office, run: Run) -> None:
    office.under_version_control()
    told = answer(run("release", "acme", "dana.reyes", "--yes", "--reason", "call from HR", "--json"))
    *cuts, word = written(office)
    entra, okta = sorted(cuts, key=lambda each: each.directory or "")
    assert [(each.kind, each.directory, each.outcome) for each in (entra, okta, word)] == [
        (Kind.CUT, "entra", Outcome.DONE),
        (Kind.CUT, "okta", Outcome.DONE),
        (Kind.WORD, None, Outcome.DONE),
    ]
    assert {each.person for each in (entra, okta, word)} == {"dana.reyes"}
    assert {each.asked_by for each in (entra, okta, word)} == {ANA}
    assert [each.seen["reason"] for each in (entra, okta)] == ["call from HR"] * 2
    assert all(each.request_id and each.directory_date for each in (entra, okta))
    assert entra.agreed is not None
    assert entra.agreed.isoformat() == "2026-11-22T14:00:03+00:00"
    assert (word.step, word.why, word.commit) == (
        "release",
        "call from HR",
        office.git("rev-parse", "HEAD")[:10],
    )
    with open_store(office.root / ".leaver") as store:
        head = store.head("acme")
    assert head is not None
    assert told["evidence"] == {"heads": {"acme": head.sha256}, "faults": [], "notes": []}


def test_evidence_that_cannot_be_written_stops_no_cut_and_is_shouted_about(office: Office, run: Run) -> None:
    office.under_version_control()
    (office.root / ".leaver/evidence").write_text("in the way")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert "released by" in office.git("show")
    assert "EVIDENCE NOT WRITTEN" in result.stderr


def test_a_key_that_cannot_be_used_stops_no_cut_either(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAVER_EVIDENCE_KEY", "hunter2")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 1
    assert office.gets_in("dana.reyes") == []
    assert "LEAVER_EVIDENCE_KEY: is no Ed25519 private key" in result.stderr
    assert "hunter2" not in result.output


def test_a_release_at_several_clients_is_in_the_chain_of_each(office: Office, run: Run) -> None:
    office.write("blue", "people:\n  dana: {username: Dana.Reyes@acme.example, accounts: [okta]}\n")
    office.account("blue", "okta", "dana.reyes")
    office.under_version_control()
    assert run("release", "acme", "dana.reyes", "--yes").exit_code == 0
    assert [(each.kind, each.person) for each in written(office, "blue")] == [
        (Kind.CUT, "dana"),
        (Kind.WORD, "dana"),
    ]


def test_a_hold_and_a_cancellation_are_words_too(office: Office, run: Run) -> None:
    office.under_version_control()
    assert run("hold", "acme", "dana.reyes", "--reason", "not yet").exit_code == 0
    assert run("cancel", "acme", "dana.reyes", "--operator", "Bo").exit_code == 0
    assert [(each.kind, each.step, each.asked_by, each.why) for each in written(office)] == [
        (Kind.WORD, "hold", ANA, "not yet"),
        (Kind.WORD, "cancel", "Bo", ""),
    ]


def test_who_writes_without_the_key_of_the_others_is_told_what_that_means(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = office.root.parent / "evidence.pem"
    assert run("evidence", "key", str(key)).exit_code == 0
    monkeypatch.setenv("LEAVER_EVIDENCE_KEY_FILE", str(key))
    signed = run("release", "acme", "lee.park", "--yes")
    assert "evidence: signed elsewhere" not in signed.stderr
    monkeypatch.delenv("LEAVER_EVIDENCE_KEY_FILE")
    result = run("release", "acme", "dana.reyes", "--yes")
    assert result.exit_code == 0
    assert office.gets_in("dana.reyes") == []
    assert result.stderr.count("evidence: signed elsewhere, by ") == 1
    assert "Set LEAVER_EVIDENCE_KEY_FILE or LEAVER_EVIDENCE_KEY.\n" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("database", [None, "postgresql://leaver@127.0.0.1:1/none"])
def test_a_release_that_is_killed_while_one_directory_fails_leaves_the_entry_of_the_other(
    office: Office, database: str | None
) -> None:
    office.under_version_control()
    office.box.fault("error", directory="entra", status=503, count=None)
    command = "from leaver.cli import cli; cli(prog_name='leaver')"
    words = ("release", "acme", "dana.reyes", "--yes", "--reason", "call from HR")
    environ = dict(os.environ)
    if database:
        environ["LEAVER_EVIDENCE_DATABASE_URL"] = database
    killed = subprocess.Popen(
        [sys.executable, "-c", command, *words],
        cwd=office.root,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while not (waiting(office.root / ".leaver") if database else written(office)):
            assert time.monotonic() < deadline
            assert killed.poll() is None
            time.sleep(0.02)
    finally:
        killed.kill()
        said, _ = killed.communicate()
    assert said == b""
    assert office.gets_in("dana.reyes") == ["entra"]
    # Whoever writes next takes up what waits.
    assert take(office.root / ".leaver", {}).ok
    (cut,) = [each for each in written(office) if each.kind is Kind.CUT]
    assert (cut.directory, cut.outcome, cut.asked_by) == ("okta", Outcome.DONE, ANA)
    assert cut.seen["reason"] == "call from HR"
    with open_store(office.root / ".leaver") as store:
        assert store.verify("acme").ok
