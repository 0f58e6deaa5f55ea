"""The display of a run that takes longer than a moment."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from leaver.cli import progress as module
from leaver.cli.progress import Display, progress
from leaver.fleet import Progress


def display(clients: int) -> tuple[Display, io.StringIO]:
    screen = io.StringIO()
    return Display(clients, Console(file=screen, force_terminal=True, width=100)), screen


def test_each_client_at_work_has_a_line_and_all_together_one() -> None:
    shown, screen = display(3)
    shown.tell(Progress("acme", "applying", done=7))
    shown.tell(Progress("kestrel", "done"))
    shown.show()
    shown.hide()
    assert "acme" in screen.getvalue()
    assert "applying 7" in screen.getvalue()
    assert "1 of 3" in screen.getvalue()
    assert "kestrel" not in screen.getvalue()


def test_a_client_that_goes_on_after_its_preview_is_not_counted_twice() -> None:
    shown, screen = display(1)
    for stage in ("previewing", "done", "applying", "done"):
        shown.tell(Progress("acme", stage))  # type: ignore[arg-type]
    shown.show()
    shown.hide()
    assert "1 of 1" in screen.getvalue()


def test_hundreds_of_clients_do_not_fill_the_screen() -> None:
    shown, screen = display(500)
    for number in range(500):
        shown.tell(Progress(f"client-{number}", "applying"))
    shown.show()
    shown.hide()
    assert "client-0" in screen.getvalue()
    assert "client-499" not in screen.getvalue()


def test_a_run_that_ended_before_is_never_shown() -> None:
    shown, screen = display(1)
    shown.hide()
    before = screen.getvalue()
    shown.show()
    assert screen.getvalue() == before


def test_nothing_is_shown_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(module, "SHOWN_AFTER", 0.0)
    with progress(1) as tell:
        tell(Progress("acme", "applying"))
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
