"""No secret gets into the evidence, whoever hands it in and wherever it is."""

from __future__ import annotations

import string
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leaver.actions.secret import Secret
from leaver.evidence import Entry
from leaver.evidence.canonical import canonical
from leaver.evidence.form import entry_to_json
from leaver.evidence.secrecy import blot, is_secret_name, without_secrets
from leaver.evidence.store import secrets_of
from tests.evidence.entries import step, values

_LETTERS = string.ascii_letters + string.digits
_URL_SAFE = _LETTERS + "-_"
made_up = st.text(_LETTERS, min_size=24, max_size=40)
jwt = st.tuples(made_up, made_up, made_up).map(lambda parts: "eyJ" + ".".join(parts))
pem = made_up.map(lambda body: f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----")
shaped = st.one_of(
    jwt,
    pem,
    made_up.map(lambda each: f"Bearer {each}"),
    made_up.map(lambda each: f"SSWS {each}"),
    made_up.map(lambda each: f"Ab38Q~{each}"),
    st.text(_URL_SAFE, min_size=40, max_size=40).filter(lambda each: each[-1] not in "-_").map("00".__add__),
    made_up.map(lambda each: f"ghp_{each}"),
    made_up.map(lambda each: f"client_secret={each}"),
    made_up.map(lambda each: f"postgresql://leaver:{each}@db.example/leaver"),
)
names = st.sampled_from(
    ["password", "newPassword", "client_secret", "clientSecret", "SecretText", "token", "access_token", "apiToken",
     "refreshToken", "passphrase", "privateKey", "authorization", "X-API-Key", "recovery_answer", "Set-Cookie"]
)  # fmt: skip


def _written(entry: Entry, known: Collection[str] = ()) -> str:
    """The entry as it would be stored."""
    return canonical(entry_to_json(without_secrets(entry, known))).decode()


def _core(secret: str) -> str:
    """The part of it that nobody may read."""
    body = secret.replace("-----BEGIN PRIVATE KEY-----\n", "").replace("\n-----END PRIVATE KEY-----", "")
    for before in ("Bearer ", "SSWS ", "Ab38Q~", "client_secret=", "postgresql://leaver:", "ghp_"):
        body = body.removeprefix(before)
    return body.partition("@")[0]


@given(shaped, st.text(max_size=20).filter(lambda each: not each or not each[-1].isalnum()), values)
def test_what_looks_like_a_secret_is_blotted_out_wherever_it_is(secret: str, before: str, other: Any) -> None:
    assume(_core(secret) not in f"{before}{other}")
    text = f"{before} {secret} and so on"
    entry = step(
        why=text,
        asked_by=text,
        approved_by=(text,),
        request_id=text,
        seen={"a": [other, {"b": text}], text: 1, "c": {"d": (text,)}},
    )
    assert _core(secret) not in _written(entry)


@given(names, made_up, st.integers(10**9, 10**10))
def test_what_is_called_a_secret_is_blotted_out_whatever_it_is(name: str, value: str, number: int) -> None:
    entry = step(
        seen={
            name: value,
            "in": [{name: number}],
            f"outer {name}": {"x": [value, {"y": number}]},
            name.upper(): {"z": value},
        }
    )
    line = _written(entry)
    assert value not in line
    assert str(number) not in line


@given(made_up, values)
def test_what_is_known_to_be_a_secret_is_blotted_out_in_the_middle_of_a_word(known: str, other: Any) -> None:
    entry = step(why=f"x{known}y", seen={"a": [f"{known}{known}", other], known: known})
    assert known not in _written(entry, [known])


def test_a_value_that_is_made_not_to_be_shown_is_not_shown() -> None:
    assert "hunter2" not in _written(step(seen={"value": Secret("hunter2-hunter2")}))


@pytest.mark.parametrize(
    "text",
    [
        "accountEnabled=false",
        "request 3f7a9c1e-5f7b-4d2a-9a11-2d9f8d1c0b7e",
        "Ana Lee <ana@msp.example> (merged 1a2b3c4d5e)",
        "https://entra.microsoft.com/tenant/users",
        "00000000-0000-4000-8000-00000000ac3e",
        "00u1ab2cd3EFGHIJK4x7",
        "password reset to a value that nobody knows",
        "revoked 3 refresh tokens",
    ],
)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert blot(text) == text


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("password", True),
        ("passwordProfile", True),
        ("lastPasswordChangeDateTime", False),
        ("passwordPolicies", False),
        ("token", True),
        ("tokens", True),
        ("tokenType", False),
        ("apiTokens", True),
        ("sessionToken", True),
        ("pin", True),
        ("shipping", False),
        ("clientSecretExpiresAt", False),
        ("secretId", False),
        ("displayName", False),
        ("credentialUserRegistrationDetails", False),
        ("forceChangePasswordNextSignIn", False),
    ],
)
def test_what_a_name_says_of_its_value(name: str, is_one: bool) -> None:
    assert is_secret_name(name) is is_one


def test_how_many_there_are_is_no_secret() -> None:
    told = _written(step(seen={"tokens": 3, "refreshTokens": ["abc"], "pin": 1234}))
    assert '"seen":{"pin":"***","refreshTokens":["***"],"tokens":3}' in told


def test_the_environments_own_secrets_are_known() -> None:
    environ = {
        "LEAVER_ACME_ENTRA_CLIENT_SECRET": "one",
        "LEAVER_ACME_OKTA_TOKEN": " two ",
        "LEAVER_EVIDENCE_KEY": "three",
        "PULUMI_CONFIG_PASSPHRASE": "four",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "/etc/passphrase",
        "HOME": "/home/ana",
        "EMPTY_SECRET": "",
    }
    assert sorted(secrets_of(environ)) == ["four", "one", "three", "two"]
