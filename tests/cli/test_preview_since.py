"""`leaver preview --since`: a plan of what differs from a commit, without credentials, engine or network."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import leaver.fleet
from leaver.desired import Change, ChangeReport, Effect
from leaver.fleet import ApplyReport, PreviewReport, VerifyReport

Run = Callable[..., Result]
PEOPLE = "identities/acme/people.yaml"
DEPARTURE = "departure: {at: 2026-11-27 17:00, kind: involuntary}"


class Repository:
    """The project in git; edits of its files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "ana@msp.example")
        self.git("config", "user.name", "Ana")
        (root / ".gitignore").write_text(".leaver/\n.pulumi/\n*.out\n")
        self.commit()

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def leaves(self) -> None:
        self.leaves_in("acme")

    def leaves_in(self, client: str) -> None:
        people = f"identities/{client}/people.yaml"
        self.edit(people, "  tomasz.wilk:\n", f"  tomasz.wilk:\n    {DEPARTURE}\n")


@pytest.fixture
def repository(project: Path) -> Repository:
    return Repository(project)


def test_nothing_changed_is_nothing_to_do(repository: Repository, run: Run) -> None:
    result = run("preview", "--since", "main")
    commit = repository.git("rev-parse", "main")[:10]
    assert result.stdout == f"since main ({commit}): 0 clients changed, 3 unchanged\n"
    assert result.exit_code == 0


def test_a_departure_for_friday_shows_as_such(repository: Repository, run: Run) -> None:
    repository.leaves()
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.output
    friday = "2026-11-27 17:00 EST (22:00 UTC)"
    assert f"  - Tomasz Wilk (tomasz.wilk) leaves {friday}\n" in result.stdout
    assert f"      departure added: {friday}, involuntary\n" in result.stdout
    assert f"    + {friday}: Tomasz Wilk departs\n" in result.stdout
    assert "Acme Robotics (acme): 1 leaves\n" in result.stdout
    assert "limits used" not in result.stdout


def test_seen_after_the_moment_it_is_with_the_apply_and_the_same_plan(
    repository: Repository, run: Run
) -> None:
    repository.leaves()
    before = json.loads(run("preview", "--since", "main", "--json").stdout)
    after = json.loads(run("preview", "--since", "main", "--json", "--at", "2026-11-27 17:00").stdout)
    assert after["told"]["acme"]["people"][0]["said"] == "Tomasz Wilk (tomasz.wilk) leaves with the apply"
    assert after["hash"] == before["hash"]
    assert after["plan"] == before["plan"]


def test_it_is_what_the_branch_changed_and_not_what_main_did_since(repository: Repository, run: Run) -> None:
    repository.git("checkout", "-q", "-b", "branch")
    repository.leaves()
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.edit("identities/kestrel/client.yaml", "name: ", "name: New ")
    repository.commit()
    repository.git("checkout", "-q", "branch")
    result = run("preview", "--since", "main", "--json")
    assert [client["key"] for client in json.loads(result.stdout)["plan"]["clients"]] == ["acme"]


def test_a_client_by_name_leaves_the_others_out(repository: Repository, run: Run) -> None:
    repository.leaves()
    repository.edit("identities/kestrel/client.yaml", "name: ", "name: New ")
    result = run("preview", "--since", "main", "--json", "kestrel")
    assert [client["key"] for client in json.loads(result.stdout)["plan"]["clients"]] == ["kestrel"]


def test_an_unchanged_client_is_not_even_read(repository: Repository, run: Run) -> None:
    (repository.root / "identities/kestrel/people.yaml").write_text("<<<<<<< ours\n")
    repository.commit()
    repository.leaves()
    assert run("preview", "--since", "main").exit_code == 0


def test_a_comment_is_no_change(repository: Repository, run: Run) -> None:
    repository.edit(PEOPLE, "people:\n", "people:\n  # Everybody.\n")
    result = run("preview", "--since", "main")
    assert "Acme Robotics (acme): the files differ, and say the same\n" in result.stdout


