"""`leaver demo`."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli, demo_leaver
from leaver.cli.demo_careless import SCENES, careless
from leaver.cli.demo_leaver import Leaver
from leaver.cli.demo_project import CHANGED, CLIENTS, EDITS, SIGN_INS, DemoImpossible, copy_project
from leaver.lifecycle import tasks_of
from leaver.runbook.choice import choose
from leaver.source import load

Run = Callable[..., Result]
REPOSITORY = Path(__file__).parents[2]
AT = datetime(2026, 11, 22, 19, 40, 12, tzinfo=UTC)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    copy_project(REPOSITORY, tmp_path / "demo")
    return tmp_path / "demo"


def test_the_edits_are_what_they_say_and_nothing_else(copy: Path) -> None:
    before = load(copy).clients
    for edit in EDITS:
        edit.difference(copy)
    after = load(copy).clients
    assert after["kestrel"].people["sunita.karki"].disabled
    assert "malia.kahananui" not in after["acme"].people
    assert "nils.aaltonen" in after["acme"].people
    assert after["acme"].people["leila.farrokhi"].groups == ("everyone", "support", "vpn")
    touched = {"sunita.karki", "malia.kahananui", "nils.aaltonen", "leila.farrokhi"}
    for key in CLIENTS:
        people = before[key].people.keys() | after[key].people.keys()
        same = {each for each in people if before[key].people.get(each) == after[key].people.get(each)}
        assert people - same <= touched
        assert (same == people) == (key not in CHANGED)


def test_the_leavers_edit_is_a_departure_at_the_moment_and_nothing_else(copy: Path) -> None:
    before = load(copy).clients[demo_leaver.CLIENT]
    leaver = Leaver(copy, copy / ".leaver", {})
    difference = leaver.edit(AT).difference(copy)
    after = load(copy).clients[demo_leaver.CLIENT]
    departure = after.people[demo_leaver.PERSON].departure
    assert departure is not None
    assert departure.at == AT
    assert {line.strip("+ ").partition(":")[0] for line in difference if line[:1] == "+"} == {
        "departure",
        "at",
        "kind",
        "ticket",
        "handover",
    }
    assert not [line for line in difference if line[:1] == "-"]
    assert {key for key in after.people if after.people[key] != before.people[key]} == {demo_leaver.PERSON}
    assert {each.key for each in tasks_of(after, demo_leaver.PERSON, AT)} == demo_leaver.TASKS.keys()


def test_the_reviewer_sees_each_edit_as_small_as_it_is(copy: Path) -> None:
    differences = {edit.key: edit.difference(copy) for edit in EDITS}
    assert [line for line in differences["sunita.karki"] if line[:1] == "+"] == ["+     disabled: true"]
    assert all(line.startswith("-") for line in differences["malia.kahananui"])
    assert "+   nils.aaltonen:" in differences["jun.seo"]
    assert not [line for line in differences["jun.seo"] if line[:1] == "-"]
    assert len([line for line in differences["leila.farrokhi"] if line[:1] == "-"]) == 5


def test_the_sign_ins_are_those_of_the_people_who_lose_access(copy: Path) -> None:
    clients = load(copy).clients
    for client, directory, username in SIGN_INS:
        assert username in {
            clients[client].username(key, directory)
            for key in ("sunita.karki", "malia.kahananui", demo_leaver.PERSON)
            if key in clients[client].people
        }


@pytest.mark.slow
def test_each_careless_pull_request_is_stopped_and_the_copy_is_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LEAVER_")}
    assert careless(REPOSITORY, tmp_path / "careless", environ)
    told = " ".join(capsys.readouterr().out.split())
    for said in (
        "a merge lost the whole folder identities/brightwater $ leaver check identities/brightwater: client "
        '"brightwater": the client\'s folder is gone, but stacks/Pulumi.brightwater.yaml is there. Restore the',
        'client "brightwater": the records have none of the 22 people that were there before. Put the people\'s',
        "acme: 13 of 28 people would lose their access",
        "If that is meant, write below `overrides:` in identities/acme/overrides.yaml: - {losses:",
    ):
        assert said in told
    assert told.count("exit code 1: it cannot be merged") == len(SCENES) == 3
    assert load(tmp_path / "careless").clients == load(REPOSITORY).clients


def test_a_clone_without_an_example_is_refused(project: Path, tmp_path: Path) -> None:
    (project / "identities/kestrel").rename(tmp_path / "gone")
    with pytest.raises(DemoImpossible, match="identities/kestrel is gone"):
        copy_project(project, tmp_path / "demo")


@pytest.mark.e2e
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_demo_ends_well_and_leaves_nothing_running(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEAVER_NOW", raising=False)
    result = CliRunner().invoke(cli, ["--project", str(copy), "demo"], prog_name="leaver")
    assert result.exit_code == 0, result.output
    assert "sunita.karki@kestrel.example at kestrel/okta is refused: SUSPENDED\n" in result.output
    assert "Malia Kahananui's record is deleted" in result.output
    assert "Apply again: nothing is left to change\nkestrel: verified: nothing to change\n" in result.output
    assert result.output.count("exit code 1: it cannot be merged") == 3
    assert "delroy.hinds: access ended at" in result.output
    assert "lucia.ferrante@brightwater.example signs in\n" in result.output
    assert "lucia.ferrante@brightwater.example is refused: SUSPENDED\n" in result.output
    assert not (copy / ".leaver/demo/.leaver/sandbox/sandbox.json").exists()
    assert not list((copy / ".leaver/pulumi").iterdir())
    _the_leaver_ends_with_nothing(result.output)
    _the_report_is_complete(copy / ".leaver/demo")


def _the_leaver_ends_with_nothing(output: str) -> None:
    before, after = (
        re.search(rf"   {title}\n((?:     .*\n)+)", output)
        for title in (
            "what Bronte Hargreaves has, as the directories show it:",
            "what Bronte Hargreaves still has:",
        )
    )
    assert before
    assert after
    assert " ".join(before[1].split()) == (
        "entra 3 sessions, 3 sign-in methods, 5 licences, 10 consents, 6 groups, 2 roles, 2 applications, "
        "4 devices, 2 managed devices, 2 ownerships, 1 forwarding rule "
        "okta 3 sessions, 7 OAuth tokens, 3 factors, 5 consents, 10 groups, 3 roles, 5 applications, 2 devices, "
        "1 API token"
    )
    assert after[1].splitlines() == [
        "     entra  nothing: 40 of 40 things gone, 0 of each of 11 kinds",
        "     okta   nothing: 39 of 39 things gone, 0 of each of 9 kinds",
    ]
    assert "Nothing is left to do by hand." in output
    assert "bronte.hargreaves@kestrel.example at kestrel/entra is refused: AADSTS50057" in output


def _the_report_is_complete(demo: Path) -> None:
    words = ["evidence", "report", demo_leaver.CLIENT, demo_leaver.PERSON, "--json"]
    told = CliRunner().invoke(cli, ["--project", str(demo), *words], prog_name="leaver")
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert (report["outcome"], report["reasons"], report["evidence"]["verifies"]) == ("complete", [], True)
    assert {each["outcome"] for each in report["access"]} == {"done"}
    assert {each["task"] for each in report["tasks"] if not each["open"]} == demo_leaver.TASKS.keys()
    taken = {(each["directory"], each["step"]) for each in report["steps"]}
    client = load(demo).clients[demo_leaver.CLIENT]
    assert taken == {
        (name, step.name)
        for name, directory in client.settings.directories.items()
        for step in choose(client.settings.runbook, directory.kind).steps
    }
    assert {each["outcome"] for each in report["steps"]} <= {"done", "already"}
    page = html.unescape((demo / f"{demo_leaver.REPORT}.html").read_text(encoding="utf-8"))
    for said in ("Bronte Hargreaves", "Take the door badge", *(each["title"] for each in report["steps"])):
        assert said in page
    assert (demo / f"{demo_leaver.REPORT}.pdf").read_bytes().startswith(b"%PDF-")
