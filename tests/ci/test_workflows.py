"""What the workflows promise: minimal rights, no branch's code beside credentials, no text in a shell."""

from __future__ import annotations

import re

import click
import pytest

from leaver.cli import cli
from leaver.cli.session import Session
from tests.ci.workflows import FOLDER, NAMES, Step, all_steps, calls, expressions, steps, workflow

STEPS = all_steps()
CALLS = [
    pytest.param(words, id=f"{step.where} leaver {' '.join(words)}")
    for step in STEPS
    for words in calls(step.script)
]
PINS = {
    "actions/checkout": ("08c6903cd8c0fde910a37f88322edcfb5dd907a8", "v5.0.0"),
    "actions/setup-python": ("a309ff8b426b58ec0e2a45f0f869d46889d02405", "v6.2.0"),
    "actions/upload-artifact": ("b7c566a772e6b6bfb58ed0dc250532a479d7789f", "v6.0.0"),
    "actions/download-artifact": ("37930b1c2abaa49bbe596cd826c3c89aef350131", "v7.0.0"),
    "actions/cache": ("9255dc7a253b0ccc959486e2bca901246202afeb", "v5.0.1"),
    "actions/cache/restore": ("9255dc7a253b0ccc959486e2bca901246202afeb", "v5.0.1"),
    "actions/cache/save": ("9255dc7a253b0ccc959486e2bca901246202afeb", "v5.0.1"),
}


def test_these_tests_know_every_workflow() -> None:
    assert {path.stem for path in FOLDER.glob("*.y*ml")} == set(NAMES)


def test_the_calls_are_found() -> None:
    assert len(CALLS) >= 20
    assert list(calls('leaver a "$B" -- c > d.txt 2>&1 || code=$?\nleaver e | jq .\n: leaver f')) == [
        ["a", "$B", "--", "c"],
        ["e"],
    ]


@pytest.mark.parametrize("words", CALLS)
def test_every_call_of_leaver_is_one_that_leaver_takes(words: list[str]) -> None:
    words = _as_the_shell_would(words)
    _parse(words)
    if words[:2] == ["ci", "exec"]:
        assert words[2] == "--"
        _parse(words[4:])


def _as_the_shell_would(words: list[str]) -> list[str]:
    # Paths must exist and numbers be numbers; everything else may be any text.
    replaced = {"$code": "1", "evidence/apply.txt": __file__}
    return [__file__ if word.endswith(".txt") else replaced.get(word, word) for word in words]


def _parse(words: list[str]) -> None:
    """Parse a command line as far as its last command. Raises click's UsageError."""
    command: click.Command = cli
    context = cli.make_context("leaver", list(words), obj=Session())
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert name is not None
        assert found is not None
        context = found.make_context(name, rest, parent=context)
        command = found


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.where)
def test_no_text_of_the_event_gets_into_a_script(step: Step) -> None:
    # Through the environment a value is data; between ${{ }} in a script it would be code.
    assert expressions(step.script) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_job_has_rights_that_it_does_not_state(name: str) -> None:
    found = workflow(name)
    assert found["permissions"] in ({}, {"contents": "read"})
    writes = {
        (job, scope)
        for job, content in found["jobs"].items()
        for scope, right in content.get("permissions", {}).items()
        if right == "write" and scope != "id-token"
    }
    assert writes == {
        "preview": {("comment", "pull-requests")},
        "release": {("release", "contents")},
    }.get(name, set())


@pytest.mark.parametrize("name", NAMES)
def test_every_job_ends_by_itself(name: str) -> None:
    assert all(job["timeout-minutes"] <= 120 for job in workflow(name)["jobs"].values())


@pytest.mark.parametrize("step", [each for each in STEPS if "uses" in each.content], ids=lambda s: s.where)
def test_every_action_is_pinned_to_a_commit(step: Step) -> None:
    used = step.content["uses"]
    if used == "./.github/actions/setup":
        return
    name, _, commit = used.partition("@")
    assert commit == PINS[name][0]


def test_each_pin_says_which_version_it_is() -> None:
    for path in (*FOLDER.glob("*.yml"), FOLDER.parent / "actions" / "setup" / "action.yml"):
        for name, commit, version in re.findall(r"uses: ([\w/-]+)@(\w+)(?: # (\S+))?", path.read_text()):
            assert (commit, version) == PINS[name], path