def test_a_new_client_and_a_new_file_count_before_they_are_committed(
    repository: Repository, run: Run
) -> None:
    shutil.copytree(repository.root / "identities/kestrel", repository.root / "identities/nova")
    result = run("preview", "--since", "main")
    assert re.search(r"\(nova\): new client, .*\d+ join", result.stdout)


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


def test_a_project_may_be_a_folder_of_a_repository(
    project: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole"
    (whole / "identities" / "decoy").mkdir(parents=True)
    (whole / "identities" / "decoy" / "client.yaml").write_text("name: Decoy\n")
    shutil.copytree(project, whole / "part")
    repository = Repository(whole)
    repository.edit(f"part/{PEOPLE}", "  tomasz.wilk:\n", f"  tomasz.wilk:\n    {DEPARTURE}\n")
    (whole / "identities" / "decoy" / "client.yaml").write_text("name: Another\n")
    monkeypatch.chdir(whole / "part")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.output
    assert "1 client changed, 2 unchanged" in result.stdout
    assert "Acme Robotics (acme): 1 leaves\n" in result.stdout


def test_no_file_is_written_of_records_with_problems(repository: Repository, run: Run) -> None:
    (repository.root / PEOPLE).write_text("people: [\n")
    run("preview", "--since", "main", "--format", "json", "--output", "plan.out")
    assert not (repository.root / "plan.out").exists()


def test_a_vanished_folder_is_never_a_plan(repository: Repository, run: Run) -> None:
    commit = repository.git("rev-parse", "main")[:10]
    shutil.rmtree(repository.root / "identities/acme")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert result.stdout == (
        f'identities/acme: client "acme": the client\'s folder is gone since {commit}. '
        "Restore the folder from version control; to end a client, destroy its stack first.\n"
    )


def test_a_vanished_folder_with_its_stack_s_settings_there(repository: Repository, run: Run) -> None:
    (repository.root / "stacks/Pulumi.acme.yaml").write_text("config: {}\n")
    repository.commit()
    shutil.rmtree(repository.root / "identities/acme")
    checked = run("check").stdout.splitlines()[0]
    assert run("preview", "--since", "main").stdout == f"{checked}\n"
    assert "the client's folder is gone, but stacks/Pulumi.acme.yaml is there" in checked


def call_all_off(repository: Repository, client: str) -> None:
    path = repository.root / "identities" / client / "people.yaml"
    path.write_text(re.sub(r"^    departure:.*\n(?:      .*\n)*", "", path.read_text(), flags=re.MULTILINE))


def test_a_client_that_is_ended_with_its_stack_is_told(repository: Repository, run: Run) -> None:
    settings = repository.root / "stacks/Pulumi.acme.yaml"
    settings.write_text("config: {}\n")
    call_all_off(repository, "acme")
    repository.commit()
    settings.unlink()
    shutil.rmtree(repository.root / "identities/acme")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.stdout
    assert "acme: the client is ended" in result.stdout


def test_a_client_does_not_end_before_its_departures(repository: Repository, run: Run) -> None:
    settings = repository.root / "stacks/Pulumi.acme.yaml"
    settings.write_text("config: {}\n")
    repository.leaves()
    commit = repository.commit()[:10]
    settings.unlink()
    shutil.rmtree(repository.root / "identities/acme")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        f'identities/acme: client "acme": the folder is gone since {commit}, and with it the agreed departures of '
    )
    assert "tomasz.wilk" in result.stdout
    assert result.stdout.endswith(
        ". Restore the folder from version control; to end the client, have these done or called off first.\n"
    )


def test_a_client_with_another_name_is_compared_with_what_it_was(repository: Repository, run: Run) -> None:
    repository.edit("identities/acme/client.yaml", "name: Acme Robotics", "name: Acme Robotics\nwas: acme")
    (repository.root / "identities/acme").rename(repository.root / "identities/acme-robotics")
    repository.leaves_in("acme-robotics")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.output
    assert "Acme Robotics (acme-robotics): 1 leaves, client.yaml\n" in result.stdout
    assert "    was: not stated → acme\n" in result.stdout


