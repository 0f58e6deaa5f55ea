"""`leaver ci records`: a branch's records as data; whatever else the branch holds stays where it is."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.ci.conftest import PEOPLE, Clone

Run = Callable[..., Result]


def take(main: Clone, run: Run, head: str) -> Result:
    main.git("fetch", "-q", "origin", "+refs/pull/7/head:refs/leaver/pull-request")
    return run("ci", "records", head)


def files(root: Path) -> set[str]:
    return {
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and ".git/" not in str(path)
    }


def test_the_records_are_those_of_the_branch(main: Clone, branch: Clone, run: Run) -> None:
    branch.write("identities/acme/people.yaml", "people:\n  lee.park: {name: Lee Park}\n")
    branch.write("identities/dune/people/all.yaml", PEOPLE)
    branch.git("rm", "-rq", "identities/cyan")
    result = take(main, run, head := branch.propose(7))
    assert result.exit_code == 0, result.output
    assert result.stdout == f"5 files of records as a merge of {head} has them\n"
    assert (
        main.root / "identities/acme/people.yaml"
    ).read_text() == "people:\n  lee.park: {name: Lee Park}\n"
    assert (main.root / "identities/dune/people/all.yaml").read_text() == PEOPLE
    assert not (main.root / "identities/cyan").exists()


def test_what_main_got_meanwhile_is_not_taken_back(main: Clone, branch: Clone, run: Run) -> None:
    branch.write("identities/acme/people.yaml", "people: {}\n")
    head = branch.propose(7)
    main.write("identities/blue/people.yaml", "people:\n  dana.reyes: {name: Dana Reyes}\n")
    main.merge()
    assert take(main, run, head).exit_code == 0
    assert "lee.park" not in (main.root / "identities/blue/people.yaml").read_text()
    assert run("changed", "--base", "HEAD").stdout.split() == ["acme"]


def test_code_settings_and_other_files_of_the_branch_stay_where_they_are(
    main: Clone, branch: Clone, run: Run
) -> None:
    main.write("identities/acme/policies/rule.py", "# main's own rule\n")
    main.merge()
    before = {name: (main.root / name).read_text() for name in files(main.root)}
    branch.git("pull", "-q", "origin", "main")
    branch.write("Pulumi.yaml", "name: stolen\nbackend: {url: 'https://evil.example'}\n")
    branch.write("stacks/Pulumi.acme.yaml", "secretsprovider: awskms://evil.example\n")
    branch.write("leaver/__init__.py", "raise SystemExit('executed')\n")
    branch.write("__main__.py", "raise SystemExit('executed')\n")
    branch.write("identities/acme/policies/rule.py", "raise SystemExit('executed')\n")
    branch.write("identities/acme/.gitattributes", "*.yaml filter=evil\n")
    branch.write("identities/acme/Makefile", "all:\n\ttouch executed\n")
    branch.write(".gitattributes", "*.yaml filter=evil merge=evil\n")
    branch.write(".github/workflows/preview.yml", "on: push\n")
    assert take(main, run, branch.propose(7)).exit_code == 0
    assert {name: (main.root / name).read_text() for name in files(main.root)} == before


def test_a_client_that_is_renamed_with_its_stack_is_sound(main: Clone, branch: Clone, run: Run) -> None:
    branch.git("mv", "identities/acme", "identities/acme-robotics")
    branch.git("mv", "stacks/Pulumi.acme.yaml", "stacks/Pulumi.acme-robotics.yaml")
    settings = (branch.root / "identities/acme-robotics/client.yaml").read_text()
    branch.write("identities/acme-robotics/client.yaml", f"{settings}was: acme\n")
    assert take(main, run, branch.propose(7)).exit_code == 0
    assert not (main.root / "stacks/Pulumi.acme.yaml").exists()
    assert "the client's folder is gone" not in run("check").output
    assert run("preview", "--since", "HEAD").exit_code == 0


@pytest.mark.parametrize("gone", ["identities/acme", "stacks/Pulumi.acme.yaml"])
def test_settings_of_a_stack_go_only_together_with_the_client(
    main: Clone, branch: Clone, run: Run, gone: str
) -> None:
    branch.git("rm", "-rq", gone)
    assert take(main, run, branch.propose(7)).exit_code == 0
    assert (main.root / "stacks/Pulumi.acme.yaml").read_text() == "config: {}\n"


def test_a_link_is_refused_whatever_it_leads_to(main: Clone, branch: Clone, run: Run) -> None:
    (branch.root / "identities/acme/groups.yaml").symlink_to("/etc/passwd")
    result = take(main, run, branch.propose(7))
    assert result.exit_code == 1
    assert result.stderr == (
        "identities/acme/groups.yaml: is a link or a repository of its own. Put the file itself there.\n"
    )
    assert (main.root / "identities/acme/people.yaml").exists()


def test_a_folder_that_became_a_link_is_not_followed(main: Clone, branch: Clone, run: Run) -> None:
    branch.git("rm", "-rq", "identities")
    (branch.root / "identities").symlink_to("/etc")
    result = take(main, run, branch.propose(7))
    assert result.exit_code == 0
    assert files(main.root / "identities") == set()
    assert run("check").exit_code == 1


def test_nothing_is_written_through_a_link_of_main(
    main: Clone, branch: Clone, run: Run, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (main.root / "identities/dune").symlink_to(outside)
    main.merge()
    branch.git("pull", "-q", "origin", "main")
    (branch.root / "identities/dune").unlink()
    branch.write("identities/dune/people.yaml", PEOPLE)
    result = take(main, run, branch.propose(7))
    assert result.exit_code == 1
    assert "would be written through a link" in result.stderr
    assert list(outside.iterdir()) == []


def test_a_repository_inside_is_refused(main: Clone, branch: Clone, run: Run) -> None:
    commit = branch.git("rev-parse", "HEAD")
    branch.git("update-index", "--add", "--cacheinfo", f"160000,{commit},identities/acme/inner.yaml")
    branch.git("commit", "-q", "-m", "inner")
    branch.git("push", "-q", "origin", "HEAD:refs/pull/7/head")
    result = take(main, run, branch.git("rev-parse", "HEAD"))
    assert result.exit_code == 1
    assert "inner.yaml: is a link or a repository of its own" in result.stderr


def test_a_conflict_is_told_and_changes_nothing(main: Clone, branch: Clone, run: Run) -> None:
    branch.write("identities/acme/people.yaml", "people: {lee.park: {name: Lee}}\n")
    head = branch.propose(7)
    main.write("identities/acme/people.yaml", "people: {dana.reyes: {name: Dana}}\n")
    main.merge()
    result = take(main, run, head)
    assert result.exit_code == 1
    assert result.stderr == (
        f"{head}: conflicts with main in identities/acme/people.yaml. Bring the branch up to date.\n"
    )
    assert "Dana" in (main.root / "identities/acme/people.yaml").read_text()


def test_a_file_of_more_than_10_mb_is_refused(main: Clone, branch: Clone, run: Run) -> None:
    branch.write("identities/acme/people.yaml", "#" * 10_000_001)
    result = take(main, run, branch.propose(7))
    assert result.exit_code == 1
    assert result.stderr == "identities/acme/people.yaml: is larger than 10 MB. Split it.\n"


def test_a_name_that_a_terminal_would_obey_is_refused(main: Clone, branch: Clone, run: Run) -> None:
    branch.write("identities/acme/people/\x1b[2Jx.yaml", PEOPLE)
    result = take(main, run, branch.propose(7))
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr
    assert "Rename it." in result.stderr


@pytest.mark.parametrize("commit", ["0" * 40, "nowhere", "--help-me"])
def test_a_commit_that_is_not_there_is_told(main: Clone, run: Run, commit: str) -> None:
    result = run("ci", "records", "--", commit)
    assert result.exit_code == 1
    assert result.stderr == f"{commit}: is not a commit here. Fetch it first, with its history.\n"


def test_the_mark_for_execution_is_not_taken(main: Clone, branch: Clone, run: Run) -> None:
    path = branch.root / "identities/acme/people.yaml"
    path.chmod(0o755)
    assert take(main, run, branch.propose(7)).exit_code == 0
    assert not (main.root / "identities/acme/people.yaml").stat().st_mode & 0o111


def test_no_hook_or_filter_of_the_machine_runs(main: Clone, branch: Clone, run: Run) -> None:
    ran = main.root / ".git" / "ran"
    for setting in ("filter.evil.smudge", "filter.evil.process", "merge.evil.driver"):
        main.git("config", setting, f"touch {ran}; cat")
    branch.write(".gitattributes", "*.yaml filter=evil merge=evil\n")
    branch.write("identities/acme/people.yaml", "people: {}\n")
    assert take(main, run, branch.propose(7)).exit_code == 0
    assert not ran.exists()
    assert subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=main.root).returncode == 1
