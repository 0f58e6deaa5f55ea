"""A file of evidence that somebody prepared: it is read as data, bounded, and called what it is."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from leaver.cli import cli
from leaver.evidence import open_store
from tests.evidence.entries import KEY, step
from tests.examples import examples

HIDDEN = set("\x00\x07\x1b\x9b\u202e\u200b\u2028")
NAMES = [
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egpj.exe",
    "a\nacme: sound",
    "\u200b",
    "<script>x</script>",
    "=cmd()",
]
ACME = "name: Acme\nzone: UTC\ndirectories:\n  okta: {kind: okta, org: acme, domain: acme.example}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with evidence of one client, in a folder that nobody else's tests write into."""
    root = tmp_path / "project"
    (root / "identities/acme").mkdir(parents=True)
    (root / "identities/acme/client.yaml").write_text(ACME)
    (root / "identities/acme/people.yaml").write_text("people: {dana.reyes: {groups: []}}\n")
    (root / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n")
    monkeypatch.chdir(root)
    for name in ("LEAVER_HOME", "LEAVER_EVIDENCE_DATABASE_URL", "LEAVER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    open_store(root / ".leaver", key=KEY).append_all([step("disable"), step("groups")])
    return root


def run(*words: str) -> Result:
    """`leaver evidence`; it ends by itself, whatever it was given."""
    result = CliRunner().invoke(cli, ["evidence", *words], prog_name="leaver")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "unexpected" not in result.output, result.output
    assert not HIDDEN & set(result.output)
    return result


def chain(root: Path) -> Path:
    return root / ".leaver/evidence/acme.jsonl"


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_what_was_signed_with_an_evil_name_is_shown_as_that_name(root: Path, name: str) -> None:
    store = open_store(root / ".leaver", key=KEY)
    store.append_all([step("disable", why=name, person=name, asked_by=name, request_id=name)])
    assert run("show", "acme").exit_code == 0
    assert run("show", "acme", "--json").output.isascii()
    assert run("verify").exit_code == 0


LINES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"", b"{}", b"[]", b"null", b"1e400", b"[" * 5000, b'{"a":' * 3000, b"9" * 5000, b'"\\ud800"',
            b'{"number": 1, "number": 2}', b'{"at": "9999-12-31T23:59:59Z", "sha256": "\\u001b[2J", "signature": 7}',
            b'{"sha256": null, "previous": {}, "number": -1}', b"\xff\xfe", b"\x1b[2J", b" " * 100_000,
        ]
    ),
)  # fmt: skip


@pytest.mark.slow
@given(st.lists(LINES, min_size=1, max_size=4), st.booleans())
@examples(15, HealthCheck.function_scoped_fixture)
def test_lines_that_somebody_wrote_are_found_and_crash_nothing(
    root: Path, lines: list[bytes], instead: bool
) -> None:
    good = chain(root).read_bytes().splitlines(keepends=True)[:2]
    try:
        chain(root).write_bytes(b"".join(([] if instead else good) + [line + b"\n" for line in lines]))
        assert run("verify").exit_code == 1
        assert run("verify", "--json").output.isascii()
        assert run("show", "acme").exit_code in (0, 1)
    finally:
        chain(root).write_bytes(b"".join(good))


def test_a_pipe_in_the_place_of_the_chain_is_not_waited_for(root: Path) -> None:
    chain(root).unlink()
    os.mkfifo(chain(root))
    assert run("verify").exit_code == 1


def test_a_link_out_of_the_folder_shows_nothing_of_what_is_there(root: Path) -> None:
    secret = root / "secret"
    secret.write_text("hunter2\n")
    chain(root).unlink()
    chain(root).symlink_to(secret)
    for words in (("verify",), ("show", "acme")):
        result = run(*words)
        assert result.exit_code == 1
        assert "hunter2" not in result.output


@pytest.mark.parametrize(
    "client", ["../secret", "..", "/etc/passwd", "acme/../../secret", "acme\n", "-", "", "a" * 300]
)
def test_a_client_is_no_path(root: Path, client: str) -> None:
    before = sorted(root.rglob("*"))
    assert run("show", "--", client).exit_code in (1, 2)
    assert run("verify", "--", client).exit_code in (0, 1, 2)
    assert sorted(root.rglob("*")) == before


def bundle(root: Path) -> bytes:
    target = root / "bundle.zip"
    assert run("export", "acme", "--to", str(target)).exit_code == 0
    return target.read_bytes()


def imported(root: Path, data: bytes) -> Result:
    (root / "evil.zip").write_bytes(data)
    return run("import", str(root / "evil.zip"))


def packed(files: dict[str, bytes], **header: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for entry in archive.infolist():
            for field, value in header.items():
                setattr(entry, field, value)
    return made.getvalue()


@pytest.mark.parametrize(
    "name", ["../../evil", "/tmp/evil", "..", "acme/../../../evil", "\x1b[2J", "a\\..\\b", "CON", "x" * 300]
)
def test_a_bundle_writes_nowhere_but_into_the_store(root: Path, name: str) -> None:
    head = (root / ".leaver/evidence/acme.head").read_bytes()
    files = {
        f"{name}.head": head,
        f"{name}.jsonl": chain(root).read_bytes(),
        "keys": b"",
        f"{name}.pem": b"x",
    }
    before = sorted(path for path in root.parent.rglob("*") if ".leaver" not in path.parts)
    assert imported(root, packed(files)).exit_code in (1, 2)
    (root / "evil.zip").unlink()
    assert sorted(path for path in root.parent.rglob("*") if ".leaver" not in path.parts) == before


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x05\x06" + b"\0" * 18,
        packed({"a.head": b"", "b.head": b"", "keys": b""}),
        packed({"acme.head": b"[" * 5000, "acme.jsonl": b"", "keys": b""}),
        packed({"acme.head": b"{}", "acme.jsonl": b"", "keys": b"\xff"}),
        packed({"acme.head": b"{}", "acme.jsonl": b"", "keys": b""}, flag_bits=1),
        packed({"acme.head": b"{}", "acme.jsonl": b"", "keys": b""}, compress_type=99),
        packed({"acme.head": b"{}", "acme.jsonl": b"", "keys": b""}, CRC=1),
        packed({"acme.head": b"{}", "acme.jsonl": b"", "keys": b""}, file_size=2**32 - 2),
    ],
    ids=["nothing", "empty", "two clients", "depth", "keys", "encrypted", "compression", "checksum", "size"],
)
def test_what_is_no_bundle_is_called_so(root: Path, data: bytes) -> None:
    assert imported(root, data).exit_code in (1, 2)


@pytest.mark.slow
@given(st.data())
@examples(15, HealthCheck.function_scoped_fixture)
def test_any_byte_of_a_bundle_may_be_another(root: Path, data: st.DataObject) -> None:
    whole = bytearray(bundle(root))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert imported(root, bytes(whole)).exit_code in (0, 1, 2)
    verified = json.loads(run("verify", "--json").stdout)
    assert [each["ok"] for each in verified] == [True]