def test_a_client_that_got_another_name_by_hand_is_asked_what_it_was(
    repository: Repository, run: Run
) -> None:
    old, new = (repository.root / f"stacks/Pulumi.{key}.yaml" for key in ("acme", "acme-robotics"))
    old.write_text("config: {}\n")
    commit = repository.commit()[:10]
    old.rename(new)
    (repository.root / "identities/acme").rename(repository.root / "identities/acme-robotics")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert re.fullmatch(
        r'identities/acme-robotics/client\.yaml:\d+:3: directory "entra": is the tenant [0-9a-f-]{36}, as was that '
        rf'of client "acme", whose folder is gone since {commit}\. If it is the same client, write `was: acme` in '
        r"client\.yaml, and its accounts are kept; else end acme first, in a change of its own\.\n",
        result.stdout,
    )
    repository.edit(
        "identities/acme-robotics/client.yaml", "name: Acme Robotics", "name: Acme Robotics\nwas: acme"
    )
    assert run("preview", "--since", "main").exit_code == 0


def test_a_client_may_end_while_another_one_begins(repository: Repository, run: Run) -> None:
    settings = repository.root / "stacks/Pulumi.brightwater.yaml"
    settings.write_text("config: {}\n")
    call_all_off(repository, "brightwater")
    repository.commit()
    settings.unlink()
    shutil.rmtree(repository.root / "identities/brightwater")
    other = repository.root / "identities/harbour"
    other.mkdir()
    (other / "client.yaml").write_text(
        "name: Harbour\ndirectories:\n  okta: {kind: okta, org: harbour, domain: h.example}\n"
    )
    (other / "groups.yaml").write_text("groups: {}\n")
    (other / "people.yaml").write_text("people: {}\n")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.stdout
    assert "brightwater: the client is ended" in result.stdout


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


def test_a_new_break_of_a_mandatory_policy_ends_with_1(repository: Repository, run: Run) -> None:
    repository.edit("identities/acme/client.yaml", "policies:\n", "policies:\n  has-manager: mandatory\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  new.one: {name: New One, groups: []}\n")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert '    mandatory: identities/acme/people.yaml:3:3: person "new.one"' in result.stdout
    assert "refused:\n" in result.stdout


def test_what_was_broken_before_is_told_apart_from_what_is_new(repository: Repository, run: Run) -> None:
    old = "people:\n  old.one: {name: Old One, groups: []}\n"
    repository.edit(PEOPLE, "people:\n", old)
    repository.commit()
    repository.edit(PEOPLE, old, f"{old}  new.one: {{name: New One, groups: []}}\n")
    repository.leaves()
    found = json.loads(run("preview", "--since", "main", "--json").stdout)["findings"]
    managers = {
        each["text"].split('"')[1]: each["standing"] for each in found if each["policy"] == "has-manager"
    }
    assert managers == {"old.one": "stays", "new.one": "new"}


def test_what_is_mended_is_told(repository: Repository, run: Run) -> None:
    repository.edit(PEOPLE, "people:\n", "people:\n  old.one: {name: Old One, groups: []}\n")
    repository.commit()
    repository.edit(PEOPLE, "groups: []}", "groups: [], manager: lee.park}")
    result = run("preview", "--since", "main")
    assert (
        '  policies: mended by this change:\n    person "old.one": has no manager (has-manager)\n'
        in result.stdout
    )


def delete(repository: Repository, count: int) -> None:
    """Delete the last `count` people of acme whom nobody else's record names."""
    path = repository.root / PEOPLE
    text = path.read_text()
    people = re.findall(r"^  ([a-z][a-z.-]+):$", text, re.MULTILINE)
    free = [each for each in people if len(re.findall(rf"\b{re.escape(each)}\b", text)) == 1]
    for key in free[:count]:
        text = re.sub(rf"^  {re.escape(key)}:\n(?:    .*\n|\n(?=    ))+", "", text, flags=re.MULTILINE)
    path.write_text(text)


def test_too_many_at_once_are_refused_with_the_line_that_would_allow_it(
    repository: Repository, run: Run
) -> None:
    delete(repository, 8)
    result = run("preview", "--since", "main")
    assert result.exit_code == 1, result.stdout
    assert "    acme: people: 8 of " in result.stdout
    assert ": TOO MANY\n" in result.stdout
    assert 'identities/acme/overrides.yaml: - {losses: "sha256:' in result.stdout


