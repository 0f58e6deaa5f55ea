"""Signing keys (Ed25519, RFC 8032): reading, making, and the list of public keys by which lines are checked.

Importing this imports no cryptography: it takes as long as a cut, and entries are put by without it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leaver.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY = "LEAVER_EVIDENCE_KEY"
"""A private key: PEM (PKCS 8, not encrypted), or 32 bytes in base64."""
KEY_FILE = "LEAVER_EVIDENCE_KEY_FILE"
"""The file that has it."""
_RAW = 32
_LISTED = re.compile(r"(?P<id>[0-9a-f]{16})\s+ed25519:(?P<key>[A-Za-z0-9+/]{43}=)(?:\s+.*)?")

PublicKeys = Mapping[str, "Ed25519PublicKey"]
"""Public keys by their IDs."""


class SigningKey:
    """A private key that does not show itself, and the ID of its public half."""

    __slots__ = ("_private", "id")

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.id = key_id(private.public_key())

    def __repr__(self) -> str:
        return f"SigningKey({self.id})"

    def __reduce__(self) -> Any:
        raise TypeError("a signing key is not written anywhere")

    @classmethod
    def make(cls) -> SigningKey:
        """A new key, by the system's random numbers."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str, place: str = KEY) -> SigningKey:
        """PEM or base64. Raises UsageError that names `place`, and never the text."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            if "-----BEGIN" in text:
                # A variable of a CI system may have lost its line breaks to the characters \ and n.
                pem = text.replace("\\n", "\n").strip().encode()
                found = load_pem_private_key(pem, password=None)
                if not isinstance(found, Ed25519PrivateKey):
                    raise UsageError(f"{place}: is a key of another kind. Make one: leaver evidence key")
                return cls(found)
            raw = base64.b64decode(text.strip(), validate=True)
            if len(raw) == _RAW:
                return cls(Ed25519PrivateKey.from_private_bytes(raw))
        except (ValueError, TypeError, binascii.Error):
            pass
        raise UsageError(
            f"{place}: is no Ed25519 private key (PEM without a password, or 32 bytes in base64). "
            "Make one: leaver evidence key"
        )

    def sign(self, message: bytes) -> str:
        """The signature in base64."""
        return base64.b64encode(self._private.sign(message)).decode()

    @property
    def public(self) -> Ed25519PublicKey:
        return self._private.public_key()

    def pem(self) -> bytes:
        """The private key itself; for the file that keeps it, and nothing else."""
        from cryptography.hazmat.primitives import serialization

        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def key_id(public: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the SHA-256 of the 32 bytes of the public key."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def verified(public: Ed25519PublicKey, message: bytes, signature: str) -> bool:
    """Whether `signature` (base64, in its one spelling) is of `message`."""
    from cryptography.exceptions import InvalidSignature

    try:
        raw = base64.b64decode(signature, validate=True)
        if base64.b64encode(raw).decode() != signature:
            return False
        public.verify(raw, message)
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True


def public_line(public: Ed25519PublicKey) -> str:
    """A public key as a list of keys has it: `<id> ed25519:<base64>`."""
    return f"{key_id(public)} ed25519:{base64.b64encode(public.public_bytes_raw()).decode()}"


def public_pem(public: Ed25519PublicKey) -> str:
    """A public key as openssl reads it."""
    from cryptography.hazmat.primitives import serialization

    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def parse_public(text: str, place: str) -> dict[str, Ed25519PublicKey]:
    """A list of public keys: lines `<id> ed25519:<base64>`, PEM blocks, and comments that begin with #.

    Raises:
        UsageError: names `place` and the line.
    """
    found: dict[str, Ed25519PublicKey] = {}
    block: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if block or stripped.startswith("-----BEGIN"):
            block.append(stripped)
            if not stripped.startswith("-----END"):
                continue
            key, block = _from_pem("\n".join(block)), []
        elif not stripped or stripped.startswith("#"):
            continue
        else:
            key = _from_line(stripped)
        if key is None:
            raise UsageError(
                f"{place}:{number}: is no Ed25519 public key. Write the line that `leaver evidence key` printed."
            )
        found[key_id(key)] = key
    if block:
        raise UsageError(f"{place}: ends within a key. Complete the PEM block.")
    return found


def _from_line(line: str) -> Ed25519PublicKey | None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    match = _LISTED.fullmatch(line)
    if match is None:
        return None
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(match["key"]))
    return key if key_id(key) == match["id"] else None


def _from_pem(block: str) -> Ed25519PublicKey | None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        found = load_pem_public_key(block.encode())
    except ValueError:
        return None
    return found if isinstance(found, Ed25519PublicKey) else None


def read_public(path: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys in a file. Raises UsageError."""
    try:
        return parse_public(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path}: cannot be read: {reason}. Name a list of public keys.") from None


def key_of(environ: Mapping[str, str]) -> SigningKey | None:
    """The configured signing key; None when none is. Raises UsageError when it cannot be used."""
    if stated := environ.get(KEY, "").strip():
        return SigningKey.parse(stated)
    if not (name := environ.get(KEY_FILE, "").strip()):
        return None
    try:
        return SigningKey.parse(Path(name).read_text(encoding="ascii"), name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{KEY_FILE}: {name}: cannot be read: {reason}. Correct the path.") from None
