"""`leaver status`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from leaver.evidence import open_store
from tests.evidence.entries import step

Run = Callable[..., Result]


def test_each_client_is_counted_and_the_next_change_told_in_its_own_zone(run: Run) -> None:
    result = run("status")
    assert result.exit_code == 0
    assert result.output == (
        "acme         30 people: 1 not started, 28 active, 1 disabled\n"
        "brightwater  22 people: 1 not started, 20 active, 1 disabled\n"
        "kestrel      24 people: 1 not started, 22 active, 1 disabled\n"
        "next at brightwater: 2027-01-04 09:00 GMT, Femi Balogun becomes active\n"
        "next at acme: 2027-01-11 09:00 EST, Mei-Ling Quah becomes active\n"
        "next at kestrel: 2027-02-01 08:30 AEDT, Thandiwe Ncube becomes active\n"
        "sandbox: not running\n"
    )


def test_whoever_waits_for_a_release_is_named(run: Run) -> None:
    result = run("--now", "2027-03-26 17:00 -04:00", "status")
    assert (
        "acme: Dana Reyes waits for a release since 2027-03-26 17:00 EDT; on-call@msp.example makes the call\n"
        in result.output
    )


def test_json_says_the_same_with_moments_in_utc(run: Run) -> None:
    shown = json.loads(run("--now", "2027-03-26T21:00:00Z", "status", "--json").output)
    acme = shown["clients"][0]
    assert shown["now"] == "2027-03-26T21:00:00+00:00"
    assert acme["phases"] == {"active": 25, "held": 1, "departed": 3, "disabled": 1}
    assert acme["waiting"] == [
        {
            "person": "dana.reyes",
            "name": "Dana Reyes",
            "since": "2027-03-26T21:00:00+00:00",
            "local": "2027-03-26 17:00 EDT",
            "ticket": "HD-4711",
            "owner": "on-call@msp.example",
            "expires": "2027-04-02T21:00:00+00:00",
        }
    ]
    assert acme["next"] == {
        "at": "2027-08-31T21:00:00+00:00",
        "local": "2027-08-31 17:00 EDT",
        "person": "wren.castellano",
        "name": "Wren Castellano",
        "becomes": "departed",
    }


def test_records_with_problems_are_reported_instead(run: Run, project: Path) -> None:
    (project / "identities/acme/client.yaml").write_text("name: Acme\n")
    result = run("status")
    assert result.exit_code == 1
    assert result.stderr.startswith("identities/acme/client.yaml:")


def test_a_name_with_terminal_commands_is_shown_harmless(run: Run, project: Path) -> None:
    people = project / "identities/brightwater/people.yaml"
    people.write_text(people.read_text().replace("name: Femi Balogun", "name: Femi \U000e0042Balogun"))
    result = run("status")
    assert "\U000e0042" not in result.output


def test_how_much_evidence_there_is_is_told_with_the_hash_to_note(run: Run, project: Path) -> None:
    assert json.loads(run("status", "--json").stdout)["evidence"] == {}
    assert "evidence" not in run("status").output
    with open_store(project / ".leaver") as store:
        stored = store.append_all([step(), step()])[-1]
    found = json.loads(run("status", "--json").stdout)["evidence"]
    assert found == {"acme": {"entries": 2, "head": stored.sha256}}
    assert "evidence: 2 entries of 1 client. See: leaver evidence verify\n" in run("status").output
    (project / ".leaver/evidence/acme.head").write_text("hello")
    result = run("status")
    assert result.exit_code == 0
    assert "the checkpoint is not readable. See: leaver evidence verify" in result.stderr