def test_the_line_that_allows_it_allows_it(repository: Repository, run: Run) -> None:
    delete(repository, 8)
    refused = run("preview", "--since", "main").stdout
    [line] = set(re.findall(r'- \{losses: "[^}]*\}', refused))
    allowed = line.replace("…", "The whole support team moved")
    (repository.root / "identities/acme/overrides.yaml").write_text(f"overrides:\n  {allowed}\n")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.stdout
    assert "overrides.sha256:" in result.stdout


def test_bounds_that_the_same_change_raises_allow_nothing(repository: Repository, run: Run) -> None:
    delete(repository, 8)
    repository.edit(
        "identities/acme/client.yaml", "removals: 5\n  percent: 15", "removals: 50\n  percent: 90"
    )
    result = run("preview", "--since", "main")
    assert result.exit_code == 1, result.stdout
    assert "the limits allow 4 (`limits`: removals 5, percent 15)" in result.stdout
    assert "Raise them first, in a change of its own.\n" in result.stdout


def test_a_share_of_all_clients_is_of_the_people_that_there_are(repository: Repository, run: Run) -> None:
    (repository.root / "identities/limits.yaml").write_text("removals: 40\npercent: 0\n")
    settings = "identities/brightwater/client.yaml"
    repository.edit(settings, "retain:", "limits: {removals: 100, percent: 100}\nretain:")
    people = "identities/brightwater/people.yaml"
    made = "".join(f"  new.{number}: {{groups: []}}\n" for number in range(12))
    repository.edit(people, "people:\n", f"people:\n{made}")
    repository.commit()
    repository.edit(people, made, made.replace("[]", "[], disabled: true"))
    result = run("preview", "--since", "main")
    assert result.exit_code == 1, result.output
    assert re.search(r"^all clients: people: 12 of \d+, 10 allowed: TOO MANY$", result.stdout, re.MULTILINE)


def test_other_limits_over_all_clients_are_told(repository: Repository, run: Run) -> None:
    (repository.root / "identities/limits.yaml").write_text("removals: 500\n")
    result = run("preview", "--since", "main", "--json")
    assert json.loads(result.stdout)["plan"]["bounds"] == [
        {"field": "removals", "before": None, "after": "500"}
    ]
    repository.commit()
    told = run("preview", "--since", "main~1").stdout
    assert "\nidentities/limits.yaml: removals: not stated → 500\n" in told


def test_markdown_for_a_comment(repository: Repository, run: Run) -> None:
    repository.leaves()
    result = run("preview", "--since", "main", "--format", "markdown", "--output", "plan.out")
    assert result.exit_code == 0
    text = (repository.root / "plan.out").read_text()
    assert text.startswith("<!-- leaver:preview -->\n### Plan <code>")
    assert result.stderr == f"plan {re.findall('<code>(.*?)</code>', text)[0]} is in plan.out\n"


def test_a_comment_that_is_cut_says_where_the_whole_is(repository: Repository, run: Run) -> None:
    repository.edit("identities/acme/client.yaml", "zone: America/New_York", "zone: America/Chicago")
    delete(repository, 2)
    words = ["--format", "markdown", "--longest", "2000", "--whole-at", "See artefacts"]
    text = run("preview", "--since", "main", *words).stdout
    assert len(text) <= 2_000
    assert "See artefacts" in text


def test_html_in_a_file(repository: Repository, run: Run) -> None:
    repository.leaves()
    run("preview", "--since", "main", "--format", "html", "--output", "plan.out")
    assert (repository.root / "plan.out").read_text().startswith("<!doctype html>\n")


