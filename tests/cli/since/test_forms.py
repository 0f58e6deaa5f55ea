"""A plan as a comment and as a page."""

from __future__ import annotations

import re

from tests.cli.since.repository import Repository, Run, delete


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
