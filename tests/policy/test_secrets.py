"""What looks like a secret, and what only looks odd. The tokens here are made up and open nothing."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.policy.secrets import scan
from tests.policy.project import broken

SEEDED = random.Random(4711)  # noqa: S311


def made_up(count: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(SEEDED.choices(letters, k=count))


TOKENS = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "an AWS access key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a GitHub token": "ghp_" + made_up(36),
    "a GitLab token": "glpat-" + made_up(20),
    "a Slack token": "xoxb-" + made_up(12),
    "a JSON web token": "eyJ" + made_up(20) + ".eyJ" + made_up(20) + "." + made_up(20),
    "an Entra client secret": "abc8Q~" + made_up(34),
    "an Okta API token": "00" + made_up(40),
    "a Pulumi token": "pul-" + "0123456789" * 4,
    "a Google API key": "AIza" + made_up(35),
    "a storage key": "AccountKey=" + made_up(40),
    "a password in an address": "://dana:hunter2@acme.example/",
    "a password": "Password: hunter2!",
    "a random text, such as a key or a token": made_up(43),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_a_known_shape_is_found_where_it_stands(kind: str) -> None:
    assert list(scan(f"see {TOKENS[kind]} there")) == [(4, kind)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Head of Interdepartmental-Telecommunications-Governance",
        "6b1f3c52-9a0e-4d77-8c1b-52e0f7a4d913",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "password reset by Lee on Friday",
        "password: changed by Lee on Friday",
        "secret:\n  directory: entra2",
        "  token: {name: Token2, directory: entra}",
        "https://wiki.acme.example/hr/Offboarding-2026_Q4?page=12",
        "Project-Harbour-Tunnel-2026-Phase2-Drawings",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1a",
        "Shares/Finance2026/Quarter3/ReportsFinal",
        "https://acme.example/sites/Aa1Bb2Cc3/Dd4Ee5Ff6/Gg7Hh8Ii9/Jj0Kk1Ll2/Mm3",
    ],
)
def test_words_identifiers_and_hashes_are_no_secrets(text: str) -> None:
    assert list(scan(text)) == []


def test_random_keys_are_found() -> None:
    keys = [made_up(count) for count in (32, 40, 64) for _ in range(100)]
    assert sum(bool(list(scan(key))) for key in keys) >= 295


@pytest.mark.parametrize("slashes", [(9,), (17, 25), (5, 20, 33)])
def test_a_key_in_base64_is_found_although_slashes_break_it(slashes: tuple[int, ...]) -> None:
    key = list(made_up(40))
    for at in slashes:
        key[at] = "/"
    text = "".join(key)
    assert list(scan(f"see {text} there")) == [(4, "a random text, such as a key or a token")]
    assert [at for at, _ in scan(f"AccountName={text}{text}==")] == [12]


@given(st.text(max_size=400))
def test_any_text_is_scanned_to_its_end(text: str) -> None:
    assert all(0 <= at < len(text) for at, _ in scan(text))


def test_a_secret_is_not_repeated(tmp_path: Path) -> None:
    token = TOKENS["a GitHub token"]
    (line,) = broken(
        tmp_path, "no-secret", people=f'dana: {{departure: {{at: 2027-01-01 09:00, ticket: "{token}"}}}}'
    )
    assert "in `departure.ticket`" in line
    assert token not in line


def test_a_long_text_is_scanned_to_its_end() -> None:
    assert list(scan("://" + "a" * 100_000)) == []
