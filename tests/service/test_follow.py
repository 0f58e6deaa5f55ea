"""Following the main branch, and the work tree."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from leaver.service.follow import FetchFailed, MainBranch, WorkTree

IDENTITY = {
    "GIT_AUTHOR_NAME": "Sam",
    "GIT_AUTHOR_EMAIL": "sam@msp.example",
    "GIT_COMMITTER_NAME": "Sam",
    "GIT_COMMITTER_EMAIL": "sam@msp.example",
}


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words],
        env={**os.environ, **IDENTITY},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def commit(folder: Path, text: str) -> str:
    people = folder / "identities" / "acme" / "people.yaml"
    people.parent.mkdir(parents=True, exist_ok=True)
    people.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "records")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    folder = tmp_path / "remote"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "one")
    return folder


@pytest.fixture
def project(tmp_path: Path, remote: Path) -> Path:
    git(tmp_path, "clone", "-q", str(remote), "project")
    (tmp_path / "project" / ".venv").mkdir()
    (tmp_path / "project" / ".leaver").mkdir()
    return tmp_path / "project"


def people(root: Path) -> str:
    return (root / "identities/acme/people.yaml").read_text()


def test_what_is_pushed_to_main_is_seen_at_the_next_look(tmp_path: Path, project: Path, remote: Path) -> None:
    follower = MainBranch(project, tmp_path / "home", os.environ)
    first = follower.refresh()
    assert people(first) == "one"
    version = follower.version()
    assert follower.refresh() == first
    assert follower.version() == version
    commit(remote, "two")
    second = follower.refresh()
    assert people(second) == "two"
    assert people(first) == "one"
    assert follower.version() != version


def test_what_is_not_merged_or_not_committed_changes_nothing(
    tmp_path: Path, project: Path, remote: Path
) -> None:
    follower = MainBranch(project, tmp_path / "home", os.environ)
    follower.refresh()
    version = follower.version()
    git(remote, "switch", "-q", "-c", "draft")
    commit(remote, "draft")
    (project / "identities/acme/people.yaml").write_text("work in progress")
    assert people(follower.refresh()) == "one"
    assert follower.version() == version


def test_a_rewritten_main_is_followed_all_the_same(tmp_path: Path, project: Path, remote: Path) -> None:
    follower = MainBranch(project, tmp_path / "home", os.environ)
    commit(remote, "two")
    follower.refresh()
    git(remote, "reset", "-q", "--hard", "HEAD~1")
    assert people(follower.refresh()) == "one"


def test_a_remote_that_is_gone_leaves_the_last_records_and_says_so(
    tmp_path: Path, project: Path, remote: Path
) -> None:
    follower = MainBranch(project, tmp_path / "home", os.environ)
    follower.refresh()
    remote.rename(tmp_path / "elsewhere")
    again = MainBranch(project, tmp_path / "home", os.environ)
    assert people(again.refresh()) == "one"
    assert again.fault.startswith("git: the branch main cannot be fetched: ")
    assert again.fault.endswith("or follow the work tree with --here.")
    (tmp_path / "elsewhere").rename(remote)
    again.refresh()
    assert again.fault == ""


def test_without_any_records_a_remote_that_is_gone_is_an_error(
    tmp_path: Path, project: Path, remote: Path
) -> None:
    remote.rename(tmp_path / "elsewhere")
    with pytest.raises(FetchFailed):
        MainBranch(project, tmp_path / "home", os.environ).refresh()


def test_a_project_without_a_remote_is_followed_itself(tmp_path: Path, remote: Path) -> None:
    (remote / "identities/acme/people.yaml").write_text("work in progress")
    assert people(MainBranch(remote, tmp_path / "home", os.environ).refresh()) == "one"


def test_a_checkout_has_the_projects_state_and_programs(tmp_path: Path, project: Path) -> None:
    tree = MainBranch(project, tmp_path / "home", os.environ).refresh()
    assert (tree / ".venv").resolve() == project / ".venv"
    assert (tree / ".leaver").resolve() == project / ".leaver"


def test_a_fetch_that_was_killed_leaves_nothing_half_made(
    tmp_path: Path, project: Path, remote: Path
) -> None:
    follower = MainBranch(project, tmp_path / "home", os.environ)
    (tmp_path / "home" / "main.git").mkdir(parents=True)
    (tmp_path / "home" / "trees" / "new-broken" / "tree").mkdir(parents=True)
    assert people(follower.refresh()) == "one"


def test_old_checkouts_go_and_the_newest_stays(tmp_path: Path, project: Path, remote: Path) -> None:
    follower = MainBranch(project, tmp_path / "home", os.environ)
    for number in range(8):
        commit(remote, f"number {number}")
        newest = follower.refresh()
    kept = list((tmp_path / "home" / "trees").iterdir())
    assert newest in kept
    assert len(kept) <= 5


def test_a_credential_in_an_address_is_not_shown(tmp_path: Path, project: Path) -> None:
    git(project, "remote", "set-url", "origin", "http://sam:hunter2@127.0.0.1:1/records.git")
    with pytest.raises(FetchFailed) as raised:
        MainBranch(project, tmp_path / "home", os.environ).refresh()
    assert "hunter2" not in str(raised.value)


def test_the_work_tree_is_another_version_when_a_file_changes(tmp_path: Path) -> None:
    (tmp_path / "identities" / "acme").mkdir(parents=True)
    follower = WorkTree(tmp_path)
    assert follower.refresh() == tmp_path
    empty = follower.version()
    file = tmp_path / "identities" / "acme" / "people.yaml"
    file.write_text("one")
    first = follower.version()
    assert first != empty
    assert follower.version() == first
    file.write_text("other")
    assert follower.version() != first
    file.unlink()
    assert follower.version() == empty
