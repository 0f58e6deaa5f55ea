"""Faults that several records make together, and what is no fault."""

from __future__ import annotations

import pytest

from tests.source.project import CLIENT, GROUPS, Project


def test_a_time_without_any_zone_names_both_remedies(project: Project) -> None:
    project.write(
        client=CLIENT.replace("zone: Europe/London\n", ""),
        people="people:\n  dana: {starts: 2026-11-27 17:00}\n",
    )
    assert project.problems() == [
        'people.yaml:2:18: person "dana": `starts` "2026-11-27 17:00" has no zone and the client has none. '
        "Add `zone:` to client.yaml, or an offset such as +01:00 here."
    ]


def test_a_username_that_nothing_states_is_asked_for(project: Project) -> None:
    project.write(
        client=CLIENT.replace(", domain: acme.example}\n", "}\n").replace("5555}", "5555, domain: a.example}")
    )
    assert project.problems() == [
        'people.yaml:2:3: person "lee.park": has no username for okta, which has no domain. '
        "Add `username:`, or `domain:` to okta in client.yaml.",
        'people.yaml:4:3: person "dana.reyes": has no username for okta, which has no domain. '
        "Add `username:`, or `domain:` to okta in client.yaml.",
    ]


def test_one_username_of_two_people_is_refused_whatever_its_case(project: Project) -> None:
    project.write(people="people:\n  a: {accounts: [okta]}\n  b: {username: A@Acme.example}\n")
    assert project.problems() == [
        'people.yaml:3:17: person "b": has the username "A@Acme.example" in okta, and so has person "a". '
        "Give one of them another username."
    ]


def test_one_username_in_two_directories_is_fine(project: Project) -> None:
    project.write(
        people="people:\n  a: {accounts: [okta], username: x@acme.example}\n"
        "  b: {accounts: [entra], username: x@acme.example}\n"
    )
    assert project.problems() == []


def test_a_circle_of_managers_is_named_once(project: Project) -> None:
    project.write(
        people="people:\n  c: {manager: a}\n  a: {manager: b}\n  b: {manager: c}\n  d: {manager: a}\n"
    )
    assert project.problems() == [
        'people.yaml:3:16: person "a": managers go in a circle: a → b → c → a. '
        "Correct the `manager` of one of them."
    ]


@pytest.mark.parametrize("word", ["no", "off", "yes", "on", "true", "false", "null", "~", ""])
def test_a_word_in_quotes_is_a_text(project: Project, word: str) -> None:
    word = word or "x"
    project.write(people=f"people:\n  dana: {{name: '{word}', title: \"{word}\"}}\n")
    assert project.load().clients["acme"].people["dana"].name == word


def test_numbers_and_dates_for_a_text_stay_as_they_are_written(project: Project) -> None:
    project.write(people="people:\n  dana: {employee id: 007, title: 1.50, office: 2026-01-01}\n")
    person = project.load().clients["acme"].people["dana"]
    assert (person.employee_id, person.title, person.office) == ("007", "1.50", "2026-01-01")


def test_hold_none_is_a_word_and_not_nothing(project: Project) -> None:
    project.write(people="people:\n  dana: {departure: {at: 2026-11-27 17:00, hold: none}}\n")
    departure = project.load().clients["acme"].people["dana"].departure
    assert departure is not None
    assert departure.hold == "none"


def test_all_problems_of_all_files_of_all_clients_come_at_once_in_order(project: Project) -> None:
    project.write(groups=GROUPS.replace("Finance", "no"), people="people:\n  dana: {nam: x, manager: lee}\n")
    project.write("bravo", client="name: Bravo\n", people="people: []\n")
    assert project.problems() == [
        'groups.yaml:3:19: group "finance": `name` is a bare no, not a text. '
        "Write it in quotes, or the text that is meant.",
        'people.yaml:2:10: person "dana": "nam" is not a key here. Correct it to "name", or remove it.',
        'people.yaml:2:27: person "dana": manager "lee" is not known. Correct it, or add the person.',
        'identities/bravo/client.yaml: client "bravo": lacks `directories`. Add `directories:`.',
        'identities/bravo/people.yaml:1:1: client "bravo": `people` is a list, not a mapping. '
        'Write "key: value" lines, indented below it.',
    ]


def test_a_record_with_a_fault_of_its_own_is_still_known_to_the_others(project: Project) -> None:
    project.write(
        people="people:\n  a: {manager: b, groups: [everyone]}\n  b: {username: 7, accounts: [okta], groups: [x]}\n"
    )
    assert project.problems() == [
        'people.yaml:3:17: person "b": `username` "7" is not a username. Write it like "dana.reyes@acme.example".',
        'people.yaml:3:47: person "b": group "x" is not known. Correct it, or add it to groups.yaml.',
    ]


def test_nothing_is_said_of_what_an_unreadable_file_may_hold(project: Project) -> None:
    project.write(groups="groups: [", people="people:\n  a: {manager: b, groups: [everyone]}\n")
    assert project.problems() == [
        'groups.yaml:1:10: client "acme": has nothing where a value must be. Write the value.',
        'people.yaml:2:16: person "a": manager "b" is not known. Correct it, or add the person.',
    ]
