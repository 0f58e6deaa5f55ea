"""Keys: read from where they are configured, listed, and never shown."""

from __future__ import annotations

import base64
import pickle
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from leaver.errors import UsageError
from leaver.evidence import SigningKey, key_of
from leaver.evidence.keys import parse_public, public_line, public_pem, read_public, verified
from tests.evidence.entries import KEY, OTHER

RAW = "c29tZSBrZXkgdGhhdCBpcyBmb3IgdGVzdHMgb25seSE="
FAULT = (
    "LEAVER_EVIDENCE_KEY: is no Ed25519 private key (PEM without a password, or 32 bytes in base64). "
    "Make one: leaver evidence key"
)


def test_a_key_is_read_from_the_variable_or_the_file_in_either_form(tmp_path: Path) -> None:
    pem = KEY.pem().decode()
    file = tmp_path / "key.pem"
    file.write_text(pem)
    ways = [
        {"LEAVER_EVIDENCE_KEY": RAW},
        {"LEAVER_EVIDENCE_KEY": pem},
        {"LEAVER_EVIDENCE_KEY": pem.replace("\n", "\\n")},
        {"LEAVER_EVIDENCE_KEY_FILE": str(file)},
    ]
    found = [key_of(environ) for environ in ways]
    assert [each.id if each else None for each in found] == [KEY.id] * 4
    assert key_of({}) is None
    assert key_of({"LEAVER_EVIDENCE_KEY": " "}) is None


def _elliptic() -> str:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hunter2", FAULT),
        (base64.b64encode(b"too short").decode(), FAULT),
        ("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", FAULT),
        (_elliptic(), "LEAVER_EVIDENCE_KEY: is a key of another kind. Make one: leaver evidence key"),
    ],
)
def test_what_is_no_key_is_refused_without_a_word_of_it(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        key_of({"LEAVER_EVIDENCE_KEY": text})
    assert str(caught.value) == said
    assert caught.value.__cause__ is None


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        key_of({"LEAVER_EVIDENCE_KEY_FILE": str(tmp_path / "none.pem")})
    assert str(caught.value) == (
        f"LEAVER_EVIDENCE_KEY_FILE: {tmp_path}/none.pem: cannot be read: No such file or directory. "
        "Correct the path."
    )


def test_a_private_key_does_not_show_itself() -> None:
    assert repr(KEY) == str(KEY) == f"SigningKey({KEY.id})"
    with pytest.raises(TypeError, match="a signing key is not written anywhere"):
        pickle.dumps(KEY)


def test_a_signature_is_of_its_message_by_its_key_in_one_spelling() -> None:
    signature = KEY.sign(b"message")
    assert verified(KEY.public, b"message", signature)
    assert not verified(KEY.public, b"massage", signature)
    assert not verified(OTHER.public, b"message", signature)
    # The last character of 64 bytes in base64 has four bits that mean nothing.
    spelled = signature[:-3] + chr(ord(signature[-3]) + 1) + "=="
    assert base64.b64decode(spelled) == base64.b64decode(signature)
    assert not verified(KEY.public, b"message", spelled)
    assert not verified(KEY.public, b"message", "?")


def test_a_list_has_lines_pem_blocks_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# ours\n\n{public_line(KEY.public)} until May\n{public_pem(OTHER.public)}")
    assert set(read_public(file)) == {KEY.id, OTHER.id}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "# ours\nhello",
            "keys:2: is no Ed25519 public key. Write the line that `leaver evidence key` printed.",
        ),
        (
            public_line(KEY.public).replace(KEY.id, OTHER.id),
            "keys:1: is no Ed25519 public key. Write the line that `leaver evidence key` printed.",
        ),
        (
            KEY.pem().decode(),
            "keys:3: is no Ed25519 public key. Write the line that `leaver evidence key` printed.",
        ),
        ("-----BEGIN PUBLIC KEY-----\nabc", "keys: ends within a key. Complete the PEM block."),
    ],
)
def test_a_list_with_something_else_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_public(text, "keys")
    assert str(caught.value) == said


def test_a_key_that_was_made_can_be_kept_and_read_again() -> None:
    made = SigningKey.make()
    assert SigningKey.parse(made.pem().decode()).id == made.id
    assert made.id != SigningKey.make().id
