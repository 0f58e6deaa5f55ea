"""Clients' own policies: nothing runs that a maintainer has not listed, and what runs reaches nothing."""

from __future__ import annotations

import os
import sys
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import pytest

from leaver.errors import RecordsError
from leaver.source import load, own
from leaver.source.own import judged_own
from tests.policy.project import NOW, write

pytestmark = pytest.mark.slow

FILE = "identities/acme/policies/titles.py"
GOOD = """
    REMEDY = "Add a title."
    LEVEL = "advisory"

    def check(client, now):
        assert now.isoformat() == "2026-11-22T14:00:00+00:00"
        for key, person in client["people"].items():
            if "title" not in person:
                yield "people", [key, "name"], f"has no title at {client['settings']['name']}"
"""


def digest(root: Path) -> str:
    return f"sha256:{sha256((root / FILE).read_bytes()).hexdigest()}"


def place(root: Path, code: str, *, listed: bool = True) -> None:
    """A project whose client acme has one policy of its own."""
    write(root, people="dana: {name: Dana Reyes}\nlee: {title: Clerk}")
    (root / FILE).parent.mkdir(exist_ok=True)
    (root / FILE).write_text(dedent(code), encoding="utf-8")
    (root / "policies").mkdir(exist_ok=True)
    line = f"policies:\n  {FILE}: {digest(root)}\n" if listed else "policies: {}\n"
    (root / "policies" / "trusted.yaml").write_text(line, encoding="utf-8")


def found(root: Path) -> list[str]:
    return [f"{each.level}: {each.problem}" for each in judged_own(load(root), ["acme"], NOW)]


def test_a_listed_policy_runs_and_its_breaks_have_places(tmp_path: Path) -> None:
    place(tmp_path, GOOD)
    assert found(tmp_path) == [
        'advisory: identities/acme/people.yaml:2:16: person "dana": has no title at Acme (own/titles). Add a title.'
    ]


def test_a_policy_that_is_not_listed_is_refused_with_the_line_to_add(tmp_path: Path) -> None:
    place(tmp_path, "raise SystemExit('it ran')", listed=False)
    assert found(tmp_path) == [
        f'mandatory: {FILE}: client "acme": the policy is not run: policies/trusted.yaml does not list it '
        f"(own/titles). Read it, and let a maintainer write `{FILE}: {digest(tmp_path)}` below `policies` there."
    ]


def test_one_byte_more_and_it_no_longer_runs(tmp_path: Path) -> None:
    place(tmp_path, GOOD)
    with (tmp_path / FILE).open("a") as file:
        file.write("\n")
    (line,) = found(tmp_path)
    assert "the policy is not run: policies/trusted.yaml lists another content of it (own/titles)" in line


def test_without_a_trust_configuration_nothing_runs(tmp_path: Path) -> None:
    place(tmp_path, GOOD)
    (tmp_path / "policies" / "trusted.yaml").unlink()
    (line,) = found(tmp_path)
    assert "does not list it" in line


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    place(root, GOOD)
    outside = tmp_path / "outside.py"
    (root / FILE).rename(outside)
    (root / FILE).symlink_to(outside)
    (line,) = found(root)
    assert "leads out of the project by a symbolic link" in line


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return []", ""),
        ("1 / 0", "the policy failed: ZeroDivisionError at line 3"),
        ("return [('people', ['dana'])]", "the policy failed: ValueError at line None"),
        ("return [('elsewhere', ['dana'], 'x')]", "its answer is not what it must be"),
        ("return [('people', ['dana'], 'x\\ny')]", "its answer is not what it must be"),
        ("return 'a' * (1 << 30)", "the policy failed: MemoryError at line 3"),
        ("import os; os._exit(0)", "its answer is not what it must be"),
        ("open('/etc/passwd')", "the policy failed: PermissionError at line 3"),
        (
            "import os; open(os.path.dirname(os.__file__) + '/../../../../../../etc/passwd')",
            "the policy failed: PermissionError at line 3",
        ),
        ("open('x', 'w')", "the policy failed: PermissionError at line 3"),
        ("import os; os.listdir('/')", "the policy failed: PermissionError at line 3"),
        ("import os; os.system('true')", "the policy failed: PermissionError at line 3"),
        ("import os; os.fork()", "the policy failed: PermissionError at line 3"),
        ("import os; os.kill(os.getppid(), 0)", "the policy failed: PermissionError at line 3"),
        ("import subprocess; subprocess.run(['true'])", "the policy failed: PermissionError at line 3"),
        ("import socket; socket.socket()", "the policy failed: PermissionError at line 3"),
        ("import ctypes; ctypes.CDLL(None)", "the policy failed: PermissionError at line 3"),
        ("import leaver", "the policy failed: ModuleNotFoundError at line 3"),
        ("import pydantic", "the policy failed: ModuleNotFoundError at line 3"),
    ],
)
def test_code_that_fails_or_reaches_out_says_so(body: str, why: str, tmp_path: Path) -> None:
    place(tmp_path, f"\ndef check(client, now):\n    {body}\n")
    lines = found(tmp_path)
    if not why:
        assert lines == []
    else:
        (line,) = lines
        assert why.replace(" at line None", "") in line


def test_code_without_an_end_is_ended_by_its_processor_time_or_by_the_clock(tmp_path: Path) -> None:
    place(tmp_path, "\ndef check(client, now):\n    while True: pass\n")
    (line,) = found(tmp_path)
    assert "it ended without an answer" in line or "it took longer than" in line


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are the kernel's")
def test_the_code_sees_nothing_of_the_callers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAVER_ACME_ENTRA_CLIENT_SECRET", "hunter2")
    place(
        tmp_path,
        """
        import os

        def check(client, now):
            yield "client", [], f"{sorted(os.environ)} {os.getcwd() == client['key']}"
        """,
    )
    (line,) = found(tmp_path)
    assert "hunter2" not in line
    assert "LEAVER" not in line
    assert "LEAVER_ACME_ENTRA_CLIENT_SECRET" in os.environ


def test_what_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "SECONDS", 0.01)
    place(tmp_path, "def check(client, now): return []")
    (line,) = found(tmp_path)
    assert "the policy failed: it took longer than 0 s" in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "policies: {a.py: md5:1}",
            "policies/trusted.yaml:1:18: trust configuration: `policies.a.py` is not",
        ),
        ("maintainer: [x]", "trust configuration: `maintainer` is not what it must be"),
        ("maintainers: [x y]", "trust configuration: `maintainers.0` is not what it must be"),
        ("policies: {a: &x b}", "policies/trusted.yaml:1:15: trust configuration: has the anchor"),
        ("- a", "policies/trusted.yaml: trust configuration: `the file` is not what it must be"),
    ],
)
def test_a_trust_configuration_that_is_none_is_refused(text: str, said: str, tmp_path: Path) -> None:
    place(tmp_path, GOOD)
    (tmp_path / "policies" / "trusted.yaml").write_text(text)
    with pytest.raises(RecordsError) as refused:
        found(tmp_path)
    assert said in str(refused.value)
