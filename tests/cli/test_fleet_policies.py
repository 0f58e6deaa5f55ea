"""What previews, applies and verifications say of policies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leaver.desired import PolicyBreak
from leaver.fleet.reports import VerifyReport
from tests.cli.test_fleet import FakeFleet, Run, fleet  # noqa: F401 - a fixture

LINE = (
    'identities/acme/people.yaml:{}: person "wren.castellano": is a contractor without an end (contractor-end). '
    "Add `until:` with the end of the contract."
)


def break_acme(project: Path) -> str:
    """A contractor without an end; the line that says so."""
    file = project / "identities/acme/people.yaml"
    lines = file.read_text().splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.startswith("  wren.castellano:"))
    until = next(at for at in range(start, len(lines)) if lines[at].startswith("    until:"))
    kind = next(at for at in range(start, len(lines)) if "employee type:" in lines[at])
    del lines[until]
    file.write_text("".join(lines))
    return LINE.format(f"{kind + 1}:{lines[kind].index('contractor') + 1}")


@pytest.mark.usefixtures("fleet")
def test_a_preview_ends_with_what_breaks_a_mandatory_policy(run: Run, project: Path) -> None:
    line = break_acme(project)
    result = run("preview", "acme")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == f"policy: {line}"
    assert run("preview", "brightwater").exit_code == 0


@pytest.mark.usefixtures("fleet")
def test_json_of_a_preview_has_the_policies_of_its_client(run: Run, project: Path) -> None:
    line = break_acme(project)
    shown = {each["client"]: each["policies"] for each in json.loads(run("preview", "--json").stdout)}
    assert shown == {
        "acme": [{"policy": "contractor-end", "level": "mandatory", "text": line}],
        "brightwater": [],
        "kestrel": [],
    }


@pytest.mark.usefixtures("fleet")
def test_an_apply_shows_what_breaks_a_policy_and_goes_on(run: Run, project: Path) -> None:
    line = break_acme(project)
    result = run("apply", "acme", "--yes")
    assert f"policy: {line}" in result.output.splitlines()
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("mandatory", "word", "code"), [(False, "advisory: ", 0), (True, "", 1)], ids=["advisory", "mandatory"]
)
def test_verify_says_which_accounts_sleep(
    run: Run,
    fleet: FakeFleet,  # noqa: F811
    mandatory: bool,
    word: str,
    code: int,
) -> None:
    text = 'person "jun.seo": has not signed in to entra since 2026-10-01 (dormant-account). Ask the person.'
    broken = (PolicyBreak("dormant-account", mandatory, text),)
    fleet.verifications["acme"] = VerifyReport("acme", 30, 12, policies=broken)
    result = run("verify", "acme")
    assert (result.exit_code, result.output) == (
        code,
        f"acme: {word}{text}\nacme: 30 accounts and 12 groups read back: as the records want them\n",
    )
