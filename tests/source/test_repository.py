"""Committing and pushing one change of one file, with everything else that may be going on in a work tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from leaver.source.git import GitFailed
from leaver.source.operator import Operator
from leaver.source.repository import Remote, Repository

FILE = "identities/acme/people.yaml"
ANA = Operator("Ana Lee", "ana@msp.example")
LINES = "".join(f"line {number}\n" for number in range(1, 21))


def release(text: str) -> str:
    """The change under test: line 10 becomes another."""
    if "line 10\n" not in text and "line 10: released\n" not in text:
        raise GitFailed("no line 10")
    return text.replace("line 10\n", "line 10: released\n")


class Shop:
    """A project under version control, its remote, and a colleague's clone."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.bare = folder / "remote.git"
        self.colleague = folder / "colleague"
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }

    def first(self) -> None:
        """Make the project, with its first commit."""
        (self.root / FILE).parent.mkdir(parents=True)
        self.write(LINES)
        (self.root / "other.txt").write_text("other\n")
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana Lee")
        self.git("config", "user.email", "ana@msp.example")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "first")

    def git(self, *words: str, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=at or self.root, env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def publish(self) -> Remote:
        self.git("init", "-q", "--bare", "-b", "main", str(self.bare))
        self.git("remote", "add", "origin", str(self.bare))
        self.git("push", "-q", "-u", "origin", "main")
        remote = self.repository.remote()
        assert remote == Remote("origin", "main")
        return remote

    def pushed_by_a_colleague(self, change: Callable[[str], str], file: str = FILE) -> None:
        if not self.colleague.exists():
            self.git("clone", "-q", str(self.bare), str(self.colleague))
        path = self.colleague / file
        path.write_text(change(path.read_text()))
        identity = ("-c", "user.name=Bo", "-c", "user.email=bo@msp.example")
        self.git(*identity, "commit", "-q", "-a", "-m", "colleague", at=self.colleague)
        self.git("push", "-q", at=self.colleague)

    def write(self, text: str) -> None:
        (self.root / FILE).write_text(text)

    def write_release(self) -> None:
        path = self.root / FILE
        path.write_text(release(path.read_text()))

    @property
    def repository(self) -> Repository:
        found = Repository.around(self.root, self.environ)
        assert found is not None
        return found

    def commit(self) -> str | None:
        return self.repository.commit(FILE, release, "Release dana\n\nBy: Ana\n", ANA)

    def push(self, remote: Remote) -> str | None:
        return self.repository.push(remote, FILE, release, "Release dana\n", ANA)

    def changed(self, commit: str, at: str = "") -> list[str]:
        """The lines that a commit changed, in all files."""
        words = ["--git-dir", at] if at else []
        shown = self.git(*words, "show", "--format=", "-U0", commit)
        return [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]

    @property
    def status(self) -> list[str]:
        return self.git("status", "--porcelain").splitlines()


RELEASED = ["-line 10", "+line 10: released"]


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its first commit: made once, and only ever copied."""
    made = Shop(tmp_path_factory.mktemp("committed"))
    made.first()
    return made.root


@pytest.fixture
def shop(tmp_path: Path, committed: Path) -> Shop:
    found = Shop(tmp_path)
    shutil.copytree(committed, found.root)
    return found


def test_a_folder_without_git_has_no_repository(tmp_path: Path) -> None:
    environ = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    assert Repository.around(tmp_path, environ) is None


def test_without_the_git_command_there_is_no_repository(shop: Shop, tmp_path: Path) -> None:
    assert Repository.around(shop.root, {"PATH": str(tmp_path)}) is None


def test_a_commit_has_the_change_and_its_author(shop: Shop) -> None:
    shop.write_release()
    made = shop.commit()
    assert made is not None
    assert shop.changed("HEAD") == RELEASED
    assert (
        shop.git("log", "-1", "--format=%an <%ae>|%s|%b") == "Ana Lee <ana@msp.example>|Release dana|By: Ana"
    )
    assert shop.git("rev-parse", "HEAD").startswith(made)
    assert shop.status == []


def test_the_same_commit_twice_is_one(shop: Shop) -> None:
    shop.write_release()
    shop.commit()
    head = shop.git("rev-parse", "HEAD")
    assert shop.commit() is None
    assert shop.git("rev-parse", "HEAD") == head


def test_other_work_in_the_tree_stays_uncommitted(shop: Shop) -> None:
    (shop.root / "other.txt").write_text("changed\n")
    (shop.root / "staged.txt").write_text("staged\n")
    shop.git("add", "staged.txt")
    shop.write_release()
    shop.commit()
    assert shop.changed("HEAD") == RELEASED
    assert [each.split() for each in shop.status] == [["M", "other.txt"], ["A", "staged.txt"]]


def test_other_edits_of_the_same_file_stay_uncommitted(shop: Shop) -> None:
    shop.write(LINES.replace("line 2\n", "line 2: in hand\n"))
    shop.write_release()
    shop.commit()
    assert shop.changed("HEAD") == RELEASED
    assert "line 2: in hand" in (shop.root / FILE).read_text()
    shown = shop.git("diff", "-U0").splitlines()
    assert [line for line in shown if line.startswith(("+line", "-line"))] == ["-line 2", "+line 2: in hand"]


def test_a_staged_edit_of_the_same_file_stays_staged_and_keeps_the_release(shop: Shop) -> None:
    shop.write(LINES.replace("line 2\n", "line 2: staged\n"))
    shop.git("add", FILE)
    shop.write_release()
    shop.commit()
    assert shop.changed("HEAD") == RELEASED
    shop.git("commit", "-q", "-m", "next")
    assert shop.changed("HEAD") == ["-line 2", "+line 2: staged"]


def test_a_hook_stops_no_release(shop: Shop) -> None:
    hook = shop.root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    shop.write_release()
    assert shop.commit() is not None


def test_a_file_that_was_never_committed_is_told(shop: Shop) -> None:
    shop.git("rm", "-q", "--cached", FILE)
    shop.git("commit", "-q", "-m", "gone")
    with pytest.raises(GitFailed, match=r"is not in the commit .* Commit the file"):
        shop.commit()


def test_a_repository_without_a_commit_is_told(tmp_path: Path) -> None:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=environ, check=True)
    repository = Repository.around(tmp_path, environ)
    assert repository is not None
    with pytest.raises(GitFailed, match="has no commit yet"):
        repository.commit(FILE, release, "Release", ANA)


def test_an_index_in_use_is_told_and_the_commit_stands(shop: Shop) -> None:
    (shop.root / ".git/index.lock").touch()
    shop.write_release()
    with pytest.raises(GitFailed, match=r"committed, but not in the index .* Run: git add identities"):
        shop.commit()
    assert shop.changed("HEAD") == RELEASED


def test_an_index_in_use_for_a_moment_is_waited_for(shop: Shop) -> None:
    lock = shop.root / ".git/index.lock"
    lock.touch()
    shop.write_release()
    timer = threading.Timer(0.15, lock.unlink)
    timer.start()
    assert shop.commit() is not None
    timer.join()
    assert shop.status == []


def test_a_repository_that_git_refuses_is_told(shop: Shop) -> None:
    (shop.root / ".git/config").write_text("[core\n")
    with pytest.raises(GitFailed, match="git: fatal: bad config"):
        Repository.around(shop.root, shop.environ)


def test_the_variables_of_a_hook_lead_nowhere_else(shop: Shop, tmp_path: Path) -> None:
    shop.environ |= {"GIT_INDEX_FILE": str(tmp_path / "other"), "GIT_PREFIX": "identities/"}
    shop.write_release()
    assert shop.commit() is not None
    del shop.environ["GIT_INDEX_FILE"], shop.environ["GIT_PREFIX"]
    assert shop.status == []


def test_a_push_leaves_no_name_behind(shop: Shop) -> None:
    remote = shop.publish()
    shop.write_release()
    shop.commit()
    shop.push(remote)
    assert "refs/leaver" not in shop.git("for-each-ref")


def test_a_detached_head_is_committed_to_and_has_nowhere_to_push(shop: Shop) -> None:
    shop.publish()
    shop.git("checkout", "-q", "--detach")
    shop.write_release()
    assert shop.commit() is not None
    assert shop.repository.remote() is None
    assert shop.repository.unpublished() == "no branch is checked out. Run: git push origin HEAD:main"


def test_a_branch_of_several_remotes_says_which_is_to_be_chosen(shop: Shop) -> None:
    shop.git("remote", "add", "one", "one.git")
    assert shop.repository.remote() is not None
    shop.git("remote", "add", "two", "two.git")
    assert shop.repository.remote() is None
    said = shop.repository.unpublished()
    assert said == "main names no remote, and there are one, two. Run: git push one HEAD:main"


def test_without_a_remote_nothing_is_unpublished(shop: Shop) -> None:
    assert shop.repository.remote() is None
    assert shop.repository.unpublished() is None


def test_without_a_name_in_git_the_operator_is_the_committer_too(shop: Shop) -> None:
    shop.git("config", "--unset", "user.name")
    shop.git("config", "--unset", "user.email")
    shop.write_release()
    shop.commit()
    assert shop.git("log", "-1", "--format=%cn <%ce>") == "Ana Lee <ana@msp.example>"


def test_a_project_in_a_folder_of_the_repository(shop: Shop) -> None:
    inner = shop.root / "msp"
    inner.mkdir()
    shop.git("mv", "identities", "msp/identities")
    shop.git("commit", "-q", "-m", "moved")
    repository = Repository.around(inner, shop.environ)
    assert repository is not None
    assert repository.commit(FILE, release, "Release", ANA) is not None
    assert shop.git("show", f"HEAD:msp/{FILE}").splitlines()[9] == "line 10: released"


def test_a_push_brings_the_commit_to_the_remote(shop: Shop) -> None:
    remote = shop.publish()
    shop.write_release()
    made = shop.commit()
    assert shop.push(remote) == made
    assert shop.git("rev-parse", "origin/main") == shop.git("rev-parse", "HEAD")
    assert shop.push(remote) is None


def test_a_push_goes_onto_what_others_have_pushed_meanwhile(shop: Shop) -> None:
    remote = shop.publish()
    shop.pushed_by_a_colleague(lambda text: text.replace("line 2\n", "line 2: Bo\n"))
    shop.write_release()
    made = shop.commit()
    pushed = shop.push(remote)
    assert pushed not in (None, made)
    bare = str(shop.bare)
    assert shop.changed("main", bare) == RELEASED
    assert "line 2: Bo" in shop.git("--git-dir", bare, "show", f"main:{FILE}")
    assert shop.changed("HEAD") == RELEASED
    shop.git("pull", "-q", "--rebase")
    assert shop.git("rev-parse", "HEAD") == shop.git("rev-parse", "origin/main")


def test_unpushed_commits_of_somebody_are_not_pushed_along(shop: Shop) -> None:
    remote = shop.publish()
    shop.write(LINES.replace("line 3\n", "line 3: not reviewed\n"))
    shop.git("commit", "-q", "-a", "-m", "not reviewed")
    shop.write_release()
    shop.commit()
    shop.push(remote)
    assert shop.changed("main", str(shop.bare)) == RELEASED
    assert "not reviewed" not in shop.git("--git-dir", str(shop.bare), "show", f"main:{FILE}")
    shop.git("pull", "-q", "--rebase")
    assert shop.git("log", "--format=%s", "-2").splitlines() == ["not reviewed", "Release dana"]


def test_a_remote_that_has_the_change_already_needs_no_push(shop: Shop) -> None:
    remote = shop.publish()
    shop.pushed_by_a_colleague(release)
    shop.write_release()
    assert shop.commit() is not None
    assert shop.push(remote) is None


def test_a_remote_that_is_away_loses_nothing_and_is_told(shop: Shop) -> None:
    remote = shop.publish()
    shop.bare.rename(shop.bare.with_name("away"))
    shop.write_release()
    made = shop.commit()
    with pytest.raises(
        GitFailed, match=r"origin/main: fatal: .* Run: git pull --rebase origin main && git push"
    ):
        shop.push(remote)
    assert made is not None
    assert shop.changed("HEAD") == RELEASED
    shop.bare.with_name("away").rename(shop.bare)
    assert shop.push(remote) == made


def test_a_remote_that_refuses_is_told_in_its_own_words(shop: Shop) -> None:
    remote = shop.publish()
    hook = shop.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'main is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    shop.write_release()
    shop.commit()
    with pytest.raises(GitFailed, match="main is protected"):
        shop.push(remote)
    assert shop.changed("HEAD") == RELEASED


def test_a_conflict_at_the_remote_loses_nothing_and_is_told(shop: Shop) -> None:
    remote = shop.publish()
    shop.pushed_by_a_colleague(lambda text: text.replace("line 10\n", ""))
    shop.write_release()
    shop.commit()
    with pytest.raises(GitFailed, match="no line 10"):
        shop.push(remote)
    assert shop.changed("HEAD") == RELEASED


def test_a_branch_is_pushed_to_its_own_upstream(shop: Shop) -> None:
    shop.publish()
    shop.git("checkout", "-q", "-b", "local-name", "--track", "origin/main")
    assert shop.repository.remote() == Remote("origin", "main")


def test_a_remote_of_another_name_is_found_when_it_is_the_only_one(shop: Shop) -> None:
    shop.git("remote", "add", "forge", str(shop.bare))
    assert shop.repository.remote() == Remote("forge", "main")
    shop.git("remote", "add", "mirror", str(shop.bare))
    assert shop.repository.remote() is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ana Lee <ana@msp.example>", Operator("Ana Lee", "ana@msp.example")),
        ("<ana@msp.example>", Operator("ana@msp.example", "ana@msp.example")),
        ("ana@msp.example", Operator("ana@msp.example", "ana@msp.example")),
        ("  Ana Lee ", Operator("Ana Lee")),
    ],
)
def test_an_operator_is_a_name_an_address_or_both(text: str, wanted: Operator) -> None:
    assert Operator.parse(text) == wanted


def test_the_operator_is_who_git_says(shop: Shop) -> None:
    assert shop.repository.operator() == ANA
    assert str(shop.repository.operator()) == "Ana Lee <ana@msp.example>"
