"""When a change was written and when it was merged, by git; nothing where git does not know."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.source.dated import merged, written


@pytest.fixture
def commits(tmp_path: Path) -> tuple[Path, str, str]:
    """A folder with a change on a branch, and the merge that brought it."""

    def git(*words: str, at: str = "2026-11-20T16:00:00+01:00") -> str:
        names = {"GIT_AUTHOR_NAME": "Lee Park", "GIT_AUTHOR_EMAIL": "lee@acme.example", "GIT_AUTHOR_DATE": at}
        others = {
            "GIT_COMMITTER_NAME": "Ana",
            "GIT_COMMITTER_EMAIL": "ana@msp.example",
            "GIT_COMMITTER_DATE": at,
        }
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *words],
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **names, **others},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("checkout", "-q", "-b", "change")
    git("commit", "-q", "--allow-empty", "-m", "dana leaves", at="2026-11-21T09:30:00-05:00")
    change = git("rev-parse", "HEAD")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "-m", "merge", "change", at="2026-11-22T10:00:00+00:00")
    return tmp_path, change, git("rev-parse", "HEAD")


def test_a_change_has_its_author_and_the_moment_of_writing(commits: tuple[Path, str, str]) -> None:
    root, change, _ = commits
    found = written(root, change)
    assert found is not None
    assert (found.at.astimezone(UTC), found.by) == (
        datetime(2026, 11, 21, 14, 30, tzinfo=UTC),
        "Lee Park <lee@acme.example>",
    )


def test_the_merge_is_the_one_that_the_approvals_name(commits: tuple[Path, str, str]) -> None:
    root, _, merge = commits
    found = merged(root, ["Amara (approved, X)", f"Ana <ana@msp.example> (merged {merge[:10]})"])
    assert found is not None
    assert (found.at.astimezone(UTC), found.by) == (
        datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
        "Ana <ana@msp.example>",
    )
    assert merged(root, ["Ana"]) is None


@pytest.mark.parametrize("commit", ["0" * 40, "HEAD", "--output=/tmp/x", "main", "", "8d1c6b0 --help"])
def test_what_is_no_commit_here_has_no_moment(commits: tuple[Path, str, str], commit: str) -> None:
    assert written(commits[0], commit) is None


def test_without_git_there_is_no_moment(tmp_path: Path) -> None:
    assert written(tmp_path / "nowhere", "8d1c6b0e4f") is None
