"""`leaver hold` and `leaver cancel`: they give nothing back."""

from __future__ import annotations

from leaver.source import load
from tests.cli.release.office import ANA, PEOPLE, Office, Run, answer


def test_a_hold_gets_an_owner_and_an_expiry_and_says_how_to_release(office: Office, run: Run) -> None:
    office.write("acme", PEOPLE.replace(PEOPLE.split("\n")[8], "      hold: none"))
    office.under_version_control()
    result = run("hold", "acme", "dana.reyes", "--reason", "the lawyers asked")
    assert result.exit_code == 0, result.output
    assert office.added() == [
        "-      hold: none",
        "+      hold: {until: released, owner: ana@msp.example, expires: 2026-11-28 17:00:00 -05:00}",
    ]
    assert "now waits for: leaver release acme dana.reyes" in result.output
    assert office.git("log", "-1", "--format=%b") == f"By: {ANA}\nReason: the lawyers asked"
    assert office.gets_in("dana.reyes") == ["entra", "okta"]


def test_a_hold_that_is_there_takes_a_new_owner_and_keeps_its_expiry(office: Office, run: Run) -> None:
    result = run("hold", "acme", "dana.reyes", "--owner", "lee.park")
    assert result.exit_code == 0, result.output
    assert "hold: {until: released, owner: lee.park, expires: 2026-12-01 17:00}" in office.people


def test_a_hold_after_the_end_gives_nothing_back(office: Office, run: Run) -> None:
    run("release", "acme", "dana.reyes", "--yes")
    before = office.people
    result = run("hold", "acme", "dana.reyes")
    assert result.exit_code == 2
    assert "departed 2026-11-22 09:00:03 -05:00, and a hold gives nothing back" in result.stderr
    assert office.people == before


def test_a_cancellation_before_the_end_takes_the_departure_out(office: Office, run: Run) -> None:
    office.under_version_control()
    result = run("cancel", "acme", "dana.reyes")
    assert result.exit_code == 0
    assert all(line.startswith("-") for line in office.added())
    assert load(office.root, ["acme"]).clients["acme"].people["dana.reyes"].departure is None
    assert "was not taken by this departure, and goes on" in result.output


def test_a_cancellation_after_the_cut_gives_nothing_back_and_says_what_would(
    office: Office, run: Run
) -> None:
    run("release", "acme", "dana.reyes", "--yes")
    result = run("cancel", "acme", "dana.reyes")
    assert result.exit_code == 0
    assert office.gets_in("dana.reyes") == []
    assert "Nothing was given back: accounts that were disabled stay disabled." in result.output
    assert "at identities/acme/people.yaml:4:3, under dana.reyes:\n    reinstate: true\n" in result.output
    found = load(office.root, ["acme"]).clients["acme"].people["dana.reyes"]
    assert found.departure is None


def test_hold_and_cancel_in_json(office: Office, run: Run) -> None:
    office.under_version_control()
    held = answer(run("hold", "acme", "dana.reyes", "--json"))
    assert held["record"]["states"] == [
        "identities/acme/people.yaml: says so already",
        "committed before",
        "no remote to push to",
    ]
    cancelled = answer(run("cancel", "acme", "dana.reyes", "--json"))
    assert cancelled["reinstate"]["needed"] is False
    assert cancelled["record"]["commit"] == office.git("rev-parse", "HEAD")[:10]
