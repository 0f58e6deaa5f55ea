"""`leaver apply --approved`: what the plan names, and nothing else."""

from __future__ import annotations

import json
import re

import pytest

from leaver.desired import Change, Effect
from leaver.source import load
from tests.cli.since.engine import DRIFT, ENDS, Fake
from tests.cli.since.repository import PEOPLE, Repository, Run, delete, disable


@pytest.mark.parametrize("left_out", [("refusals",), ("refusals", "limits"), ("refusals", "plan")])
def test_a_plan_whose_refusals_were_taken_out_is_not_what_its_hash_says(
    repository: Repository, run: Run, engine: Fake, left_out: tuple[str, ...]
) -> None:
    fleet = engine()
    delete(repository, 8)
    run("preview", "--since", "main", "--format", "json", "--output", "plan.out")
    file = repository.root / "plan.out"
    data = json.loads(file.read_text())
    assert data["plan"]["refused"] is True
    for name in left_out:
        data.update({name: []} if name != "plan" else {name: {**data["plan"], "refused": False}})
    file.write_text(json.dumps(data))
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 1
    assert result.stderr == (
        "plan.out: its content is not what its hash says: it was edited after it was made. Make it again.\n"
    )
    assert fleet.applied == []


EXPIRES = "2026-11-24 12:00 +00:00"


def approve(run: Run, *words: str) -> None:
    assert (
        run("preview", "--since", "main", *words, "--format", "json", "--output", "plan.out").exit_code == 0
    )


def test_what_the_plan_names_is_applied(repository: Repository, run: Run, engine: Fake) -> None:
    disable(repository)
    fleet = engine(ENDS)
    approve(run)
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 0, result.output
    assert fleet.applied == ["acme"]
    assert fleet.approval == json.loads((repository.root / "plan.out").read_text())["hash"]


def test_what_the_plan_does_not_name_is_refused_and_nothing_is_done(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS, DRIFT)
    approve(run)
    result = run("apply", "--approved", "plan.out", "--yes")
    short = json.loads((repository.root / "plan.out").read_text())["hash"][:12]
    assert result.exit_code == 1
    assert fleet.applied == []
    assert (
        f"acme: the approved plan {short} does not name:\n"
        "    lee.park in entra: changed job title: Boss → Chief Executive Officer\n"
        "  The directory is not as the records had it. Have this approved too: "
        "leaver preview --since main --with-engine --format json acme\n"
    ) in result.stderr
    assert result.stderr.count("does not name") == 1


def test_drift_that_was_approved_with_the_plan_is_applied(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS, DRIFT)
    approve(run, "--with-engine")
    assert run("apply", "--approved", "plan.out", "--yes").exit_code == 0
    assert fleet.applied == ["acme"]


def test_records_that_are_not_the_plan_s_are_refused_by_name(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS)
    approve(run)
    repository.edit(PEOPLE, "  lee.park:\n", "  lee.park:\n    disabled: true\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  new.one: {groups: []}\n")
    result = run("apply", "--approved", "plan.out", "--yes")
    short = json.loads((repository.root / "plan.out").read_text())["hash"][:12]
    assert result.exit_code == 1
    assert fleet.applied == []
    assert result.stderr == (
        f"plan {short}: the records are not those that were approved:\n"
        '  acme: person "lee.park", person "new.one" (new)\n'
        "Check out the commit that was approved, or have these records approved: "
        "leaver preview --since main --format json\n"
    )


def test_a_comment_in_the_records_is_no_other_record(repository: Repository, run: Run, engine: Fake) -> None:
    disable(repository)
    engine(ENDS)
    approve(run)
    repository.edit(PEOPLE, "people:\n", "people:\n  # Everybody.\n")
    assert run("apply", "--approved", "plan.out", "--yes").exit_code == 0


def test_a_refused_plan_is_not_applied(repository: Repository, run: Run, engine: Fake) -> None:
    fleet = engine()
    delete(repository, 8)
    run("preview", "--since", "main", "--format", "json", "--output", "plan.out")
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith("plan.out: the plan was refused, and nothing is applied:\nacme: 8 of ")
    assert fleet.applied == []


def override(repository: Repository, plan: str) -> None:
    (repository.root / "identities/acme/overrides.yaml").write_text(
        f'overrides:\n  - {{losses: "sha256:{"1" * 32}", plan: "{plan}", reason: HD-4822, expires: {EXPIRES}}}\n'
    )


