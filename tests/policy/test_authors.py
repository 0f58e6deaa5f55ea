"""`leaver check --since`: who wrote what is new, in a git repository of the test's own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from leaver.errors import UsageError
from leaver.source import load
from leaver.source.authors import judged_authors
from tests.policy.project import NOW, write

GROUPS = "payroll: {name: Payroll, directory: entra, nda: required}"
BEFORE = """
dana:
  groups: []
lee: {}
"""
AFTER = """
dana:
  groups: [payroll]
lee: {}
"""


class Repository:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "dana@acme.example")

    def git(self, *words: str, author: str = "dana@acme.example") -> None:
        names = {"GIT_AUTHOR_NAME": "X", "GIT_COMMITTER_NAME": "X", "GIT_COMMITTER_EMAIL": "ci@msp.example"}
        env = {**os.environ, **names, "GIT_AUTHOR_EMAIL": author, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", *words], cwd=self.root, env=env, check=True, capture_output=True)

    def commit(self, people: str, author: str) -> None:
        write(self.root, people=people, groups=GROUPS)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x", author=author)

    def found(self, since: str, branch: str | None = None) -> list[str]:
        estate = load(self.root)
        return [str(each.problem) for each in judged_authors(estate, estate.clients, NOW, since, branch)]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path)
    repository.commit(BEFORE, "lee@acme.example")
    return repository


def test_somebody_who_gives_themselves_a_group_is_found(repository: Repository) -> None:
    repository.commit(AFTER, "Dana@acme.example")
    assert repository.found("HEAD~1") == [
        'identities/acme/people.yaml:3:14: person "dana": was given group "payroll" by Dana@acme.example, '
        "themselves (no-own-privilege). Let somebody else propose the change."
    ]


def test_a_mailmap_does_not_make_it_somebody_elses(repository: Repository) -> None:
    (repository.root / ".mailmap").write_text("Lee <lee@acme.example> <dana@acme.example>\n")
    repository.commit(AFTER, "dana@acme.example")
    assert len(repository.found("HEAD~1")) == 1


def test_no_conversion_of_the_machine_moves_the_lines(repository: Repository) -> None:
    mark = repository.root / ".git" / "ran"
    repository.git("config", "diff.evil.textconv", f"touch {mark}; echo people; true")
    (repository.root / ".gitattributes").write_text("*.yaml diff=evil\n")
    repository.commit(AFTER, "dana@acme.example")
    mark.unlink(missing_ok=True)
    assert len(repository.found("HEAD~1")) == 1
    assert not mark.exists()


def test_a_colleague_may_propose_it(repository: Repository) -> None:
    repository.commit(AFTER, "lee@acme.example")
    assert repository.found("HEAD~1") == []


def test_what_was_there_before_is_not_looked_at_again(repository: Repository) -> None:
    repository.commit(AFTER, "dana@acme.example")
    repository.commit(AFTER.replace("lee: {}", "lee: {title: Clerk}"), "dana@acme.example")
    assert repository.found("HEAD~1") == []
    assert repository.found("HEAD") == []


def test_a_line_that_is_not_committed_is_its_writers(repository: Repository) -> None:
    write(repository.root, people=AFTER, groups=GROUPS)
    assert len(repository.found("HEAD")) == 1
    repository.git("config", "user.email", "lee@acme.example")
    assert repository.found("HEAD") == []


def test_a_file_that_is_not_committed_is_its_writers(repository: Repository) -> None:
    folder = repository.root / "identities" / "acme"
    (folder / "people").mkdir()
    (folder / "people.yaml").rename(folder / "people" / "all.yaml")
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", "x", author="lee@acme.example")
    (folder / "people" / "new.yaml").write_text("people:\n  sam: {groups: [payroll]}\n")
    repository.git("config", "user.email", "sam@acme.example")
    (line,) = repository.found("HEAD")
    assert line.startswith('identities/acme/people/new.yaml:2:18: person "sam": was given group "payroll"')


@pytest.mark.parametrize("since", ["nowhere", "--all", "HEAD:identities"])
def test_a_commit_that_git_does_not_know_is_refused(since: str, repository: Repository) -> None:
    with pytest.raises(UsageError, match=f'git knows no commit "{since}"'):
        repository.found(since)


def test_records_that_were_taken_from_a_branch_are_of_all_its_authors(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "change")
    repository.commit(AFTER, "dana@acme.example")
    repository.commit(AFTER.replace("lee: {}", "lee: {title: Clerk}"), "lee@acme.example")
    repository.git("switch", "-q", "main")
    repository.git("config", "user.email", "ci@msp.example")
    write(repository.root, people=AFTER, groups=GROUPS)
    assert repository.found("HEAD") == []
    (line,) = repository.found("HEAD", "change")
    assert 'was given group "payroll" by dana@acme.example, themselves' in line


def test_a_branch_that_git_does_not_know_is_refused(repository: Repository) -> None:
    with pytest.raises(UsageError, match='git knows no commit "nowhere"'):
        repository.found("HEAD", "nowhere")
