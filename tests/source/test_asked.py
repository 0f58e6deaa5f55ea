"""Who asked and who approved: what git and the forge say, and nothing that they do not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from leaver.source.asked import Asked, asked_for_client, asked_for_person, from_forge

PEOPLE = """\
people:
  dana.reyes:
    name: Dana Reyes
    title: Controller
  lee.park:
    name: Lee Park
"""
LEAVING = PEOPLE.replace(
    "    title: Controller\n", "    title: Controller\n    departure:\n      at: 2026-11-27 17:00\n"
)
ENVIRON = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": os.devnull}


class Project:
    """A project under version control, where several people work."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "identities/acme/people.yaml"
        self.file.parent.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.commit("Ana Lee", "first", PEOPLE)

    def git(self, *words: str, who: str = "Ana Lee", by: str | None = None) -> str:
        names = {"GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": _address(who)}
        by = by or who
        committer = {"GIT_COMMITTER_NAME": by.partition(" <")[0], "GIT_COMMITTER_EMAIL": _address(by)}
        done = subprocess.run(
            ["git", *words],
            cwd=self.root,
            env={**ENVIRON, **names, **committer},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, who: str, message: str, text: str, by: str | None = None) -> str:
        """What a person commits; `by` is the committer where that is somebody else."""
        self.file.write_text(text)
        self.git("add", "-A", who=who)
        self.git("commit", "-q", "--allow-empty", "-m", message, who=who, by=by)
        return self.git("rev-parse", "HEAD")

    def asked(self, person: str = "dana.reyes", **environ: str) -> Asked:
        return asked_for_person(self.root, "acme", person, {**ENVIRON, **environ})


def _address(name: str) -> str:
    if "<" in name:
        return name.partition("<")[2].rstrip(">")
    return f"{name.split()[0].lower()}@msp.example"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def test_the_author_of_the_departures_lines_asked_for_it(project: Project) -> None:
    commit = project.commit("Bo Chen", "Dana leaves", LEAVING)
    # What others wrote of the same person, before and after, is not the departure.
    project.commit("Cy Diaz", "a title", LEAVING.replace("Controller", "Comptroller"))
    assert project.asked() == Asked("Bo Chen <bo@msp.example>", (), commit)


def test_a_change_of_the_moment_is_asked_for_by_whoever_made_it(project: Project) -> None:
    project.commit("Bo Chen", "Dana leaves", LEAVING)
    later = project.commit("Cy Diaz", "later", LEAVING.replace("17:00", "18:00"))
    assert project.asked().commit == later


def test_a_merge_and_its_trailers_approved_it(project: Project) -> None:
    project.git("checkout", "-q", "-b", "dana")
    commit = project.commit("Bo Chen", "Dana leaves\n\nReviewed-by: Di Fox <di@msp.example>", LEAVING)
    project.git("checkout", "-q", "main")
    project.git("commit", "-q", "--allow-empty", "-m", "meanwhile")
    project.git("merge", "-q", "--no-ff", "dana", "-m", "Merge\n\nApproved-by: Eli Gray", who="Cy Diaz")
    merge = project.git("rev-parse", "HEAD")[:10]
    project.git("commit", "-q", "--allow-empty", "-m", "afterwards")
    assert project.asked() == Asked(
        "Bo Chen <bo@msp.example>",
        (
            f"Di Fox <di@msp.example> (Reviewed-by of {commit[:10]})",
            f"Eli Gray (Approved-by of {merge})",
            f"Cy Diaz <cy@msp.example> (merged {merge})",
        ),
        commit,
    )


def test_who_committed_for_the_author_is_told_of_unless_it_is_the_forge(project: Project) -> None:
    commit = project.commit("Bo Chen", "squashed", LEAVING, by="Cy Diaz")
    assert project.asked().approved == (f"Cy Diaz <cy@msp.example> (committed {commit[:10]})",)
    text = LEAVING.replace("17:00", "18:00")
    project.commit("Bo Chen", "squashed", text, by="GitHub <noreply@github.com>")
    assert project.asked().approved == ()


def test_a_record_that_is_gone_was_asked_for_by_whoever_removed_it(project: Project) -> None:
    commit = project.commit("Bo Chen", "Dana is gone", "people:\n  lee.park:\n    name: Lee Park\n")
    project.commit("Cy Diaz", "other", "people:\n  lee.park:\n    name: Lee B. Park\n")
    assert project.asked() == Asked("Bo Chen <bo@msp.example>", (), commit)


def test_lines_that_are_not_committed_are_nobodys(project: Project) -> None:
    project.file.write_text(LEAVING)
    assert project.asked(GITHUB_TRIGGERING_ACTOR="octo") == Asked(
        None, ("octo (started the run, GITHUB_TRIGGERING_ACTOR)",), None
    )


def test_the_copy_that_the_service_unpacked_is_asked_about_at_its_commit(
    project: Project, tmp_path: Path
) -> None:
    commit = project.commit("Bo Chen", "Dana leaves", LEAVING)
    project.git("clone", "-q", "--bare", str(project.root), str(tmp_path / "service/main.git"))
    tree = tmp_path / "service/trees" / commit
    (tree / "identities/acme").mkdir(parents=True)
    (tree / "identities/acme/people.yaml").write_text(LEAVING)
    project.commit("Cy Diaz", "later", LEAVING.replace("17:00", "18:00"))
    assert asked_for_person(tree, "acme", "dana.reyes", ENVIRON).commit == commit
    assert asked_for_client(tree, "acme", ENVIRON).by == "Bo Chen <bo@msp.example>"


def test_a_client_was_asked_for_by_the_newest_change_of_its_folder(project: Project) -> None:
    commit = project.commit("Bo Chen", "Dana leaves", LEAVING)
    (project.root / "README").write_text("hello")
    project.git("add", "-A")
    project.git("commit", "-q", "-m", "elsewhere", who="Cy Diaz")
    assert asked_for_client(project.root, "acme", ENVIRON) == Asked("Bo Chen <bo@msp.example>", (), commit)
    assert asked_for_client(project.root, "blue", ENVIRON) == Asked()


def test_without_git_or_a_repository_nobody_is_known_and_nothing_fails(tmp_path: Path) -> None:
    environ = {**ENVIRON, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    assert asked_for_person(tmp_path, "acme", "dana.reyes", environ) == Asked()
    assert asked_for_client(tmp_path, "acme", {"PATH": ""}) == Asked()


def test_the_forge_names_who_approved_and_who_started_it() -> None:
    environ = {
        "LEAVER_APPROVED_BY": "Ana Lee, , bo\x1b[31m",
        "GITHUB_TRIGGERING_ACTOR": "octo",
        "GITLAB_USER_LOGIN": "tanuki",
    }
    assert from_forge(environ) == (
        "Ana Lee (approved, LEAVER_APPROVED_BY)",
        "bo [31m (approved, LEAVER_APPROVED_BY)",
        "octo (started the run, GITHUB_TRIGGERING_ACTOR)",
        "tanuki (started the pipeline, GITLAB_USER_LOGIN)",
    )
    assert from_forge({}) == ()