class FakeFleet:
    """An engine that would do `changes` at acme."""

    def __init__(self, *changes: Change) -> None:
        self.changes = changes
        self.error = ""
        self.applied: list[str] = []
        self.approval: str | None = None

    def __call__(self, *_: Any, **__: Any) -> FakeFleet:
        return self

    def preview(self, clients: Any, now: datetime) -> list[PreviewReport]:
        return [self._preview(key, now) for key in clients]

    def _preview(self, key: str, now: datetime) -> PreviewReport:
        if self.error:
            return PreviewReport(key, error=self.error, exit_code=3)
        report = ChangeReport(key, key, "UTC", now.isoformat(), None, 1, 1, 1, self.changes, (), ())
        return PreviewReport(key, changes=report)

    def apply(self, previews: Any, now: datetime, *, plan: str | None = None) -> list[ApplyReport]:
        self.approval = plan
        found = []
        for report in previews:
            if report.changes is None:
                found.append(ApplyReport(report.client, "refused", error=report.error, exit_code=1))
            else:
                self.applied.append(report.client)
                found.append(ApplyReport(report.client, "verified", verification=VerifyReport(report.client)))
        return found


Fake = Callable[..., FakeFleet]
ENDS = Change("tomasz.wilk", "entra", Effect.DISABLED, "tomasz.wilk@acme.example")
DRIFT = Change("lee.park", "entra", Effect.CHANGED, "job title: Boss → Chief Executive Officer")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Fake:
    def with_changes(*changes: Change) -> FakeFleet:
        fake = FakeFleet(*changes)
        monkeypatch.setattr(leaver.fleet, "Fleet", fake)
        return fake

    return with_changes


def disable(repository: Repository) -> None:
    repository.edit(PEOPLE, "  tomasz.wilk:\n", "  tomasz.wilk:\n    disabled: true\n")


def test_with_the_engine_drift_is_pointed_out(repository: Repository, run: Run, engine: Fake) -> None:
    disable(repository)
    engine(ENDS, DRIFT)
    result = run("preview", "--since", "main", "--with-engine")
    assert result.exit_code == 0, result.output
    assert (
        "  the engine would also do:\n"
        "    lee.park in entra: changed job title: Boss → Chief Executive Officer: the record did not change: "
        "the directory differs from it\n"
    ) in result.stdout
    assert "the engine would not do" not in result.stdout


