"""The rules between records, as pure functions of a client."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from leaver.model import Client, ClientSettings, Group, Person
from leaver.model import checks as checks_module
from leaver.model.checks import RULES, Finding, check_manager_cycles
from leaver.model.username_checks import check_usernames
from tests.examples import examples
from tests.strategies import clients

ENTRA = {"kind": "entra", "tenant": "11111111-2222-3333-4444-555555555555", "domain": "acme.example"}
OKTA = {"kind": "okta", "org": "acme"}


def client(directories: dict[str, Any] | None = None, **people: dict[str, Any]) -> Client:
    return Client(
        "acme",
        ClientSettings.model_validate({"name": "Acme", "directories": directories or {"entra": ENTRA}}),
        {"everyone": Group(name="Everyone", directory="entra")},
        {key: Person.model_validate(person) for key, person in people.items()},
    )


def findings(client: Client) -> list[Finding]:
    return [finding for rule in RULES for finding in rule.check(client)]


@examples(60)
@given(clients())
def test_the_rules_find_nothing_in_a_valid_client(client: Client) -> None:
    assert findings(client) == []


def test_every_check_is_among_the_rules() -> None:
    written = {function for name, function in vars(checks_module).items() if name.startswith("check_")}
    assert {rule.check for rule in RULES} == written


@pytest.mark.parametrize("count", [2, 3, 50])
def test_a_circle_of_managers_is_named_from_its_first_member_and_cut(count: int) -> None:
    ring = {f"p{number:02}": {"manager": f"p{(number + 1) % count:02}"} for number in range(count)}
    (finding,) = check_manager_cycles(client(**ring))
    assert finding.path == ("p00", "manager")
    assert finding.fault.startswith("managers go in a circle: p00 → p01")
    assert finding.fault.endswith("→ p00")
    assert len(finding.fault) < 120


def test_two_circles_are_two_findings_and_those_below_them_none() -> None:
    found = check_manager_cycles(
        client(
            a={"manager": "b"}, b={"manager": "a"}, c={"manager": "d"}, d={"manager": "c"}, e={"manager": "c"}
        )
    )
    assert [finding.path for finding in found] == [("a", "manager"), ("c", "manager")]


def test_a_chain_of_thousands_of_managers_is_walked_without_recursion() -> None:
    chain: dict[str, dict[str, Any]] = {f"p{n}": {"manager": f"p{n + 1}"} for n in range(5_000)}
    assert list(check_manager_cycles(client(**chain, p5000={}))) == []


def test_a_username_is_asked_for_only_where_there_is_an_account() -> None:
    directories = {"entra": ENTRA, "okta": OKTA}
    found = check_usernames(client(directories, dana={"accounts": ["entra"]}, sam={}))
    assert [finding.subject for finding in found] == ['person "sam"']


def test_a_username_of_one_directory_is_of_one_with_an_account_and_nobody_elses() -> None:
    directories = {"entra": ENTRA, "okta": OKTA}
    broken = client(
        directories,
        dana={
            "username": "dana@acme.example",
            "usernames": {"okta": "sam@acme.example", "oktta": "d@a.example"},
        },
        kim={"accounts": ["entra"], "usernames": {"okta": "kim@acme.example"}},
        sam={"usernames": {"okta": "SAM@acme.example"}},
    )
    told = [(each.path, each.fault, each.remedy) for each in findings(broken) if "usernames" in each.path]
    assert told == [
        (
            ("dana", "usernames", "oktta"),
            'directory "oktta" is not known',
            'Correct it to "okta", or add it to client.yaml.',
        ),
        (
            ("kim", "usernames", "okta"),
            "has a username for okta, and no account there",
            "Remove it, or add okta to `accounts`.",
        ),
        (
            ("sam", "usernames", "okta"),
            'has the username "SAM@acme.example" in okta, and so has person "dana"',
            "Give one of them another username.",
        ),
    ]


def test_each_finding_names_its_subject_its_path_and_a_remedy() -> None:
    broken = client(
        {"entra": ENTRA, "more": ENTRA, "okta": OKTA},
        dana={
            "manager": "dana",
            "groups": ["everyone", "none"],
            "accounts": ["okta", "x"],
            "roles": ["R", "R"],
        },
    )
    found = findings(broken)
    assert {finding.file for finding in found} == {"client", "people"}
    for finding in found:
        assert finding.remedy.endswith(".")
        assert not finding.fault.endswith(".")
        assert finding.subject == ('client "acme"' if finding.file == "client" else 'person "dana"')
    assert len(found) == 8