@pytest.mark.parametrize("name", NAMES)
def test_only_a_job_with_an_environment_of_one_client_meets_secrets(name: str) -> None:
    for step in steps(name):
        secrets = {value for value in step.env.values() if "secrets." in str(value)}
        if secrets and "LEAVER_HEARTBEAT_URL" not in str(secrets):
            assert step.job["environment"] in (
                "${{ matrix.client }}",
                "${{ matrix.client }}-preview",
                "${{ inputs.client }}",
            ), step.where


@pytest.mark.parametrize("name", ["apply", "scheduled"])
def test_each_client_is_worked_on_in_a_job_of_its_own_and_one_that_fails_stops_no_other(name: str) -> None:
    job = next(job for job in workflow(name)["jobs"].values() if "strategy" in job)
    assert job["strategy"]["fail-fast"] is False
    assert job["environment"] == "${{ matrix.client }}"
    assert job["concurrency"]["group"].endswith("-${{ matrix.client }}")
    assert job["concurrency"]["cancel-in-progress"] is False


def test_no_whole_bundle_of_secrets_is_handed_on() -> None:
    for path in FOLDER.glob("*.yml"):
        text = path.read_text()
        assert "toJSON(secrets" not in text
        assert "secrets: inherit" not in text
        assert "secrets[" not in text


class TestPreview:
    """The only workflow that meets a stranger's files."""

    def test_it_runs_what_main_says_never_what_the_branch_says(self) -> None:
        assert set(workflow("preview")["on"]) == {"pull_request_target"}
        for step in steps("preview"):
            if "checkout" in step.content.get("uses", ""):
                assert "ref" not in step.content["with"]
                assert "repository" not in step.content["with"]
                assert step.content["with"]["persist-credentials"] is False

    def test_git_brings_the_branch_in_as_data_only(self) -> None:
        for step in steps("preview"):
            assert not re.search(
                r"git (checkout|switch|merge|pull|worktree|reset|restore|submodule)\b", step.script
            )

    def test_a_fork_meets_no_credentials(self) -> None:
        jobs = workflow("preview")["jobs"]
        own = "github.event.pull_request.head.repo.full_name == github.repository"
        for name, job in jobs.items():
            rights = job["permissions"]
            if "environment" in job or "id-token" in rights:
                assert job["if"].startswith(own), name
        for step in steps("preview"):
            if any("secrets." in str(value) for value in step.env.values()):
                assert step.job["if"].startswith(own), step.where
        assert jobs["records"]["permissions"] == {"contents": "read"}

    def test_nothing_is_kept_for_jobs_that_have_more_rights(self) -> None:
        for step in steps("preview"):
            assert step.content.get("with", {}).get("save", "false") == "false"
            assert not step.content.get("uses", "").startswith("actions/cache")

    def test_the_job_that_may_write_runs_no_code_of_the_repository(self) -> None:
        comment = workflow("preview")["jobs"]["comment"]
        assert comment["permissions"] == {"pull-requests": "write"}
        assert [step.get("uses", "run").partition("@")[0] for step in comment["steps"]] == [
            "actions/download-artifact",
            "run",
        ]
        assert list(calls(comment["steps"][1]["run"])) == []

    def test_the_marker_in_the_comment_is_leavers(self) -> None:
        from leaver.cli.ci_report import MARKER
        from leaver.plan import markdown

        assert markdown.MARKER == MARKER
        script = workflow("preview")["jobs"]["comment"]["steps"][1]["run"]
        assert script.count(MARKER) == 2

    def test_the_tests_of_a_pull_request_meet_no_credentials_either(self) -> None:
        assert "pull_request" in workflow("test")["on"]
        assert "secrets." not in (FOLDER / "test.yml").read_text()
        assert "environment" not in workflow("test")["jobs"]["test"]


def test_the_release_takes_its_inputs_as_data_and_names_who_gave_the_word() -> None:
    [step] = [each for each in steps("release") if each.content.get("name") == "Release"]
    assert {key: step.env[key] for key in ("CLIENT", "PERSON", "REASON", "OPERATOR")} == {
        "CLIENT": "${{ inputs.client }}",
        "PERSON": "${{ inputs.person }}",
        "REASON": "${{ inputs.reason }}",
        "OPERATOR": "${{ github.triggering_actor }}",
    }
    assert '--operator="$OPERATOR" --reason="$REASON" -- "$CLIENT" "$PERSON"' in step.script


def test_a_release_waits_for_nothing() -> None:
    jobs = workflow("release")["jobs"]
    assert "needs" not in jobs["release"]
    assert "concurrency" not in jobs["release"]
    assert "concurrency" not in workflow("release")


def test_the_tests_run_what_has_to_pass_before_a_change_lands() -> None:
    assert [step.script for step in steps("test") if step.script] == [".ci/run"]
