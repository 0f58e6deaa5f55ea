"""The bundle for an auditor: checked by a program that knows nothing of Leaver, and by hand."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.errors import UsageError
from leaver.evidence import EvidenceError, open_store, standalone
from leaver.evidence.bundle import export, restore
from leaver.evidence.keys import public_line
from tests.evidence.entries import KEY, OTHER, chain, head, step

STORY = chain(step("disable"), step("revoke", why="é"), step("groups"))
CHAIN = b"".join(each.line + b"\n" for each in STORY)
TRUSTED = standalone.read_keys(public_line(KEY.public))


needs_openssl = pytest.mark.skipif(
    not (shutil.which("openssl") and shutil.which("sha256sum")), reason="needs openssl and sha256sum"
)


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    evidence = open_store(tmp_path / "home", key=KEY)
    evidence.append_all([each.entry for each in STORY])
    packed = tmp_path / "acme.zip"
    packed.write_bytes(export(evidence, "acme")[0])
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "evidence-acme"


def check(folder: Path, *more: str, isolated: bool = True) -> subprocess.CompletedProcess[str]:
    # Isolated and without site-packages: neither Leaver nor `cryptography` can be imported, so openssl is asked.
    flags = ["-I", "-S"] if isolated else []
    words = [sys.executable, *flags, "verify.py", "acme.jsonl", "acme.head", "keys", *more]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("isolated", [True, False], ids=["openssl", "cryptography"])
def test_an_auditor_without_leaver_finds_it_sound_or_changed(unpacked: Path, isolated: bool) -> None:
    if isolated and shutil.which("openssl") is None:
        pytest.skip("no openssl")
    done = check(unpacked, STORY[1].sha256, isolated=isolated)
    assert (done.returncode, done.stdout) == (0, "3 entries, none changed\n"), done.stderr
    lines = (unpacked / "acme.jsonl").read_bytes().splitlines(keepends=True)
    (unpacked / "acme.jsonl").write_bytes(lines[0] + lines[2])
    done = check(unpacked, STORY[1].sha256, isolated=isolated)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "line 2: is entry 3: lines are missing or moved",
        "line 2: does not follow the line before it",
        f"checkpoint: there were 3 lines, the last with the hash {STORY[2].sha256}",
        f"{STORY[1].sha256} is the hash of no line",
    ]


@pytest.mark.skipif(
    shutil.which("openssl") is None or shutil.which("sha256sum") is None, reason="needs openssl"
)
def test_by_hand_as_the_readme_says(unpacked: Path) -> None:
    readme = (unpacked / "README.txt").read_text()
    assert f"The hash of the last entry: {STORY[2].sha256}" in readme
    _by_hand(
        [line.strip() for line in readme.splitlines() if line.startswith("    ") and "python" not in line],
        unpacked,
    )


@needs_openssl
def test_by_hand_as_the_documentation_says(unpacked: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/evidence.md").read_text()
    (block,) = re.findall(r"```sh\n(line=.*?)```", text, re.DOTALL)
    _by_hand(block.splitlines(), unpacked)


def _by_hand(orders: list[str], folder: Path) -> None:
    script = "\n".join(orders).replace("keys-ID.pem", f"keys-{KEY.id}.pem")
    # jq is not everywhere; it only picks a field here.
    for field in ("sha256", "signature"):
        pick = f"import json,sys; print(json.load(sys.stdin)['{field}'])"
        script = script.replace(f"jq -r .{field}", f'{sys.executable} -c "{pick}"')
    done = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [STORY[0].sha256, "-", "Signature", "Verified", "Successfully"], done.stderr


@given(st.data())
def test_the_program_finds_any_change_of_any_byte(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(CHAIN) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != CHAIN[place]))
    spoilt = CHAIN[:place] + bytes([other]) + CHAIN[place + 1 :]
    assert standalone.check(spoilt, head(STORY), TRUSTED)
    assert standalone.check(CHAIN, head(STORY), TRUSTED) == []


@given(st.permutations(CHAIN.splitlines(keepends=True)), st.integers(0, 3))
def test_the_program_finds_any_reordering_and_truncation(lines: list[bytes], left: int) -> None:
    spoilt = b"".join(lines[:left])
    assert (standalone.check(spoilt, head(STORY), TRUSTED) == []) == (spoilt == CHAIN)


@pytest.mark.parametrize(
    ("stored", "keys", "said"),
    [
        (
            chain(step(), key=OTHER),
            TRUSTED,
            [
                "line 1: the signature is not by a key of the list",
                "checkpoint: the signature is not by a key of the list",
            ],
        ),
        (chain(step(), key=None), TRUSTED, ["nothing is signed, and there are keys"]),
        (chain(step(), key=None), {}, []),
    ],
)
def test_the_program_asks_for_signatures_by_the_keys_it_was_given(
    stored: list, keys: dict[str, bytes], said: list[str]
) -> None:
    key = {None: None, OTHER.id: OTHER}[stored[0].key]
    assert standalone.check(stored[0].line + b"\n", head(stored, key), keys) == said


@pytest.mark.parametrize(
    ("head_", "said"),
    [
        (b"hello", "checkpoint: is not readable"),
        (b"[]", "checkpoint: is not readable"),
        (b"{}", "checkpoint: is not readable"),
        (head(STORY, None), "checkpoint: is not signed, and lines are"),
        (
            head(STORY[:2]).replace(b'"count":2', b'"count":-2'),
            "checkpoint: the signature is not by a key of the list",
        ),
    ],
)
def test_the_program_does_not_trip_over_a_checkpoint_that_is_none(head_: bytes, said: str) -> None:
    assert standalone.check(CHAIN, head_, TRUSTED)[0] == said


def test_a_list_of_keys_is_the_one_that_leaver_writes(unpacked: Path) -> None:
    found = standalone.read_keys((unpacked / "keys").read_text())
    assert found == {KEY.id: KEY.public.public_bytes_raw()}
    assert json.loads((unpacked / "acme.head").read_text())["key"] == KEY.id
    assert base64.b64encode(found[KEY.id]).decode() in public_line(KEY.public)


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    evidence = open_store(tmp_path / "home", key=None)
    for content in (b"hello", _zipped({"a": b""}), _zipped({"acme.head": b"", "keys": b""})):
        file.write_bytes(content)
        with pytest.raises(UsageError, match=r"is no bundle\. Make one: leaver evidence export CLIENT"):
            restore(evidence, file)
    file.write_bytes(_zipped({"acme.head": b"{}", "keys": b"", "acme.jsonl": CHAIN}))
    with pytest.raises(EvidenceError, match="the checkpoint or the keys cannot be read"):
        restore(evidence, file)
    file.write_bytes(_zipped({"acme.head": head(STORY), "keys": b"", "acme.jsonl": CHAIN[:-5] + b"\n"}))
    with pytest.raises(EvidenceError, match=r"acme: entry 3 is not readable\. Export it again"):
        restore(evidence, file)
    assert evidence.clients() == ()


def _zipped(files: dict[str, bytes]) -> bytes:
    from io import BytesIO

    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
