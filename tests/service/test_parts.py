"""The service's smaller parts: log, hook, clocks, records, the report of a child."""

from __future__ import annotations

import asyncio
import io
import json
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from leaver.service.clocks import JumpWatch, directories_ahead, off_by
from leaver.service.hook import Hook
from leaver.service.log import Log
from leaver.service.records import read, summary
from leaver.service.work import Worked, run_child
from tests.estates import client
from tests.notify.sinks import web

NOW = datetime(2026, 11, 27, 17, 0, 0, 250_000, tzinfo=UTC)


def test_a_log_line_for_people_has_moment_event_and_text() -> None:
    stream = io.StringIO()
    Log(lambda: NOW, stream=stream)("cut", "acme: Dana Reyes in entra", client="acme")
    assert stream.getvalue() == "2026-11-27 17:00:00.250Z cut       acme: Dana Reyes in entra\n"


def test_a_log_line_for_collectors_is_one_json_object() -> None:
    stream = io.StringIO()
    Log(lambda: NOW, as_json=True, stream=stream)("failed", "503", level="error", client="acme", person=None)
    assert json.loads(stream.getvalue()) == {
        "at": "2026-11-27T17:00:00.250+00:00",
        "level": "error",
        "event": "failed",
        "text": "503",
        "client": "acme",
    }


@pytest.mark.parametrize("as_json", [True, False])
def test_no_text_breaks_a_log_line_or_shows_the_credentials_of_an_address(as_json: bool) -> None:
    stream = io.StringIO()
    text = "one\ntwo\x1b[31m\u202e https://sam:hunter2@git.example/x"
    Log(lambda: NOW, as_json=as_json, stream=stream)("fault", text, place=text)
    (line,) = stream.getvalue().splitlines()
    assert "hunter2" not in line
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert "***@git.example/x" in line


@pytest.fixture
def called() -> list[bool]:
    return []


@pytest.fixture
def hook(tmp_path: Path, called: list[bool]) -> Iterator[Hook]:
    made = Hook(tmp_path, lambda: called.append(True), lambda: not called)
    yield made
    made.close()


def test_the_hook_is_called_with_its_token_only(hook: Hook, called: list[bool]) -> None:
    with httpx.Client(base_url=hook.address, trust_env=False) as http:
        for token in ("wrong", hook.token[:-1]):
            assert http.post("/fetch", headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert http.post("/fetch").status_code == 401
        assert called == []
        bearer = {"Authorization": f"Bearer {hook.token}"}
        assert http.post("/other", headers=bearer).status_code == 404
        assert http.post("/fetch", headers=bearer).status_code == 202
        assert called == [True]


def test_the_hook_tells_whether_all_is_well(hook: Hook, called: list[bool]) -> None:
    with httpx.Client(base_url=hook.address, trust_env=False) as http:
        assert http.get("/health").status_code == 200
        called.append(True)
        assert http.get("/health").status_code == 503
        assert http.get("/other").status_code == 404


def test_the_hooks_file_is_for_its_owner_and_goes_with_it(tmp_path: Path) -> None:
    made = Hook(tmp_path, lambda: None, lambda: True)
    file = tmp_path / "hook.json"
    found = json.loads(file.read_text())
    assert (found["address"], found["token"]) == (made.address, made.token)
    assert made.address.startswith("http://127.0.0.1:")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made.close()
    assert not file.exists()


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Fri, 27 Nov 2026 17:00:00 GMT", 0.0),
        ("Fri, 27 Nov 2026 16:59:59 GMT", -0.25),
        ("Fri, 27 Nov 2026 17:00:05 GMT", 4.5),
        ("Fri, 27 Nov 2026 16:59:50 GMT", -9.25),
        ("tomorrow", None),
        (None, None),
    ],
)
def test_a_date_header_counts_only_as_far_as_nothing_else_explains_it(
    date: str | None, expected: float | None
) -> None:
    assert off_by(date, NOW, NOW + timedelta(seconds=0.25)) == expected


def test_the_directories_clocks_are_asked_and_who_does_not_answer_does_not_count() -> None:
    with web() as sink:
        origins = [f"http://127.0.0.1:{sink.port}", "http://127.0.0.1:1"]
        right = asyncio.run(directories_ahead(origins, lambda: datetime.now(UTC)))
        behind = asyncio.run(directories_ahead(origins, lambda: datetime.now(UTC) - timedelta(seconds=100)))
        none = asyncio.run(directories_ahead(origins[1:], lambda: datetime.now(UTC)))
    assert right == 0.0
    assert behind is not None
    assert 98 < behind < 101
    assert none is None


