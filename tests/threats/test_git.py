"""What a branch brings along starts nothing: no option, hook, filter, submodule or mailmap of git's is obeyed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.ci.conftest import PEOPLE, Clone, _own_git, branch, clone, main, published, run

__all__ = ["_own_git", "branch", "clone", "main", "published", "run"]

Run = Callable[..., Result]

REFS = [
    "--output=made",
    "--exec=touch made",
    "--upload-pack=touch made",
    "-c",
    "--help",
    "--work-tree=/",
    "-h",
    "--",
]


@pytest.mark.parametrize("ref", REFS)
@pytest.mark.parametrize(
    "words",
    [
        ("changed", "--base={ref}"),
        ("check", "--since={ref}"),
        ("check", "--since=HEAD", "--from={ref}"),
        ("preview", "--since={ref}"),
    ],
    ids=["changed --base", "check --since", "check --from", "preview --since"],
)
def test_a_name_of_a_commit_is_no_option(main: Clone, run: Run, words: tuple[str, ...], ref: str) -> None:
    before = sorted(main.root.rglob("*"))
    result = run(*(word.format(ref=ref) for word in words))
    if words[0] == "changed":
        # Whatever git does not know means all clients, rather than none.
        assert result.stdout.split() == ["acme", "blue", "cyan"]
    else:
        assert result.exit_code == 2
        assert f'git knows no commit "{ref}"' in result.stderr
    assert not (main.root / "made").exists()
    new = {path.relative_to(main.root).parts[0] for path in main.root.rglob("*") if path not in before}
    assert new <= {".leaver"}


EVERY = [("changed", "--base=HEAD~1"), ("check", "--since=HEAD~1"), ("preview", "--since=HEAD~1")]


@pytest.fixture
def ran(main: Clone) -> Path:
    """A file that is there once any hook, filter, driver or text conversion of git's has run."""
    mark = main.root.parent / "ran"
    script = f"#!/bin/sh\ntouch {mark}\ncat\n"
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-commit", "post-merge"):
        hook = main.root / ".git" / "hooks" / name
        hook.write_text(script)
        hook.chmod(0o755)
    for setting in ("filter.evil.smudge", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver"):
        main.git("config", setting, f"touch {mark}; cat")
    return mark


@pytest.mark.parametrize("words", EVERY, ids=[words[0] for words in EVERY])
def test_nothing_of_a_branch_runs_when_it_is_looked_at(
    main: Clone, run: Run, ran: Path, words: tuple[str, ...]
) -> None:
    main.write(".gitattributes", "*.yaml filter=evil diff=evil merge=evil\n")
    main.write("identities/acme/people.yaml", PEOPLE.replace("Dana Reyes", "Dana R. Reyes"))
    main.write("identities/acme/hooks/post-checkout", "#!/bin/sh\ntouch ran\n")
    main.git("-c", "core.hooksPath=/dev/null", "add", "-A")
    main.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "change")
    ran.unlink(missing_ok=True)
    result = run(*words)
    assert result.exit_code in (0, 1), result.output
    assert not ran.exists()


def test_a_client_that_became_a_submodule_is_gone_and_nothing_is_fetched(
    main: Clone, branch: Clone, run: Run, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    branch.git("rm", "-q", "-r", "identities/acme")
    branch.write(
        ".gitmodules",
        f'[submodule "acme"]\n\tpath = identities/acme\n\turl = ext::sh -c "touch {mark}"\n'
        f"\tupdate = !touch {mark}\n",
    )
    commit = branch.git("rev-parse", "HEAD")
    branch.git("update-index", "--add", "--cacheinfo", f"160000,{commit},identities/acme")
    branch.git("add", ".gitmodules")
    branch.git("commit", "-q", "-m", "submodule")
    branch.git("push", "-q", "origin", "HEAD:refs/pull/7/head")
    head = branch.git("rev-parse", "HEAD")
    main.git("fetch", "-q", "origin", "refs/pull/7/head")
    assert run("ci", "records", head).exit_code == 0
    assert not mark.exists()
    assert not (main.root / ".gitmodules").exists()
    result = run("check")
    assert result.exit_code == 1
    assert 'identities/acme: client "acme": the client\'s folder is gone' in result.output


def test_a_branch_is_named_as_it_likes(main: Clone, branch: Clone, run: Run) -> None:
    name = "x;touch${IFS}made;$(touch${IFS}made)"
    branch.write("identities/acme/people.yaml", PEOPLE.replace("Dana Reyes", "Dana R. Reyes"))
    branch.commit()
    branch.git("push", "-q", "origin", f"HEAD:refs/heads/{name}")
    main.git("fetch", "-q", "origin")
    result = run("ci", "records", f"origin/{name}")
    assert result.exit_code == 0, result.output
    assert not list(main.root.rglob("made"))


def test_a_file_that_git_is_told_to_ignore_is_no_secret_from_the_reviewer(main: Clone, run: Run) -> None:
    main.write(".gitignore", ".leaver/\nidentities/acme/people/extra.yaml\n")
    main.git("mv", "identities/acme/people.yaml", "identities/acme/all.yaml")
    (main.root / "identities/acme/people").mkdir()
    main.git("mv", "identities/acme/all.yaml", "identities/acme/people/all.yaml")
    main.commit()
    main.write("identities/acme/people/extra.yaml", "people: {mallory.x: {name: Mallory}}\n")
    assert main.git("status", "--porcelain") == ""
    assert "Mallory (mallory.x) joins" in run("preview", "--since=HEAD").stdout
