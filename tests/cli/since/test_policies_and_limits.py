"""What a plan newly breaks of the policies, and how much it may take away."""

from __future__ import annotations

import json
import re

from tests.cli.since.repository import PEOPLE, Repository, Run, delete


def test_a_new_break_of_a_mandatory_policy_ends_with_1(repository: Repository, run: Run) -> None:
    repository.edit("identities/acme/client.yaml", "policies:\n", "policies:\n  has-manager: mandatory\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  new.one: {name: New One, groups: []}\n")
    result = run("preview", "--since", "main")
    assert result.exit_code == 1
    assert '    mandatory: identities/acme/people.yaml:3:3: person "new.one"' in result.stdout
    assert "refused:\n" in result.stdout


def test_what_was_broken_before_is_told_apart_from_what_is_new(repository: Repository, run: Run) -> None:
    old = "people:\n  old.one: {name: Old One, groups: []}\n"
    repository.edit(PEOPLE, "people:\n", old)
    repository.commit()
    repository.edit(PEOPLE, old, f"{old}  new.one: {{name: New One, groups: []}}\n")
    repository.leaves()
    found = json.loads(run("preview", "--since", "main", "--json").stdout)["findings"]
    managers = {
        each["text"].split('"')[1]: each["standing"] for each in found if each["policy"] == "has-manager"
    }
    assert managers == {"old.one": "stays", "new.one": "new"}


def test_what_is_mended_is_told(repository: Repository, run: Run) -> None:
    repository.edit(PEOPLE, "people:\n", "people:\n  old.one: {name: Old One, groups: []}\n")
    repository.commit()
    repository.edit(PEOPLE, "groups: []}", "groups: [], manager: lee.park}")
    result = run("preview", "--since", "main")
    assert (
        '  policies: mended by this change:\n    person "old.one": has no manager (has-manager)\n'
        in result.stdout
    )


def test_too_many_at_once_are_refused_with_the_line_that_would_allow_it(
    repository: Repository, run: Run
) -> None:
    delete(repository, 8)
    result = run("preview", "--since", "main")
    assert result.exit_code == 1, result.stdout
    assert "    acme: people: 8 of " in result.stdout
    assert ": TOO MANY\n" in result.stdout
    assert 'identities/acme/overrides.yaml: - {losses: "sha256:' in result.stdout


def test_the_line_that_allows_it_allows_it(repository: Repository, run: Run) -> None:
    delete(repository, 8)
    refused = run("preview", "--since", "main").stdout
    [line] = set(re.findall(r'- \{losses: "[^}]*\}', refused))
    allowed = line.replace("…", "The whole support team moved")
    (repository.root / "identities/acme/overrides.yaml").write_text(f"overrides:\n  {allowed}\n")
    result = run("preview", "--since", "main")
    assert result.exit_code == 0, result.stdout
    assert "overrides.sha256:" in result.stdout


def test_the_line_is_for_this_plan_and_void_in_another(repository: Repository, run: Run) -> None:
    delete(repository, 8)
    refused = run("preview", "--since", "main").stdout
    [line] = set(re.findall(r'- \{losses: "[^}]*\}', refused))
    [plan] = re.findall(r'plan: "(sha256:[0-9a-f]{64})"', line)
    told = json.loads(run("preview", "--since", "main", "acme", "--format", "json").stdout)
    assert told["approvals"] == {"acme": plan}
    allowed = line.replace("…", "The whole support team moved")
    (repository.root / "identities/acme/overrides.yaml").write_text(f"overrides:\n  {allowed}\n")
    repository.edit(PEOPLE, "people:\n", "people:\n  new.one: {groups: [], manager: lee.park}\n")
    other = run("preview", "--since", "main")
    assert other.exit_code == 1, other.stdout
    found = re.search(
        r"^  identities/acme/overrides.yaml: overrides\[0\]: is for another plan "
        r'\((\S+)\) than this \((\S+)\)\. If it is meant, write `plan: "(\S+)"`$',
        other.stdout,
        re.MULTILINE,
    )
    assert found is not None, other.stdout
    assert (found[1], found[2]) == (plan, found[3])
    repository.edit("identities/acme/overrides.yaml", plan, found[3])
    assert run("preview", "--since", "main").exit_code == 0


def test_bounds_that_the_same_change_raises_allow_nothing(repository: Repository, run: Run) -> None:
    delete(repository, 8)
    repository.edit(
        "identities/acme/client.yaml", "removals: 5\n  percent: 15", "removals: 50\n  percent: 90"
    )
    result = run("preview", "--since", "main")
    assert result.exit_code == 1, result.stdout
    assert "the limits allow 4 (`limits`: removals 5, percent 15)" in result.stdout
    assert "Raise them first, in a change of its own.\n" in result.stdout


def test_a_share_of_all_clients_is_of_the_people_that_there_are(repository: Repository, run: Run) -> None:
    (repository.root / "identities/limits.yaml").write_text("removals: 40\npercent: 0\n")
    settings = "identities/brightwater/client.yaml"
    repository.edit(settings, "retain:", "limits: {removals: 100, percent: 100}\nretain:")
    people = "identities/brightwater/people.yaml"
    made = "".join(f"  new.{number}: {{groups: []}}\n" for number in range(12))
    repository.edit(people, "people:\n", f"people:\n{made}")
    repository.commit()
    repository.edit(people, made, made.replace("[]", "[], disabled: true"))
    result = run("preview", "--since", "main")
    assert result.exit_code == 1, result.output
    assert re.search(r"^all clients: people: 12 of \d+, 10 allowed: TOO MANY$", result.stdout, re.MULTILINE)


def test_other_limits_over_all_clients_are_told(repository: Repository, run: Run) -> None:
    (repository.root / "identities/limits.yaml").write_text("removals: 500\n")
    result = run("preview", "--since", "main", "--json")
    assert json.loads(result.stdout)["plan"]["bounds"] == [
        {"field": "removals", "before": None, "after": "500"}
    ]
    repository.commit()
    told = run("preview", "--since", "main~1").stdout
    assert "\nidentities/limits.yaml: removals: not stated → 500\n" in told
