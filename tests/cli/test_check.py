"""`leaver check`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def break_acme(project: Path) -> None:
    people = project / "identities/acme/people.yaml"
    people.write_text(
        people.read_text()
        .replace("manager: amara.nwosu", "manager: nobody", 1)
        .replace("at: 2027-02-12 17:00", "at: 2027-02-30 17:00")
    )


def break_kestrel(project: Path) -> None:
    groups = project / "identities/kestrel/groups.yaml"
    groups.write_text(groups.read_text().replace("confidential:", "confidentail:", 1))


def test_sound_records_are_counted(run: Run) -> None:
    result = run("check")
    assert (result.exit_code, result.output) == (0, "76 people of 3 clients: no problems\n")


def test_every_problem_is_on_a_line_of_its_own_with_its_place(run: Run, project: Path) -> None:
    break_acme(project)
    break_kestrel(project)
    result = run("check")
    *lines, summary = result.output.splitlines()
    assert result.exit_code == 1
    assert len(lines) == 3
    assert summary == "3 problems in 2 files"
    assert [line.split(": ")[0].rpartition("/")[0] for line in lines] == [
        "identities/acme",
        "identities/acme",
        "identities/kestrel",
    ]
    assert all(line.endswith(".") for line in lines)
    assert '"2027-02-30 17:00" does not exist' in "".join(lines)


def test_one_problem_is_said_in_the_singular(run: Run, project: Path) -> None:
    break_kestrel(project)
    assert run("check").output.endswith("1 problem in 1 file\n")


@pytest.mark.parametrize(
    ("path", "code", "summary"),
    [
        ("identities/acme", 1, "2 problems in 1 file"),
        ("identities/acme/people.yaml", 1, "2 problems in 1 file"),
        ("identities/acme/groups.yaml", 0, "identities/acme/groups.yaml: no problems"),
        ("identities/brightwater", 0, "identities/brightwater: no problems"),
        ("identities", 1, "3 problems in 2 files"),
        (".", 1, "3 problems in 2 files"),
    ],
)
def test_a_path_narrows_what_is_reported(run: Run, project: Path, path: str, code: int, summary: str) -> None:
    break_acme(project)
    break_kestrel(project)
    result = run("check", path)
    assert (result.exit_code, result.output.splitlines()[-1]) == (code, summary)


def test_two_clients_do_not_look_after_one_tenant(run: Run, project: Path) -> None:
    shutil.copytree(project / "identities" / "acme", project / "identities" / "acme-copy")
    result = run("check")
    assert result.exit_code == 1
    copied, own = (line for line in result.output.splitlines() if 'directory "entra"' in line)
    assert re.fullmatch(
        r'identities/acme-copy/client\.yaml:\d+:3: directory "entra": is the tenant [0-9a-f-]{36}, and so is '
        r"acme/entra\. Let one client look after it: correct the other, or remove it where it is a copy\.",
        copied,
    )
    assert "and so is acme-copy/entra. " in own


def test_directories_that_would_share_their_credentials_are_both_named(run: Run, project: Path) -> None:
    for client, directory in (("harbour", "uk-entra"), ("harbour-uk", "entra")):
        folder = project / "identities" / client
        folder.mkdir()
        tenant = f"00000000-0000-4000-8000-00000000{len(client):04}"
        (folder / "client.yaml").write_text(
            f"name: Harbour\ndirectories:\n  {directory}: {{kind: entra, tenant: {tenant}, domain: h.example}}\n"
        )
        (folder / "groups.yaml").write_text("groups: {}\n")
        (folder / "people.yaml").write_text("people: {}\n")
    result = run("check")
    assert result.exit_code == 1
    assert result.output.splitlines()[-3:] == [
        'identities/harbour-uk/client.yaml:3:3: directory "entra": its credentials would be those of '
        "harbour/uk-entra: both are read from LEAVER_HARBOUR_UK_ENTRA_*. Give one of the directories another key.",
        'identities/harbour/client.yaml:3:3: directory "uk-entra": its credentials would be those of '
        "harbour-uk/entra: both are read from LEAVER_HARBOUR_UK_ENTRA_*. Give one of the directories another key.",
        "2 problems in 2 files",
    ]


def test_a_path_outside_of_any_project_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    result = run("check", str(tmp_path))
    assert result.exit_code == 2
    assert "Name a project's" in result.stderr


def test_json_lists_the_problems_by_field(run: Run, project: Path) -> None:
    break_kestrel(project)
    result = run("check", "--json")
    (problem,) = json.loads(result.output)["problems"]
    assert result.exit_code == 1
    assert set(problem) == {"file", "line", "column", "subject", "fault", "remedy"}
    assert problem["file"] == "identities/kestrel/groups.yaml"
    assert problem["line"] > 1


def test_json_of_sound_records_counts_the_people_of_each_client(run: Run) -> None:
    assert json.loads(run("check", "--json").output) == {
        "problems": [],
        "advisories": [],
        "clients": {"acme": 30, "brightwater": 22, "kestrel": 24},
    }
