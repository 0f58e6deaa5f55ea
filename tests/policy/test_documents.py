"""CODEOWNERS and docs/policies.md: made of records and definitions, and in step."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli
from leaver.errors import LeaverError
from leaver.policy import POLICIES
from leaver.policy.document import markdown
from leaver.source import load
from leaver.source.codeowners import codeowners
from leaver.source.trust import Trust, trust
from tests.policy.project import estate, write

ROOT = Path(__file__).parents[2]


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words, prog_name="leaver")


def test_the_committed_list_of_policies_is_in_step() -> None:
    committed = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    assert committed == markdown(), "run `leaver policies --write docs/policies.md`"


def test_every_policy_is_a_row_of_the_list() -> None:
    rows = [line for line in markdown().splitlines() if line.startswith("| `") and "CIS" in line]
    assert len(rows) == len(POLICIES)
    assert all(row.count("|") == 7 for row in rows)


def test_the_committed_codeowners_is_in_step() -> None:
    committed = (ROOT / ".github" / "CODEOWNERS").read_text(encoding="utf-8")
    assert committed == codeowners(load(ROOT), trust(ROOT)), "run `leaver codeowners --write`"


def test_records_are_the_clients_and_everything_else_is_the_maintainers(tmp_path: Path) -> None:
    made = codeowners(
        estate(tmp_path, client='approvers: ["@acme/hr", dana@acme.example]'),
        Trust(maintainers=("@msp/platform",)),
    )
    assert [line for line in made.splitlines() if not line.startswith("#")] == [
        "* @msp/platform",
        "/identities/acme/ @acme/hr dana@acme.example",
        "/identities/acme/client.yaml @msp/platform",
        "/identities/acme/policies/ @msp/platform",
    ]


def test_a_client_without_approvers_is_the_maintainers(tmp_path: Path) -> None:
    made = codeowners(estate(tmp_path), Trust(maintainers=("@msp/platform",)))
    assert [line for line in made.splitlines() if not line.startswith("#")] == ["* @msp/platform"]


def test_without_maintainers_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(LeaverError, match=r"^policies/trusted\.yaml: names no maintainers\. Add"):
        codeowners(estate(tmp_path), Trust())


def test_the_command_says_that_the_file_is_out_of_step_and_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, client='approvers: ["@acme/hr"]')
    (tmp_path / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "trusted.yaml").write_text('maintainers: ["@msp/platform"]\n')
    monkeypatch.chdir(tmp_path)
    stale = run("codeowners", "--check")
    assert (stale.exit_code, stale.stderr) == (
        1,
        ".github/CODEOWNERS: is not what the records say. Run `leaver codeowners --write`.\n",
    )
    assert run("codeowners", "--write").output == "wrote .github/CODEOWNERS\n"
    assert run("codeowners", "--check").exit_code == 0
    assert (tmp_path / ".github" / "CODEOWNERS").read_text() == run("codeowners").output


def test_the_policies_are_listed_as_text_and_as_json() -> None:
    assert run("policies").output.startswith("signed-nda (mandatory; CIS 6.1, NIST PS-6)\n  Nobody is in")
    assert '"looks at": [\n      "records"\n    ]' in run("policies", "--json").output
