"""`leaver check` with policies: advisories are shown, what is mandatory fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli
from leaver.lifecycle import changes
from leaver.source import load
from leaver.source.judged import judged
from tests.policy.project import NOW, write

Check = Callable[..., Result]
ADVISORY = (
    'advisory: identities/acme/people.yaml:2:3: person "dana": has no start (has-start). Add `starts:`.\n'
)
PROBLEM = (
    'identities/acme/people.yaml:2:25: person "dana": is a contractor without an end (contractor-end). '
    "Add `until:` with the end of the contract.\n"
)


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    (tmp_path / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEAVER_NOW", NOW.isoformat())
    monkeypatch.setenv("LEAVER_HOME", str(tmp_path / ".leaver"))

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, ["check", *words], prog_name="leaver")

    return run


def test_an_advisory_is_shown_and_fails_nothing(check: Check, tmp_path: Path) -> None:
    write(tmp_path, people="dana: {manager: lee}\nlee: {starts: 2020-01-01 09:00}")
    result = check()
    assert (result.exit_code, result.output) == (
        0,
        ADVISORY + "2 people of 1 client: no problems, 1 advisory\n",
    )


def test_a_mandatory_policy_fails_the_check_after_the_advisories(check: Check, tmp_path: Path) -> None:
    write(tmp_path, people="dana: {employee type: contractor, manager: lee}\nlee: {starts: 2020-01-01 09:00}")
    result = check()
    assert (result.exit_code, result.output) == (1, f"{ADVISORY}{PROBLEM}1 problem in 1 file, 1 advisory\n")


def test_a_path_narrows_the_policies_too(check: Check, tmp_path: Path) -> None:
    write(tmp_path, people="dana: {employee type: contractor}")
    assert check("identities/acme/client.yaml").exit_code == 0
    assert check("identities/acme").exit_code == 1


def test_json_has_both_with_policy_level_and_controls(check: Check, tmp_path: Path) -> None:
    write(tmp_path, people="dana: {employee type: contractor, manager: lee}\nlee: {starts: 2020-01-01 09:00}")
    shown = json.loads(check("--json").output)
    assert shown["problems"] == [
        {
            "file": "identities/acme/people.yaml",
            "line": 2,
            "column": 25,
            "subject": 'person "dana"',
            "fault": "is a contractor without an end (contractor-end)",
            "remedy": "Add `until:` with the end of the contract.",
            "policy": "contractor-end",
            "level": "mandatory",
            "controls": ["CIS 6.2", "NIST PS-7"],
        }
    ]
    assert [each["policy"] for each in shown["advisories"]] == ["has-start"]


def test_unsound_records_are_not_held_against_policies(check: Check, tmp_path: Path) -> None:
    write(tmp_path, people="dana: {employee type: contractor, manager: nobody}")
    result = check()
    assert "contractor-end" not in result.output
    assert result.output.endswith("1 problem in 1 file\n")


def test_a_secret_in_a_comment_is_found_and_one_in_a_record_is_found_once(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2" * 9
    write(tmp_path, people=f"dana:  # {token}\n  title: {token}\n  manager: lee\nlee: {{}}")
    estate = load(tmp_path)
    found = [str(each.problem) for each in judged(estate, ["acme"], NOW) if each.policy == "no-secret"]
    assert [line.partition(". ")[0] for line in found] == [
        'identities/acme/people.yaml:2:12: client "acme": the file has what looks like a GitHub token (no-secret)',
        'identities/acme/people.yaml:3:12: person "dana": has what looks like a GitHub token in `title` (no-secret)',
    ]


def test_a_comment_is_left_alone_where_the_policy_is_disabled(tmp_path: Path) -> None:
    write(tmp_path, people="dana: {}  # ghp_" + "a1B2" * 9, client="policies: {no-secret: disabled}")
    assert [each.policy for each in judged(load(tmp_path), ["acme"], NOW)].count("no-secret") == 0


def test_the_example_clients_never_break_a_mandatory_policy_by_the_clock_alone() -> None:
    root = Path(__file__).parents[2]
    estate = load(root)
    for key, client in estate.clients.items():
        moments = {moment for person in client.people.values() for moment in changes(person)}
        for moment in sorted({NOW, *(each for each in moments if each > NOW)}):
            broken = [each.problem for each in judged(estate, [key], moment) if each.mandatory]
            assert broken == []


def test_the_example_clients_break_no_policy() -> None:
    root = Path(__file__).parents[2]
    estate = load(root)
    assert [str(each.problem) for each in judged(estate, estate.clients, NOW)] == []


def test_a_branch_without_a_commit_to_start_from_is_a_usage_error(check: Check, tmp_path: Path) -> None:
    write(tmp_path)
    result = check("--from", "change")
    assert (result.exit_code, result.stderr) == (
        2,
        "check: --from says whose lines are new. Add --since REF, from where on they are.\n",
    )
