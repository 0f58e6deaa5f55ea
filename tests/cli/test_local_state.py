"""The engine's state of a newcomer's sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaver.cli.local_state import forget, make_state_folder
from leaver.cli.session import Session
from leaver.errors import DirectoryError

OWN = "file://./.leaver/pulumi?metadata=skip"


@pytest.fixture
def session(project: Path) -> Session:
    """A project with an engine that notes what it is told, and one stack in its own state."""
    bin_folder = project / ".venv/bin"
    bin_folder.mkdir(parents=True)
    engine = bin_folder / "pulumi"
    engine.write_text('#!/bin/sh\nprintf "%s\\n" "$*" >> told\n[ ! -e refuse ] || { echo no >&2; exit 1; }\n')
    engine.chmod(0o755)
    (project / "Pulumi.yaml").write_text(f"name: leaver\nbackend: {{url: '{OWN}'}}\n")
    stacks = project / ".leaver/pulumi/.pulumi/stacks/leaver"
    stacks.mkdir(parents=True)
    (stacks / "acme.json").touch()
    (stacks / "kestrel.json.bak").touch()
    return Session(environ={"PATH": "/usr/bin:/bin"}, project=project)


def told(project: Path) -> list[str]:
    file = project / "told"
    return file.read_text().splitlines() if file.exists() else []


def test_the_state_of_a_stack_is_removed_and_its_settings_stay(session: Session, project: Path) -> None:
    assert forget(session, "acme")
    assert told(project) == ["stack rm acme --force --yes --preserve-config --non-interactive"]


def test_a_stack_of_which_only_a_backup_is_left_is_not_removed_again(session: Session, project: Path) -> None:
    assert not forget(session, "kestrel")
    assert told(project) == []


@pytest.mark.parametrize("backend", ["s3://states", "postgres://db.example/states", "file:///var/states"])
def test_a_shared_state_is_never_touched(session: Session, project: Path, backend: str) -> None:
    session.environ = {**session.environ, "PULUMI_BACKEND_URL": backend}
    assert not forget(session, "acme")
    make_state_folder(session)
    assert told(project) == []


def test_an_engine_that_refuses_is_quoted(session: Session, project: Path) -> None:
    (project / "refuse").touch()
    with pytest.raises(DirectoryError, match="acme: the state cannot be removed: no"):
        forget(session, "acme")
