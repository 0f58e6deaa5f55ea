"""What a command loads: what it does not need costs a tenth of a second, at every pull request and completion."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HEAVY = {"pulumi", "grpc", "httpx", "starlette", "uvicorn", "rich", "cryptography"}


def imported(code: str, folder: Path | None = None) -> set[str]:
    """The packages that are loaded after this code; what it prints itself is left out."""
    program = f"import sys\n{code}\nprint('loaded:', *sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in ran.stdout.rpartition("loaded:")[2].split()}


def loaded_by(folder: Path, *words: str) -> set[str]:
    """The packages that a command loads which ends with 0."""
    return imported(
        "from leaver.cli import cli\n"
        f"try: cli.main({list(words)!r}, prog_name='leaver')\n"
        "except SystemExit as end: assert end.code == 0, end.code",
        folder,
    )


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    assert not {*HEAVY, "pydantic", "yaml"} & imported("import leaver.cli")


@pytest.mark.parametrize("with_runbook", [False, True])
def test_check_imports_neither_the_engine_nor_the_network(project: Path, with_runbook: bool) -> None:
    settings = project / "identities/kestrel/client.yaml"
    text = settings.read_text(encoding="utf-8")
    assert "runbook:" in text
    if not with_runbook:
        settings.write_text(text.partition("runbook:")[0], encoding="utf-8")
    assert not HEAVY & loaded_by(project, "check")


def test_a_plan_against_a_commit_imports_neither_the_engine_nor_the_network(project: Path) -> None:
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "identities"),
        ("-c", "user.name=Ana", "-c", "user.email=ana@msp.example", "commit", "-q", "-m", "records"),
    ):
        subprocess.run(["git", *words], cwd=project, check=True)
    people = project / "identities/acme/people.yaml"
    text = people.read_text(encoding="utf-8")
    people.write_text(
        text.replace("  tomasz.wilk:\n", "  tomasz.wilk:\n    disabled: true\n", 1), encoding="utf-8"
    )
    assert not HEAVY & loaded_by(project, "preview", "--since", "main")