@pytest.mark.parametrize(("jump", "told"), [(0.0, 0.0), (0.9, 0.0), (-3600.0, -3600.0), (5.0, 5.0)])
def test_a_set_clock_is_noticed_once(jump: float, told: float) -> None:
    wall, passed = [NOW], [0.0]
    watch = JumpWatch(lambda: wall[0], lambda: passed[0])
    wall[0] += timedelta(seconds=60 + jump)
    passed[0] += 60
    assert watch.differs() == bool(told)
    assert watch.jumped() == pytest.approx(told)
    assert watch.jumped() == 0.0


CLIENT = """\
name: {name}
zone: UTC
directories:
  entra: {{kind: entra, tenant: 00000000-0000-4000-8000-0000000000{number:02}, domain: {name}.example}}
"""


def write(root: Path, name: str, number: int, people: str) -> None:
    folder = root / "identities" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "client.yaml").write_text(CLIENT.format(name=name, number=number))
    (folder / "people.yaml").write_text(people)


def test_a_client_with_problems_keeps_its_last_records_and_stops_no_other(tmp_path: Path) -> None:
    write(tmp_path, "acme", 1, "people:\n  dana: {title: One}\n")
    write(tmp_path, "kestrel", 2, "people:\n  lee: {title: One}\n")
    first = read(tmp_path, None, None)
    assert first.problems == ()
    write(tmp_path, "acme", 1, "people:\n  dana: {titel: Two}\n")
    write(tmp_path, "kestrel", 2, "people:\n  lee: {title: Two}\n")
    second = read(tmp_path, None, first)
    assert second.clients["acme"].people["dana"].title == "One"
    assert second.clients["kestrel"].people["lee"].title == "Two"
    assert second.changed_from(first) == {"kestrel"}
    assert "titel" in summary(second.problems)


def test_a_client_whose_folder_was_lost_keeps_its_last_records(tmp_path: Path) -> None:
    write(tmp_path, "acme", 1, "people:\n  dana: {title: One}\n")
    write(tmp_path, "kestrel", 2, "people:\n  lee: {title: One}\n")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/Pulumi.acme.yaml").write_text("")
    first = read(tmp_path, None, None)
    (tmp_path / "identities" / "acme").rename(tmp_path / "gone")
    second = read(tmp_path, None, first)
    assert second.clients.keys() == {"acme", "kestrel"}
    assert "folder is gone" in summary(second.problems)


def test_a_client_that_was_let_go_properly_is_forgotten(tmp_path: Path) -> None:
    write(tmp_path, "acme", 1, "people:\n  dana: {title: One}\n")
    write(tmp_path, "kestrel", 2, "people:\n  lee: {title: One}\n")
    first = read(tmp_path, None, None)
    (tmp_path / "identities" / "acme").rename(tmp_path / "gone")
    second = read(tmp_path, None, first)
    assert second.clients.keys() == {"kestrel"}
    assert second.problems == ()


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            'print(\'{"client": "acme", "outcome": "verified", "changes": 2}\')',
            Worked("acme", "verified", 2),
        ),
        (
            "import sys; print('secret?'); sys.exit('it broke')",
            Worked("acme", "failed", error="acme: it broke"),
        ),
        ("import os; os.abort()", Worked("acme", "failed", error="acme: it ended with -6 and said nothing")),
        ("print('[]')", Worked("acme", "failed", error="acme: it ended with 0 and said nothing")),
    ],
)
def test_whatever_a_child_does_is_a_report(tmp_path: Path, program: str, expected: Worked) -> None:
    found = run_child(
        tmp_path,
        tmp_path,
        client({"dana": {}}),
        {"PATH": ""},
        now=NOW,
        only_differences=False,
        command=[sys.executable, "-c", program],
    )
    assert found == expected


def test_a_report_survives_json() -> None:
    worked = Worked("acme", "partial", 3, NOW, "acme: Dana is still a member.")
    assert Worked.from_json(json.loads(json.dumps(worked.to_json()))) == worked
