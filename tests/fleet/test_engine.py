"""What the engine's command line is asked, and what is made of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leaver.fleet.engine import Engine, EngineFailed

Saying = Callable[..., Engine]


@pytest.fixture
def saying(tmp_path: Path) -> Saying:
    """An engine whose every run fails with these diagnostics."""

    def made(*errors: str) -> Engine:
        events = [{"diagnosticEvent": {"severity": "error", "message": each}} for each in errors]
        (tmp_path / "events").write_text("".join(f"{json.dumps(each)}\n" for each in events))
        command = tmp_path / "pulumi"
        command.write_text(f'#!/bin/sh\nfor log; do :; done\n/bin/cat "{tmp_path}/events" > "$log"\nexit 1\n')
        command.chmod(0o755)
        return Engine(tmp_path, "acme", {"PATH": str(tmp_path)})

    return made


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("acme: too many\n", "acme: too many"),
        ("1 error occurred:\n\t* acme/entra: a step is not over.\n\n", "acme/entra: a step is not over."),
        ("2 errors occurred:\n\t* one\n    more of it\n\t* two\n\n", "one\n    more of it\ntwo"),
    ],
)
def test_errors_are_told_as_lines_without_the_engine_s_list(saying: Saying, said: str, told: str) -> None:
    with pytest.raises(EngineFailed) as failed:
        saying(said).preview({}, lambda _count: None)
    assert str(failed.value) == told


def test_an_error_that_is_said_twice_is_told_once_and_empty_words_never(saying: Saying) -> None:
    with pytest.raises(EngineFailed) as failed:
        saying("1 error occurred:\n\t* one", "one", "update failed").preview({}, lambda _count: None)
    assert str(failed.value) == "one"