def test_with_the_engine_what_it_does_not_do_is_pointed_out(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    engine()
    result = run("preview", "--since", "main", "--with-engine")
    assert (
        "  the engine would not do:\n"
        "    tomasz.wilk in entra: the records end the access, and the engine has nothing to end: the directory "
        "shows no account, or one that is ended\n"
    ) in result.stdout


def test_an_engine_that_fails_is_told_and_ends_with_its_code(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    engine().error = "the directory does not answer"
    result = run("preview", "--since", "main", "--with-engine")
    assert result.exit_code == 3
    assert "  acme: the directory does not answer\n" in result.stdout
    assert "  - Tomasz Wilk (tomasz.wilk) leaves with the apply\n" in result.stdout


def approve(run: Run, *words: str) -> None:
    assert (
        run("preview", "--since", "main", *words, "--format", "json", "--output", "plan.out").exit_code == 0
    )


def test_what_the_plan_names_is_applied(repository: Repository, run: Run, engine: Fake) -> None:
    disable(repository)
    fleet = engine(ENDS)
    approve(run)
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 0, result.output
    assert fleet.applied == ["acme"]
    assert fleet.approval == json.loads((repository.root / "plan.out").read_text())["hash"]


def test_what_the_plan_does_not_name_is_refused_and_nothing_is_done(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS, DRIFT)
    approve(run)
    result = run("apply", "--approved", "plan.out", "--yes")
    short = json.loads((repository.root / "plan.out").read_text())["hash"][:12]
    assert result.exit_code == 1
    assert fleet.applied == []
    assert (
        f"acme: the approved plan {short} does not name:\n"
        "    lee.park in entra: changed job title: Boss → Chief Executive Officer\n"
        "  The directory is not as the records had it. Have this approved too: "
        "leaver preview --since main --with-engine --format json acme\n"
    ) in result.stderr
    assert result.stderr.count("does not name") == 1


def test_drift_that_was_approved_with_the_plan_is_applied(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS, DRIFT)
    approve(run, "--with-engine")
    assert run("apply", "--approved", "plan.out", "--yes").exit_code == 0
    assert fleet.applied == ["acme"]


def test_records_that_are_not_the_plan_s_are_refused_by_name(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS)
    approve(run)
    repository.edit(PEOPLE, "  lee.park:\n", "  lee.park:\n    disabled: true\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  new.one: {groups: []}\n")
    result = run("apply", "--approved", "plan.out", "--yes")
    short = json.loads((repository.root / "plan.out").read_text())["hash"][:12]
    assert result.exit_code == 1
    assert fleet.applied == []
    assert result.stderr == (
        f"plan {short}: the records are not those that were approved:\n"
        '  acme: person "lee.park", person "new.one" (new)\n'
        "Check out the commit that was approved, or have these records approved: "
        "leaver preview --since main --format json\n"
    )


def test_a_comment_in_the_records_is_no_other_record(repository: Repository, run: Run, engine: Fake) -> None:
    disable(repository)
    engine(ENDS)
    approve(run)
    repository.edit(PEOPLE, "people:\n", "people:\n  # Everybody.\n")
    assert run("apply", "--approved", "plan.out", "--yes").exit_code == 0


def test_a_refused_plan_is_not_applied(repository: Repository, run: Run, engine: Fake) -> None:
    fleet = engine()
    delete(repository, 8)
    run("preview", "--since", "main", "--format", "json", "--output", "plan.out")
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith("plan.out: the plan was refused, and nothing is applied:\nacme: 8 of ")
    assert fleet.applied == []


def test_a_plan_that_newly_breaks_a_mandatory_policy_is_not_applied(
    repository: Repository, run: Run, engine: Fake
) -> None:
    fleet = engine()
    repository.edit("identities/acme/client.yaml", "policies:\n", "policies:\n  has-manager: mandatory\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  new.one: {name: New One, groups: []}\n")
    run("preview", "--since", "main", "--format", "json", "--output", "plan.out")
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "plan.out: the plan was refused, and nothing is applied:\n"
        'identities/acme/people.yaml:3:3: person "new.one": has no manager (has-manager). '
    )
    assert fleet.applied == []


def test_a_mandatory_policy_that_was_broken_before_is_in_no_departure_s_way(
    repository: Repository, run: Run, engine: Fake
) -> None:
    repository.edit("identities/acme/client.yaml", "policies:\n", "policies:\n  has-manager: mandatory\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  old.one: {name: Old One, groups: []}\n")
    repository.commit()
    disable(repository)
    fleet = engine(ENDS)
    assert run("preview", "--since", "main", "--format", "json", "--output", "plan.out").exit_code == 1
    assert run("apply", "--approved", "plan.out", "--yes").exit_code == 0
    assert fleet.applied == ["acme"]


def test_a_client_that_the_plan_does_not_name_is_not_applied(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS)
    approve(run)
    result = run("apply", "--approved", "plan.out", "--yes", "kestrel")
    assert result.exit_code == 2
    assert result.stderr == "plan.out: the plan does not name kestrel. It names: acme.\n"
    assert fleet.applied == []


def test_the_output_of_a_plain_preview_is_an_approval_too(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS, DRIFT)
    (repository.root / "plan.out").write_text(run("preview", "acme", "--json").stdout)
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 0, result.output
    assert fleet.applied == ["acme"]
    fleet.changes = (ENDS, DRIFT, Change("lee.park", "entra", Effect.DISABLED, "lee.park@acme.example"))
    refused = run("apply", "--approved", "plan.out", "--yes")
    assert refused.exit_code == 1
    assert "\n    lee.park in entra: disabled lee.park@acme.example\n" in refused.stderr
    assert refused.stderr.endswith("Have this approved too: leaver preview --json acme\n")
    repository.edit(PEOPLE, "  lee.park:\n", "  lee.park:\n    disabled: true\n")
    assert '  acme: person "lee.park"\n' in run("apply", "--approved", "plan.out", "--yes").stderr


def test_a_plain_preview_that_failed_is_no_approval(repository: Repository, run: Run, engine: Fake) -> None:
    engine().error = "acme: the directory does not answer"
    (repository.root / "plan.out").write_text(run("preview", "acme", "--json").stdout)
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 1
    assert result.stderr == (
        "plan.out: some of the previews were refused or failed, and nothing is applied:\n"
        "  acme: the directory does not answer\n"
    )
