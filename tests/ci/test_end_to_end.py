"""The workflows' own scripts, run against a bare remote, the sandbox and the engine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.actions.cutting import ticking
from tests.ci.conftest import Clone
from tests.ci.runner import Ran, Runner

pytestmark = pytest.mark.slow

TENANT = "11111111-1111-4111-8111-111111111110"
HELD = """\
people:
  dana.reyes:
    name: Dana Reyes
    departure:
      at: 2026-11-20 17:00
      kind: contentious
      hold: {until: released, owner: hr@acme.example, expires: 2026-12-01 17:00}
"""


@pytest.fixture
def job(main: Clone, tmp_path: Path) -> Runner:
    return Runner(main.root, tmp_path / "runner")


class TestPreview:
    def take(self, job: Runner, head: str) -> Ran:
        return job.step("preview", "Take the branch's records as data", NUMBER="7", HEAD=head)

    def test_from_the_branch_to_the_comment(self, job: Runner, branch: Clone) -> None:
        branch.write("identities/acme/people.yaml", "people:\n  lee.park: {name: Lee Park}\n")
        settings = branch.root / "identities/blue/client.yaml"
        settings.write_text(settings.read_text().replace("org: blue", "org: evil"))
        branch.write("leaver/cli/__init__.py", "raise SystemExit('the branch ran')\n")
        head = branch.propose(7)
        assert self.take(job, head).code == 0
        checked = job.step("preview", "Check the records")
        assert (checked.code, checked.output) == (0, "")
        assert "<code>leaver check</code>: clean" in checked.summary
        found = job.step("preview", "Find the clients that change")
        # blue's other client.yaml would send blue's credentials to another organisation.
        assert (found.code, found.outputs) == (0, {"clients": '["acme"]'})
        planned = job.step("preview", "Plan the change")
        assert planned.code == 0, planned.output
        self.post(job, head)
        [comment] = job.comments()
        assert "**Dana Reyes &#40;dana.reyes&#41; leaves with the apply**" in comment["body"]
        assert comment["body"].index("### Plan <code>") < comment["body"].index("leaver check")
        assert json.loads((job.root / "plan/plan.json").read_text())["format"] == "leaver plan"
        assert (job.root / "plan/plan.html").read_text().startswith("<!doctype html>")
        assert comment["body"].startswith(
            f"<!-- leaver:preview -->\nWhat the records of {head[:12]} would do ("
        )
        assert "identities/blue/client.yaml was changed" in comment["body"]
        assert not (job.root / "leaver").exists()

    def post(self, job: Runner, head: str) -> None:
        posted = job.step(
            "preview",
            "Post the report, over the one of the last run",
            NUMBER="7",
            HEAD=head,
            RUN="https://run",
        )
        assert posted.code == 0, posted.output

    def test_the_comment_of_the_last_run_is_replaced(self, job: Runner) -> None:
        report = job.root / "report"
        report.mkdir()
        (report / "0-check.md").write_text("first\n")
        self.post(job, "a" * 40)
        (report / "0-check.md").write_text("second\n")
        self.post(job, "b" * 40)
        [comment] = job.comments()
        assert "bbbbbbbbbbbb" in comment["body"]
        assert comment["body"].endswith("\nsecond\n")

    def test_somebody_elses_comment_with_the_marker_is_left_alone(self, job: Runner) -> None:
        theirs = {"id": 1, "user": "mallory", "body": "<!-- leaver:preview --> all is well"}
        (job.scratch / "comments.json").write_text(json.dumps([theirs]))
        (job.root / "report").mkdir()
        (job.root / "report/0-check.md").write_text("ours\n")
        self.post(job, "a" * 40)
        assert [each["user"] for each in job.comments()] == ["mallory", "github-actions[bot]"]
        assert job.comments()[0] == theirs

    def test_a_report_that_is_too_long_ends_with_where_the_rest_is(self, job: Runner) -> None:
        (job.root / "report").mkdir()
        for number in range(4):
            (job.root / f"report/{number}.md").write_text("é" * 30_000 + "\n")
        self.post(job, "a" * 40)
        [comment] = job.comments()
        assert comment["body"].endswith("The rest does not fit into a comment: see the run's artefacts.\n")
        assert comment["body"].count("é") == 60_000

    def test_a_bad_record_fails_the_check_and_stands_in_the_report(self, job: Runner, branch: Clone) -> None:
        branch.write("identities/acme/people.yaml", "people:\n  lee.park: {nmae: Lee Park}\n")
        self.take(job, branch.propose(7))
        checked = job.step("preview", "Check the records")
        assert checked.code == 1
        assert "identities/acme/people.yaml:2:14: " in (job.root / "report/1-check.md").read_text()

    def test_a_deleted_client_folder_fails(self, job: Runner, branch: Clone) -> None:
        branch.git("rm", "-rq", "identities/cyan")
        self.take(job, branch.propose(7))
        assert job.step("preview", "Check the records").code == 1
        assert job.step("preview", "Find the clients that change").code == 1
        assert "the folder is gone" in (job.root / "report/2-changed.md").read_text()

    def test_records_without_a_plan_say_so_in_the_comment(self, job: Runner, branch: Clone) -> None:
        branch.git("rm", "-rq", "identities/cyan")
        head = branch.propose(7)
        self.take(job, head)
        assert job.step("preview", "Plan the change").code == 1
        self.post(job, head)
        [comment] = job.comments()
        assert "<code>leaver preview --since</code>: problems" in comment["body"]
        assert "the client's folder is gone" in comment["body"]
        assert not (job.root / "plan/plan.json").exists()

    def test_a_conflict_ends_the_job_with_what_to_do(self, job: Runner, main: Clone, branch: Clone) -> None:
        branch.write("identities/acme/people.yaml", "people: {lee.park: {name: Lee}}\n")
        head = branch.propose(7)
        main.write("identities/acme/people.yaml", "people: {}\n")
        main.merge()
        taken = self.take(job, head)
        assert taken.code == 1
        assert "Bring the branch up to date." in taken.output


class TestApply:
    def find(self, job: Runner, event: str, **env: str) -> Ran:
        given = {"GITHUB_EVENT_NAME": event, "BEFORE": "", "WANTED": "", **env}
        return job.step("apply", "Find the clients that changed", **given)

    def test_a_merge_is_the_clients_that_it_changed(self, job: Runner, main: Clone, branch: Clone) -> None:
        before = main.git("rev-parse", "HEAD")
        branch.write("identities/acme/people.yaml", "people: {}\n")
        branch.merge()
        main.git("pull", "-q", "origin", "main")
        found = self.find(job, "push", BEFORE=before)
        assert (found.code, found.outputs) == (0, {"clients": '["acme"]'})

    def test_the_first_push_is_everybody(self, job: Runner) -> None:
        assert self.find(job, "push", BEFORE="0" * 40).outputs == {"clients": '["acme", "blue", "cyan"]'}

    def test_a_vanished_folder_fails_and_stops_nobody_else(self, job: Runner, main: Clone) -> None:
        before = main.git("rev-parse", "HEAD")
        main.git("rm", "-rq", "identities/cyan")
        main.write("identities/blue/people.yaml", "people: {}\n")
        main.merge()
        found = self.find(job, "push", BEFORE=before)
        assert (found.code, found.outputs) == (1, {"clients": '["blue"]'})

    @pytest.mark.parametrize(
        ("wanted", "clients"),
        [
            ("", '["acme", "blue", "cyan"]'),
            ("blue acme", '["acme", "blue"]'),
            ("$(touch executed) ; touch executed * --json", "[]"),
        ],
    )
    def test_by_hand_it_is_those_that_were_named(self, job: Runner, wanted: str, clients: str) -> None:
        found = self.find(job, "workflow_dispatch", WANTED=wanted)
        assert (found.code, found.outputs) == (0, {"clients": clients})
        assert not (job.root / "executed").exists()


@pytest.mark.parametrize(("cron", "clients"), [("*/5 * * * *", ["blue"]), ("17 */6 * * *", None), ("", None)])
def test_every_five_minutes_those_that_are_due_and_now_and_then_all(
    job: Runner, main: Clone, cron: str, clients: list[str] | None
) -> None:
    due = "people:\n  lee.park:\n    departure: {at: 2026-11-22 14:55, kind: voluntary}\n"
    main.write("identities/blue/people.yaml", due)
    found = job.step("scheduled", "Find the clients with work", SCHEDULE=cron)
    assert json.loads(found.outputs["clients"]) == (clients or ["acme", "blue", "cyan"])


class TestRelease:
    """From a phone: `release.yml` with the sandbox as the client's directory."""

    @pytest.fixture
    def box(self, main: Clone) -> Iterator[Endpoint]:
        with running_sandbox(main.root / ".leaver" / "sandbox", ticking) as box:
            box.register("acme", "entra", "entra", TENANT, ["acme.example"])
            user = {
                "userPrincipalName": "dana.reyes@acme.example",
                "displayName": "Dana",
                "accountEnabled": True,
            }
            box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "users": [user]})
            main.write(
                "identities/acme/client.yaml",
                "name: Acme\nzone: Europe/Berlin\nsandbox: true\n"
                f"directories:\n  entra: {{kind: entra, tenant: {TENANT}, domain: acme.example}}\n",
            )
            main.write("identities/acme/people.yaml", HELD)
            main.merge()
            yield box

    def gets_in(self, box: Endpoint) -> bool:
        asked = {"client": "acme", "directory": "entra", "username": "dana.reyes@acme.example"}
        return bool(box.admin("POST", "/signin", asked)["ok"])

    def release(self, job: Runner, **env: str) -> Ran:
        given = {"CLIENT": "acme", "PERSON": "dana.reyes", "REASON": "HR called", "OPERATOR": "ana-on-call"}
        return job.step("release", "Release", **{**given, **env})

    def test_access_ends_and_main_knows_who_gave_the_word(
        self, job: Runner, main: Clone, box: Endpoint, clone: Callable[[str], Clone]
    ) -> None:
        assert self.gets_in(box)
        reason = 'HR called: "now"; $(touch executed) `touch executed` ${{ github.token }}'
        done = self.release(job, REASON=reason)
        assert done.code == 0, done.output
        assert not self.gets_in(box)
        assert job.step("release", "Keep the record's change where main refuses a push").code == 0
        assert "<code>leaver release acme dana.reyes</code>: clean" in done.summary
        assert "access ended" in (job.root / "evidence/release.txt").read_text()
        other = clone("other")
        assert "released by: ana-on-call" in (other.root / "identities/acme/people.yaml").read_text()
        assert reason in other.git("log", "-1", "--format=%B")
        assert not (job.root / "executed").exists()

    def test_the_rest_of_the_words_are_never_options(self, job: Runner, box: Endpoint) -> None:
        done = self.release(job, PERSON="--help", REASON="--json", OPERATOR="--yes")
        assert done.code != 0
        assert "Usage:" not in done.output
        assert self.gets_in(box)

    def test_where_main_takes_no_push_the_change_is_kept_on_a_branch(
        self, job: Runner, main: Clone, box: Endpoint, tmp_path: Path
    ) -> None:
        hook = tmp_path / "remote.git/hooks/pre-receive"
        hook.write_text(
            '#!/bin/sh\nwhile read -r _ _ ref; do [ "$ref" != refs/heads/main ] || exit 1; done\n'
        )
        hook.chmod(0o755)
        done = self.release(job)
        assert done.code == 1
        assert not self.gets_in(box)
        kept = job.step("release", "Keep the record's change where main refuses a push")
        assert kept.code == 1
        assert "Merge the branch released-4711 now." in kept.summary
        kept_files = main.git("ls-remote", "origin", "refs/heads/released-4711").split()
        assert kept_files[0] == main.git("rev-parse", "HEAD")

    def test_a_second_call_does_no_harm(self, job: Runner, box: Endpoint) -> None:
        assert self.release(job).code == 0
        assert self.release(job).code == 0
        assert job.step("release", "Keep the record's change where main refuses a push").code == 0


def test_the_scripts_leave_a_checkout_as_git_knows_it(job: Runner, main: Clone) -> None:
    job.step("apply", "Find the clients that changed", GITHUB_EVENT_NAME="push", BEFORE="HEAD", WANTED="")
    left = subprocess.run(["git", "status", "--short"], cwd=main.root, capture_output=True, text=True)
    assert left.stdout == ""
