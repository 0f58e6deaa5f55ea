"""`leaver task`: tasks by hand, listed and ticked; and what `leaver check` says of a runbook."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from leaver.evidence import Kind, open_store

Run = Callable[..., Result]

CLIENT = """\
name: Acme
zone: UTC
directories:
  okta: {kind: okta, org: acme, domain: acme.example}
on call: on-call@msp.example
runbook:
  tasks:
    door-badge: {title: Take the door badge, due: 2 days}
    shared-mailbox: {title: Convert the mailbox, owner: lee.park, due: 30 days}
"""
PEOPLE = """\
people:
  lee.park: {name: Lee Park}
  dana.reyes:  # the controller
    name: Dana Reyes
    departure:
      at: 2026-11-18 17:00
  sam.okafor:
    name: Sam Okafor
    departure:
      at: 2026-12-24 17:00
"""


@pytest.fixture
def acme(project: Path) -> Path:
    for folder in (project / "identities").iterdir():
        for file in folder.rglob("*"):
            if file.is_file():
                file.unlink()
    folder = project / "identities/acme"
    for other in (project / "identities").iterdir():
        if other != folder:
            for inner in sorted(other.rglob("*"), reverse=True):
                inner.rmdir()
            other.rmdir()
    (folder / "client.yaml").write_text(CLIENT)
    (folder / "people.yaml").write_text(PEOPLE)
    return folder


def test_open_tasks_are_listed_the_overdue_ones_first(run: Run, acme: Path) -> None:
    result = run("task", "list")
    assert result.output == (
        "acme  dana.reyes  door-badge      Take the door badge "
        "(OVERDUE since 2026-11-20 17:00 UTC, on-call@msp.example)\n"
        "acme  dana.reyes  shared-mailbox  Convert the mailbox (due 2026-12-18 17:00 UTC, lee.park)\n"
        "2 open tasks, 1 overdue\n"
    )
    assert result.exit_code == 1


def test_status_tells_of_open_and_overdue_tasks(run: Run, acme: Path) -> None:
    shown = run("status")
    assert "acme: 2 tasks by hand open, 1 overdue. See: leaver task list\n" in shown.output
    told = json.loads(run("status", "--json").output)["clients"][0]["tasks"]
    assert [(each["task"], each["overdue"]) for each in told] == [
        ("door-badge", True),
        ("shared-mailbox", False),
    ]


def test_a_task_that_is_done_is_written_into_the_record_and_the_evidence(run: Run, acme: Path) -> None:
    result = run(
        "task",
        "done",
        "acme",
        "dana.reyes",
        "door-badge",
        "--note",
        "HD-4712",
        "--operator",
        "Kim <k@msp.example>",
    )
    assert result.exit_code == 0, result.output
    assert "Left to do by hand: shared-mailbox" in result.output
    assert (acme / "people.yaml").read_text() == PEOPLE.replace(
        "      at: 2026-11-18 17:00\n",
        "      at: 2026-11-18 17:00\n"
        "      tasks done:\n"
        "        door-badge:\n"
        "          at: 2026-11-22 14:00:00 +00:00\n"
        "          by: Kim <k@msp.example>\n"
        "          note: HD-4712\n",
    )
    with open_store(acme.parents[1] / ".leaver") as store:
        [entry] = [each.entry for each in store.read("acme")]
    assert (entry.kind, entry.person, entry.step, entry.why) == (
        Kind.TASK,
        "dana.reyes",
        "door-badge",
        "HD-4712",
    )
    again = run("task", "list")
    assert again.exit_code == 0
    assert "1 open task, 0 overdue" in again.output


def test_doing_it_twice_keeps_the_first_word(run: Run, acme: Path) -> None:
    run("task", "done", "acme", "dana.reyes", "door-badge", "--operator", "Kim <k@msp.example>")
    first = (acme / "people.yaml").read_text()
    assert (
        run("task", "done", "acme", "dana.reyes", "door-badge", "--operator", "Lee <l@msp.example>").exit_code
        == 0
    )
    assert (acme / "people.yaml").read_text() == first


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("dana.reyes", "dor-badge"),
            'acme: no task "dor-badge". Correct it to "door-badge". See: leaver task list acme\n',
        ),
        (
            ("sam.okafor", "door-badge"),
            'acme: person "sam.okafor": has no tasks: nobody left, or the runbook names none.\n',
        ),
    ],
)
def test_what_is_no_task_is_refused(run: Run, acme: Path, words: tuple[str, ...], said: str) -> None:
    result = run("task", "done", "acme", *words)
    assert result.exit_code == 2
    assert result.output == said


RUNBOOKS = {
    "steps:\n    grups: true": (
        'identities/acme/client.yaml:8:12: client "acme": step "grups" is not known. '
        'Correct it to "groups", or remove it.'
    ),
    "steps:\n    licences: false": (
        'identities/acme/client.yaml:8:15: client "acme": step "licences" is for entra, and the client has no such '
        "directory. Remove it."
    ),
    "steps:\n    groups: {after: [devices]}\n    devices: {after: [groups]}": (
        'identities/acme/client.yaml:7:3: client "acme": steps wait for each other: devices, groups. '
        "Correct their `after`."
    ),
    "steps:\n    groups: 7": (
        'identities/acme/client.yaml:8:13: client "acme": `runbook.steps.groups` "7" is no choice. '
        "Write true to take the step, false to leave it out, or its settings."
    ),
    "tasks:\n    badge: {title: Take it, owner: nobody}": (
        'identities/acme/client.yaml:8:36: client "acme": owner "nobody" is not known. '
        "Correct it, or write an e-mail address."
    ),
}


@pytest.mark.parametrize("runbook", RUNBOOKS)
def test_check_says_what_is_wrong_with_a_runbook_and_where(run: Run, acme: Path, runbook: str) -> None:
    (acme / "client.yaml").write_text(CLIENT.partition("  tasks:")[0] + f"  {runbook}\n")
    result = run("check")
    lines = [line for line in result.output.splitlines() if not line.startswith("advisory: ")]
    assert lines[:-1] == [RUNBOOKS[runbook]]
    assert lines[-1].startswith("1 problem in 1 file")
    assert result.exit_code == 1
