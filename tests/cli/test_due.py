"""`leaver due`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

Run = Callable[..., Result]
BEFORE = ("--now", "2027-03-26T14:00:00Z")
LONG_AFTER = ("--now", "2027-04-10T14:00:00Z")


def test_what_is_coming_is_listed_by_moment_each_in_its_clients_zone(run: Run) -> None:
    result = run(*BEFORE, "due", "--within", "2w")
    assert result.exit_code == 0
    assert result.output == (
        "2027-03-26 16:30 GMT   in 2 h 30 min  brightwater  Callum Strachan departs (voluntary, BW-1183)\n"
        "2027-03-26 17:00 EDT   in 7 h         acme         "
        "Dana Reyes waits for a release (contentious, HD-4711)\n"
        "2027-04-01 17:00 AEDT  in 5 d 16 h    kestrel      "
        "Jarrah Wilkins waits for a release (contentious, KE-2204)\n"
        "2027-04-02 17:00 EDT   in 7 d 7 h     acme         Dana Reyes has a hold that expires\n"
        "2027-04-08 17:00 AEST  in 12 d 17 h   kestrel      Jarrah Wilkins has a hold that expires\n"
    )


def test_without_a_span_it_looks_a_week_ahead(run: Run) -> None:
    assert run(*BEFORE, "due").output == run(*BEFORE, "due", "--within", "7d").output


def test_named_clients_only(run: Run) -> None:
    assert run(*BEFORE, "due", "brightwater", "--within", "24h").output == (
        "2027-03-26 16:30 GMT  in 2 h 30 min  brightwater  Callum Strachan departs (voluntary, BW-1183)\n"
    )


def test_nothing_ahead_is_said(run: Run) -> None:
    assert run("due", "--within", "90m").output == "nothing happens within 1 h 30 min\n"


def test_whoever_waits_comes_first_with_the_owner_and_whether_the_hold_has_expired(run: Run) -> None:
    assert run(*LONG_AFTER, "due").output == (
        "acme: Dana Reyes waits for a release since 2027-03-26 17:00 EDT, owner on-call@msp.example, HD-4711: "
        "THE HOLD HAS EXPIRED\n"
        "kestrel: Jarrah Wilkins waits for a release since 2027-04-01 17:00 AEDT, owner on-call@msp.example, "
        "KE-2204: THE HOLD HAS EXPIRED\n"
        "nothing happens within 7 d\n"
    )


def test_json_says_the_same_with_moments_in_utc(run: Run) -> None:
    shown = json.loads(run(*BEFORE, "due", "acme", "--json").output)
    assert (shown["now"], shown["until"]) == ("2027-03-26T14:00:00+00:00", "2027-04-02T14:00:00+00:00")
    assert shown["waiting"] == []
    assert shown["events"] == [
        {
            "at": "2027-03-26T21:00:00+00:00",
            "client": "acme",
            "person": "dana.reyes",
            "kind": "waits for a release",
            "what": "",
            "urgency": "rest",
            "name": "Dana Reyes",
            "local": "2027-03-26 17:00 EDT",
            "ticket": "HD-4711",
        }
    ]
    (held,) = json.loads(run(*LONG_AFTER, "due", "acme", "--json").output)["waiting"]
    assert (held["expires"], held["expired"]) == ("2027-04-02T21:00:00+00:00", True)


@pytest.mark.parametrize("span", ["soon", "7", "0d", "-1d", "1.5h", "123456d", "7d "])
def test_a_span_of_another_form_is_a_usage_error(run: Run, span: str) -> None:
    result = run("due", "--within", span)
    assert result.exit_code == 2
    assert f'"{span}" is no length of time. Write one such as 90m, 24h, 7d or 2w.' in result.stderr


def test_an_unknown_client_is_a_usage_error(run: Run) -> None:
    result = run("due", "acm")
    assert result.exit_code == 2
    assert 'Did you mean "acme"?' in result.stderr
