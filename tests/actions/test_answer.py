from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leaver.actions.answer import Answer, decode, fault_of, http_date, moment

from .script import DATE


def got(status: int = 429, **headers: str) -> Answer:
    named = {"date": DATE} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, None, 100.0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": "Sun, 22 Nov 2026 14:00:25 GMT"}, 15.0),
        ({"retry_after": "Sun, 22 Nov 2026 13:00:00 GMT"}, 0.0),
        ({"x_rate_limit_reset": str(int(datetime(2026, 11, 22, 14, 0, 14, tzinfo=UTC).timestamp()))}, 4.0),
        ({"retry_after": "3", "x_rate_limit_reset": "99999999999"}, 3.0),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-4"}, None),
        ({"x_rate_limit_reset": "9" * 40}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert got(**headers).wait == seconds


def test_a_rate_limit_that_was_not_hit_orders_no_wait() -> None:
    assert got(503, x_rate_limit_reset="1795356014").wait is None


def test_when_the_wait_ends_is_told_by_the_directorys_clock() -> None:
    assert got(retry_after="7").until == datetime(2026, 11, 22, 14, 0, 17, tzinfo=UTC)


def test_the_directorys_clock_at_an_earlier_moment() -> None:
    assert got().date_at(95.5) == datetime(2026, 11, 22, 14, 0, 5, 500000, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "Sun, 99 Nov 2026 14:00:10 GMT", "0" * 1000, None])
def test_what_is_no_http_date(text: str | None) -> None:
    assert http_date(text) is None


@pytest.mark.parametrize("value", [None, 7, "soon", "2026-11-22T14:00:00", "0001-01-01T00:00:00+23:59", {}])
def test_what_is_no_moment(value: object) -> None:
    assert moment(value) is None


def test_a_time_stamp_is_a_moment_in_utc() -> None:
    assert moment("2026-11-22T15:00:00+01:00") == datetime(2026, 11, 22, 14, tzinfo=UTC)
    assert moment("2026-11-22T14:00:00Z") == datetime(2026, 11, 22, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "body", [b"<html>", b"{", b"\xff\xfe", b"[" * 200_000, b'{"a": ' + b"1" * 5000 + b"}"]
)
def test_what_is_no_sound_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own words differ by version
        decode(body)


def test_an_empty_body_is_nothing() -> None:
    assert decode(b"  \n") is None


def test_texts_from_outside_stay_on_one_line_and_short() -> None:
    assert fault_of({"error": {"message": "a\x1b[31m\nb\u202e"}}) == (None, "a\\u001b[31m b\\u202e")
    code, message = fault_of({"errorCode": "c" * 1_000_000, "errorSummary": "x" * 1_000_000})
    assert (len(code or ""), len(message)) == (80, 300)


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (
            {"error": {"code": "Request_ResourceNotFound", "message": "No."}},
            "Request_ResourceNotFound",
            "No.",
        ),
        (
            {"error": "invalid_client", "error_description": "AADSTS7000215"},
            "invalid_client",
            "AADSTS7000215",
        ),
        (
            {
                "errorCode": "E0000001",
                "errorSummary": "Api validation",
                "errorCauses": [{"errorSummary": "no"}],
            },
            "E0000001",
            "Api validation no",
        ),
        (["?"], None, ""),
        ({"error": {"code": 5}}, "5", ""),
        ({"errorCauses": "?", "errorSummary": {}}, None, ""),
    ],
)
def test_the_vendors_own_words(data: object, code: str | None, message: str) -> None:
    assert fault_of(data) == (code, message)
