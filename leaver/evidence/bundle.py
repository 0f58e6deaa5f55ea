"""One client's evidence in one file, for somebody who has no Leaver: what it is, the keys, and how to check it."""

from __future__ import annotations

import inspect
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from leaver.errors import UsageError
from leaver.evidence import standalone
from leaver.evidence.chain import Head, parse_head
from leaver.evidence.errors import EvidenceError
from leaver.evidence.keys import PublicKeys, parse_public, public_line, public_pem
from leaver.evidence.store import Evidence, checked

_STAMP = (1980, 1, 1, 0, 0, 0)
"""The same evidence is the same file, whenever it is exported."""
_LARGEST = 2**31
_README = """\
The evidence of the client {client}: {count} entries.
The hash of the last entry: {sha256}

{client}.jsonl   the chain, a JSON object a line
{client}.head    its checkpoint: how many entries there are, and the hash of the last
keys             the public keys (Ed25519) of those who signed; keys-ID.pem are the same, for openssl
verify.py        checks all of it, and needs no Leaver:   python verify.py {client}.jsonl {client}.head keys

A list of keys out of this file proves only that the rest of this file goes with it. Take the public keys from
whoever you were told signs, and the hash of an earlier entry from a report you got at that time:
    python verify.py {client}.jsonl {client}.head YOUR-KEYS HASH

By hand, for line 1:
    line=$(sed -n 1p {client}.jsonl)
    printf '%s}}' "${{line%,\\"sha256\\":*}}" | sha256sum            # is what the line has as sha256
    printf %s "$line" | jq -r .sha256 | tr -d '\\n' > message
    printf %s "$line" | jq -r .signature | base64 -d > signature
    openssl pkeyutl -verify -pubin -inkey keys-ID.pem -rawin -in message -sigfile signature
and line 2 has as `previous` what line 1 has as `sha256`, and so on to the last, whose hash is the checkpoint's.
"""


def export(evidence: Evidence, client: str) -> tuple[bytes, Head]:
    """A zip file with a client's evidence, and the checkpoint it goes to.

    Raises:
        EvidenceError: there is none, or the checkpoint is damaged.
    """
    head = evidence.head(checked(client))
    if head is None:
        raise EvidenceError(f"{client}: there is no evidence. See: leaver evidence verify")
    # Lines that were written since the checkpoint was read are left to the next export.
    lines = [line for _, line in zip(range(head.count), evidence.lines(client), strict=False)]
    keys = evidence.keys()
    files = {
        "README.txt": _README.format(client=client, count=head.count, sha256=head.sha256).encode(),
        f"{client}.jsonl": b"".join(line + b"\n" for line in lines),
        f"{client}.head": head.text + b"\n",
        "keys": "".join(f"{public_line(key)}\n" for _, key in sorted(keys.items())).encode(),
        **{f"keys-{id_}.pem": public_pem(key).encode() for id_, key in sorted(keys.items())},
        "verify.py": inspect.getsource(standalone).encode(),
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(
                zipfile.ZipInfo(f"evidence-{client}/{name}", _STAMP), content, zipfile.ZIP_DEFLATED
            )
    return packed.getvalue(), head


def restore(evidence: Evidence, file: Path) -> tuple[str, int]:
    """Take over the chain of a bundle, as it is; the client, and how many entries were new.

    Raises:
        UsageError: it is no bundle.
        EvidenceError: it does not go on from what is here, or is damaged.
    """
    client, lines, head, keys = _unpacked(file)
    return client, evidence.restore(client, lines, head, keys)


def _unpacked(file: Path) -> tuple[str, list[bytes], Head, PublicKeys]:
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(each.file_size for each in archive.infolist()) > _LARGEST:
                raise UsageError(f"{file}: is larger than 2 GB unpacked. Import it from the store itself.")
            found = {Path(name).name: archive.read(name) for name in archive.namelist()}
    except (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error):
        # The library has an error of its own for each way in which a file can be none: encrypted, packed otherwise.
        raise UsageError(f"{file}: is no bundle. Make one: leaver evidence export CLIENT") from None
    heads = [name for name in found if name.endswith(".head")]
    client = heads[0].removesuffix(".head") if len(heads) == 1 else ""
    if f"{client}.jsonl" not in found or "keys" not in found:
        raise UsageError(f"{file}: is no bundle. Make one: leaver evidence export CLIENT")
    try:
        head = parse_head(found[f"{client}.head"].removesuffix(b"\n"))
        keys = parse_public(found["keys"].decode(), "keys")
    except (ValueError, UnicodeDecodeError) as fault:
        raise EvidenceError(f"{file}: the checkpoint or the keys cannot be read: {fault}.") from None
    return client, found[f"{client}.jsonl"].split(b"\n")[:-1], head, keys
