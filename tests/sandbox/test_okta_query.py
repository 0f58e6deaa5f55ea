"""The filter language against a table of users."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.sandbox.okta.errors import OktaError
from leaver.sandbox.okta.query import compile_expression
from leaver.sandbox.okta.users import _FILTER, _SEARCH

USERS = [
    (
        "u1",
        "ACTIVE",
        "2026-01-01T00:00:00.000Z",
        {"login": "dana@a.example", "department": "Finance", "tags": ["x"]},
    ),
    (
        "u2",
        "STAGED",
        "2026-02-01T00:00:00.000Z",
        {"login": "lee@a.example", "department": "finance", "age": 40},
    ),
    ("u3", "ACTIVE", "2026-03-01T00:00:00.000Z", {"login": "sam@b.example", "tags": ["x", "y"], "vip": True}),
    (
        "u4",
        "DEPROVISIONED",
        "2026-04-01T00:00:00.000Z",
        {"login": "kim_1@b.example", "note": 'say "hi" 100%'},
    ),
]


@pytest.fixture(scope="module")
def table() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE okta_users (id, status, created, last_updated, login_key, profile)")
    for user, status, updated, profile in USERS:
        row = (user, status, updated, updated, profile["login"], json.dumps(profile))
        db.execute("INSERT INTO okta_users VALUES (?,?,?,?,?,?)", row)
    return db


def matching(db: sqlite3.Connection, text: str, language: object = _SEARCH) -> list[str]:
    condition = compile_expression(text, language)  # type: ignore[arg-type]
    sql = f"SELECT id FROM okta_users WHERE {condition.sql} ORDER BY id"  # noqa: S608
    rows = db.execute(sql, condition.bound)
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('status eq "ACTIVE"', "u1 u3"),
        ('status EQ "active"', "u1 u3"),
        ('(status lt "STAGED" or status gt "STAGED")', "u1 u3 u4"),
        ('profile.login eq "DANA@a.example"', "u1"),
        ('profile.login sw "kim_"', "u4"),
        ('profile.login sw "ki_"', ""),
        ('profile.login co "@b."', "u3 u4"),
        ('profile.login ew "a.example"', "u1 u2"),
        ('profile.department eq "Finance"', "u1 u2"),
        ("profile.department pr", "u1 u2"),
        ('profile.tags eq "y"', "u3"),
        ('profile.tags eq "x"', "u1 u3"),
        ("profile.age gt 39", "u2"),
        ("profile.age gt 40", ""),
        ("profile.vip eq true", "u3"),
        ('profile.note co "\\"hi\\" 100%"', "u4"),
        ('created ge "2026-03-01T00:00:00.000Z"', "u3 u4"),
        ('created lt "2026-02-01T01:00:00.000+02:00"', "u1"),
        ('status eq "ACTIVE" and profile.tags eq "y" or id eq "u4"', "u3 u4"),
        ('status eq "ACTIVE" and (profile.tags eq "y" or id eq "u4")', "u3"),
        ('id eq "u1" or id eq "u2" and id eq "u3"', "u1"),
    ],
)
def test_what_a_search_finds(table: sqlite3.Connection, text: str, expected: str) -> None:
    assert matching(table, text) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('status eq "ACTIVE"', "u1 u3"),
        ('status eq "active"', ""),
        ('profile.login eq "dana@a.example"', "u1"),
        ('profile.login eq "DANA@a.example"', ""),
        ('lastUpdated gt "2026-01-15T00:00:00.000Z" and lastUpdated lt "2026-03-15T00:00:00.000Z"', "u2 u3"),
    ],
)
def test_a_filter_is_exact(table: sqlite3.Connection, text: str, expected: str) -> None:
    assert matching(table, text, _FILTER) == expected.split()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", _SEARCH),
        ("status", _SEARCH),
        ("status eq", _SEARCH),
        ("status eq ACTIVE", _SEARCH),
        ('status ne "ACTIVE"', _SEARCH),
        ('"status" eq "ACTIVE"', _SEARCH),
        ('status eq "ACTIVE" and', _SEARCH),
        ('status eq "ACTIVE" status eq "STAGED"', _SEARCH),
        ('(status eq "ACTIVE"', _SEARCH),
        ('status eq "ACTIVE")', _SEARCH),
        ('nothing eq "x"', _SEARCH),
        ('profile.a.b eq "x"', _SEARCH),
        ('created gt "yesterday"', _SEARCH),
        ('created sw "2026"', _SEARCH),
        ('profile.login eq "unclosed', _SEARCH),
        ("(" * 50 + 'id eq "u1"' + ")" * 50, _SEARCH),
        ('status sw "ACT"', _FILTER),
        ("profile.login pr", _FILTER),
        ('profile.department eq "Finance"', _FILTER),
        ('created gt "2026-01-01T00:00:00.000Z"', _FILTER),
    ],
)
def test_an_expression_that_is_refused(text: str, language: object) -> None:
    with pytest.raises(OktaError) as caught:
        compile_expression(text, language)  # type: ignore[arg-type]
    assert (caught.value.status, caught.value.code) == (400, "E0000031")


@given(st.text(alphabet="()\"\\ aeiqrstuv.and or eq profile lgn1%_'[]{}", max_size=60))
def test_any_text_is_sound_sql_or_refused_in_oktas_words(text: str) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE okta_users (id, status, created, last_updated, login_key, profile)")
    with suppress(OktaError):
        condition = compile_expression(text, _SEARCH)
        db.execute(f"SELECT id FROM okta_users WHERE {condition.sql}", condition.bound)  # noqa: S608


@given(st.text(max_size=40))
def test_a_quoted_value_is_only_ever_a_value(value: str) -> None:
    condition = compile_expression(f"profile.login eq {json.dumps(value)}", _SEARCH)
    assert condition.bound == (value.lower(),)
    assert "?" in condition.sql
