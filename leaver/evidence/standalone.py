"""Checks one client's evidence without Leaver. `leaver evidence export` puts this file into every bundle.

    python verify.py acme.jsonl acme.head keys [HASH]

Needs nothing but Python 3.9; signatures are checked where the package `cryptography` is there, or by openssl 3.
HASH is the hash of an entry that you noted earlier: it must still be in the chain. Use a list of keys that you were
given by another way than this bundle. Ends with 0 when all is well, else with 1.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

Keys = dict[str, bytes]
# The DER header of an Ed25519 public key (RFC 8410).
HEADER = bytes.fromhex("302a300506032b6570032100")


def check(chain: bytes, head: bytes, keys: Keys, anchor: str | None = None) -> list[str]:
    """What is wrong, a line each; nothing when all is well."""
    faults: list[str] = []
    previous: Any = "0" * 64
    hashes, signed = [previous], False
    if chain and not chain.endswith(b"\n"):
        faults.append("the last line is cut off")
    for number, line in enumerate(chain.split(b"\n")[:-1], 1):
        # What is hashed: the line without its last two fields, sha256 and signature.
        content = line.rpartition(b',"sha256":"')[0] + b"}"
        try:
            data = json.loads(line)
            stated = {name: data[name] for name in ("number", "previous", "key", "sha256", "signature")}
            # Nothing may be in a line that is not hashed.
            tail = {"sha256": stated["sha256"], "signature": stated["signature"]}
            whole = content[:-1] + b"," + json.dumps(tail, separators=(",", ":")).encode()[1:]
        except (ValueError, KeyError, TypeError, RecursionError):
            faults.append(f"line {number}: is not readable")
            previous = None
            continue
        digest = hashlib.sha256(content).hexdigest()
        if whole != line or digest != stated["sha256"]:
            faults.append(f"line {number}: was changed: its hash is {digest}")
        if stated["number"] != number:
            faults.append(f"line {number}: is entry {stated['number']}: lines are missing or moved")
        if previous is not None and stated["previous"] != previous:
            faults.append(f"line {number}: does not follow the line before it")
        if stated["key"] is not None:
            signed = True
            if not genuine(keys, stated["key"], digest.encode(), stated["signature"]):
                faults.append(f"line {number}: the signature is not by a key of the list")
        elif signed:
            faults.append(f"line {number}: is not signed, and lines before it are")
        previous = stated["sha256"]
        hashes.append(previous)
    faults += check_head(head, hashes, keys, signed)
    if keys and not signed and len(hashes) > 1:
        faults.append("nothing is signed, and there are keys")
    if anchor is not None and anchor not in hashes:
        faults.append(f"{anchor} is the hash of no line")
    return faults


def check_head(head: bytes, hashes: list[Any], keys: Keys, signed: bool) -> list[str]:
    """What is wrong with the checkpoint: how many lines there are, and the hash of the last."""
    faults = []
    try:
        data = json.loads(head)
        count, sha256, key, signature = (data[name] for name in ("count", "sha256", "key", "signature"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return ["checkpoint: is not readable"]
    content = {name: value for name, value in data.items() if name != "signature"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if key is not None:
        if not genuine(keys, key, text, signature):
            faults.append("checkpoint: the signature is not by a key of the list")
    elif signed:
        faults.append("checkpoint: is not signed, and lines are")
    if not isinstance(count, int) or not 0 <= count < len(hashes) or hashes[count] != sha256:
        faults.append(f"checkpoint: there were {count} lines, the last with the hash {sha256}")
    return faults


def genuine(keys: Keys, key: Any, message: bytes, signature: Any) -> bool:
    """Whether `signature` (base64) is of `message`, by the key of that ID."""
    if key not in keys or not isinstance(signature, str):
        return False
    public = keys[key]
    try:
        raw = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    if base64.b64encode(raw).decode() != signature:
        return False
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return genuine_by_openssl(public, message, raw)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw, message)
    except Exception:
        return False
    return True


def genuine_by_openssl(public: bytes, message: bytes, signature: bytes) -> bool:
    """The same, by the openssl program."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "key").write_bytes(HEADER + public)
        (place / "message").write_bytes(message)
        (place / "signature").write_bytes(signature)
        words = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile signature"
        return subprocess.run(words.split(), cwd=folder, capture_output=True).returncode == 0


def read_keys(text: str) -> Keys:
    """The public keys of a list: lines `<id> ed25519:<base64>`."""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[1].startswith("ed25519:"):
            raw = base64.b64decode(words[1][8:])
            found[hashlib.sha256(raw).hexdigest()[:16]] = raw
    return found


def main(arguments: list[str]) -> int:
    """Check the files that the arguments name; 1 when something is wrong."""
    chain, head, keys = (Path(each).read_bytes() for each in arguments[:3])
    faults = check(chain, head, read_keys(keys.decode()), *arguments[3:4])
    count = chain.count(b"\n")
    sys.stdout.write("".join(f"{each}\n" for each in faults) or f"{count} entries, none changed\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