def test_a_run_that_an_override_of_another_plan_allows_is_refused(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS)
    other = f"sha256:{'0' * 64}"
    override(repository, other)
    [fleet.override] = load(repository.root, ["acme"]).clients["acme"].overrides
    approve(run)
    result = run("apply", "--approved", "plan.out", "--yes", "acme")
    assert (result.exit_code, fleet.applied) == (1, [])
    found = re.search(
        rf"acme: identities/acme/overrides.yaml: overrides\[0\]: is for another plan \({other}\) than this "
        r'\((sha256:[0-9a-f]{64})\)\. If it is meant, write `plan: "\1"`\n',
        result.stderr,
    )
    assert found is not None, result.stderr
    engine_view = run("preview", "--since", "main", "--with-engine")
    assert f"is for another plan ({other}) than this ({found[1]})" in engine_view.stdout
    override(repository, found[1])
    [fleet.override] = load(repository.root, ["acme"]).clients["acme"].overrides
    approve(run)
    assert run("apply", "--approved", "plan.out", "--yes", "acme").exit_code == 0
    assert fleet.applied == ["acme"]


def test_a_plain_apply_knows_no_plan_and_goes_by_the_losses(
    repository: Repository, run: Run, engine: Fake
) -> None:
    fleet = engine(ENDS)
    override(repository, f"sha256:{'0' * 64}")
    [fleet.override] = load(repository.root, ["acme"]).clients["acme"].overrides
    assert run("apply", "acme", "--yes").exit_code == 0
    assert fleet.applied == ["acme"]


def test_a_plan_that_newly_breaks_a_mandatory_policy_is_not_applied(
    repository: Repository, run: Run, engine: Fake
) -> None:
    fleet = engine()
    repository.edit("identities/acme/client.yaml", "policies:\n", "policies:\n  has-manager: mandatory\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  new.one: {name: New One, groups: []}\n")
    run("preview", "--since", "main", "--format", "json", "--output", "plan.out")
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "plan.out: the plan was refused, and nothing is applied:\n"
        'identities/acme/people.yaml:3:3: person "new.one": has no manager (has-manager). '
    )
    assert fleet.applied == []


def test_a_mandatory_policy_that_was_broken_before_is_in_no_departure_s_way(
    repository: Repository, run: Run, engine: Fake
) -> None:
    repository.edit("identities/acme/client.yaml", "policies:\n", "policies:\n  has-manager: mandatory\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  old.one: {name: Old One, groups: []}\n")
    repository.commit()
    disable(repository)
    fleet = engine(ENDS)
    assert run("preview", "--since", "main", "--format", "json", "--output", "plan.out").exit_code == 1
    assert run("apply", "--approved", "plan.out", "--yes").exit_code == 0
    assert fleet.applied == ["acme"]


def test_a_client_that_the_plan_does_not_name_is_not_applied(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS)
    approve(run)
    result = run("apply", "--approved", "plan.out", "--yes", "kestrel")
    assert result.exit_code == 2
    assert result.stderr == "plan.out: the plan does not name kestrel. It names: acme.\n"
    assert fleet.applied == []


def test_the_output_of_a_plain_preview_is_an_approval_too(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    fleet = engine(ENDS, DRIFT)
    (repository.root / "plan.out").write_text(run("preview", "acme", "--json").stdout)
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 0, result.output
    assert fleet.applied == ["acme"]
    fleet.changes = (ENDS, DRIFT, Change("lee.park", "entra", Effect.DISABLED, "lee.park@acme.example"))
    refused = run("apply", "--approved", "plan.out", "--yes")
    assert refused.exit_code == 1
    assert "\n    lee.park in entra: disabled lee.park@acme.example\n" in refused.stderr
    assert refused.stderr.endswith("Have this approved too: leaver preview --json acme\n")
    repository.edit(PEOPLE, "  lee.park:\n", "  lee.park:\n    disabled: true\n")
    assert '  acme: person "lee.park"\n' in run("apply", "--approved", "plan.out", "--yes").stderr


def test_a_plain_preview_that_failed_is_no_approval(repository: Repository, run: Run, engine: Fake) -> None:
    engine().error = "acme: the directory does not answer"
    (repository.root / "plan.out").write_text(run("preview", "acme", "--json").stdout)
    result = run("apply", "--approved", "plan.out", "--yes")
    assert result.exit_code == 1
    assert result.stderr == (
        "plan.out: some of the previews were refused or failed, and nothing is applied:\n"
        "  acme: the directory does not answer\n"
    )
