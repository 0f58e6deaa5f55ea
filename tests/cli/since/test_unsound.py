"""Records that cannot be read, here or at the commit, are no plan; nor is a comparison with nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.since.repository import PEOPLE, Repository, Run

UNSOUND = {
    "conflict": "<<<<<<< ours\npeople: {}\n=======\npeople: {}\n>>>>>>> theirs\n",
    "empty": "",
    "truncated": "people:\n  lee.park: {name: Lee",
}


@pytest.mark.parametrize("content", UNSOUND.values(), ids=UNSOUND.keys())
@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_records_with_problems_are_reported_as_check_does_and_are_no_plan(
    repository: Repository, run: Run, content: str, form: str
) -> None:
    (repository.root / PEOPLE).write_text(content)
    checked = run("check")
    result = run("preview", "--since", "main", "--format", form)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == checked.stdout.splitlines()[:-1]
    assert result.stderr == (
        "preview: there is no plan of records with problems. Correct them; see: leaver check --since main\n"
    )


def test_records_with_problems_are_json_where_json_was_asked_for(repository: Repository, run: Run) -> None:
    (repository.root / PEOPLE).write_text(UNSOUND["conflict"])
    result = run("preview", "--since", "main", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == json.loads(run("check", "--json").stdout)


def test_no_file_is_written_of_records_with_problems(repository: Repository, run: Run) -> None:
    (repository.root / PEOPLE).write_text("people: [\n")
    run("preview", "--since", "main", "--format", "json", "--output", "plan.out")
    assert not (repository.root / "plan.out").exists()


def test_unsound_records_at_the_commit_are_said_to_be_of_then(repository: Repository, run: Run) -> None:
    sound = (repository.root / PEOPLE).read_text()
    (repository.root / PEOPLE).write_text("people:\n  dana: {titel: x}\n")
    commit = repository.commit()[:10]
    (repository.root / PEOPLE).write_text(sound)
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{commit}:identities/acme/people.yaml:2:")
    assert "Or compare with a commit in which the records are sound." in result.stdout


def test_a_commit_that_git_does_not_know_is_wrong_usage(repository: Repository, run: Run) -> None:
    result = run("preview", "--since", "nowhere")
    assert result.exit_code == 2
    assert result.stderr == (
        'git knows no commit "nowhere". Name one, such as origin/main, and fetch its history.\n'
    )


def test_without_a_repository_is_wrong_usage(project: Path, run: Run) -> None:
    result = run("preview", "--since", "main")
    assert result.exit_code == 2
    assert "is in no git repository. Run this in a clone." in result.stderr


def test_a_client_that_there_is_not(repository: Repository, run: Run) -> None:
    result = run("preview", "--since", "main", "acne")
    assert (result.exit_code, result.stderr) == (2, 'no client "acne". Did you mean "acme"?\n')


@pytest.mark.parametrize(
    "option",
    [("--with-engine",), ("--format", "json"), ("--output", "x"), ("--longest", "9000"), ("--whole-at", "x")],
    ids=lambda words: words[0],
)
def test_an_option_of_a_comparison_needs_one(project: Path, run: Run, option: tuple[str, ...]) -> None:
    result = run("preview", *option)
    assert result.exit_code == 2
    assert result.stderr == "preview: these options are for a comparison. Add --since REF.\n"
