"""`leaver run`: what it refuses before it begins."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("words", "environ", "said"),
    [
        (
            ("--database", "mysql://leaver:hunter2@db.example/leaver"),
            {},
            "--database: is not the address of a PostgreSQL database. Write postgresql://…",
        ),
        (("acme",), {}, "run: serves all clients. Name some with --once only."),
        (
            ("--once", "--here"),
            {"LEAVER_NOTIFY_URLS": "nonsense://hunter2@x"},
            "LEAVER_NOTIFY_URLS: address 1 (nonsense://…) is none that apprise understands. "
            "See its list of services.",
        ),
        (
            ("--here",),
            {"LEAVER_HEARTBEAT_URL": "ping.example/hunter2"},
            "LEAVER_HEARTBEAT_URL: is not an address. Write one that begins with https://.",
        ),
    ],
)
def test_what_it_cannot_use_is_refused_without_a_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], environ: dict[str, str], said: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    result = run("run", *words)
    assert result.exit_code == 2
    assert result.stderr.strip().splitlines()[-1] == said
    assert "hunter2" not in result.output


def test_the_work_on_one_client_is_no_command_for_people(run: Run) -> None:
    assert "\n  work " not in run("--help").output
