"""One person's record without the rest: quick, in spite of faults elsewhere, and never in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaver.errors import Place, RecordsError, UsageError
from leaver.source.single import load_single, same_username
from tests.source.project import CLIENT, Project

DANA = frozenset({"dana.reyes@acme.example"})


def test_a_person_comes_alone_and_with_the_place_of_the_record(project: Project) -> None:
    found = load_single(project.root, "acme", "dana.reyes")
    assert list(found.client.people) == ["dana.reyes"]
    assert found.client.people["dana.reyes"].name == "Dana Reyes"
    assert found.client.accounts("dana.reyes") == ("entra", "okta")
    assert found.place == Place("identities/acme/people.yaml", 4, 3)
    assert found.usernames == DANA


def test_it_is_what_the_loader_reads(project: Project) -> None:
    whole = project.load("acme")
    single = load_single(project.root, "acme", "dana.reyes")
    assert single.client.people["dana.reyes"] == whole.clients["acme"].people["dana.reyes"]
    assert single.client.settings == whole.clients["acme"].settings
    assert single.place == whole.place("acme", "people", "dana.reyes")


@pytest.mark.parametrize(
    "people",
    [
        "people:\n  lee.park: {name: 1, unknown: x}\n  dana.reyes:\n    name: Dana\n",
        "people:\n  lee.park: {name: 'unclosed}\n  dana.reyes:\n    name: Dana\n",
        "people:\n  lee.park:\n\t name: tab\n  dana.reyes:\n    name: Dana\n",
        "people:\n  lee.park:\n    name: a\n  lee.park:\n    name: b\n  dana.reyes:\n    name: Dana\n",
    ],
)
def test_a_fault_in_another_record_does_not_stand_in_the_way(project: Project, people: str) -> None:
    project.write(people=people)
    assert project.problems("acme")
    assert load_single(project.root, "acme", "dana.reyes").client.people["dana.reyes"].name == "Dana"


def test_a_fault_in_another_file_does_not_stand_in_the_way(project: Project) -> None:
    project.write(groups="groups: [")
    project.path("notes.yaml").write_text("x")
    assert load_single(project.root, "acme", "dana.reyes").person == "dana.reyes"


def test_a_fault_that_does_not_touch_the_accounts_is_told_and_does_not_stop(project: Project) -> None:
    project.write(people="people:\n  dana.reyes:\n    title: [x]\n    accounts: [okta]\n")
    found = load_single(project.root, "acme", "dana.reyes")
    assert found.client.accounts("dana.reyes") == ("okta",)
    assert [problem.place.line for problem in found.problems] == [3]


def test_a_fault_in_the_accounts_stops(project: Project) -> None:
    project.write(people="people:\n  dana.reyes:\n    accounts: okta\n")
    with pytest.raises(RecordsError, match=r"people\.yaml:3:15"):
        load_single(project.root, "acme", "dana.reyes")


def test_a_record_in_an_unusual_form_is_read_by_the_loader(project: Project) -> None:
    project.write(people="people: {dana.reyes: {name: Dana}}\n")
    assert load_single(project.root, "acme", "dana.reyes").client.people["dana.reyes"].name == "Dana"


def test_a_record_in_the_folder_of_people_is_found(project: Project) -> None:
    project.write(people=None)
    project.path("people").mkdir()
    project.path("people/one.yaml").write_text("people:\n  lee.park: {name: Lee}\n")
    project.path("people/two.yaml").write_text("people:\n  dana.reyes: {name: Dana}\n")
    found = load_single(project.root, "acme", "dana.reyes")
    assert found.place == Place("identities/acme/people/two.yaml", 2, 3)


def test_a_person_in_two_files_is_left_to_the_loader(project: Project) -> None:
    project.write(people=None)
    project.path("people").mkdir()
    for name in ("one", "two"):
        project.path(f"people/{name}.yaml").write_text("people:\n  dana.reyes: {name: Dana}\n")
    with pytest.raises(RecordsError, match=r"is in .* too"):
        load_single(project.root, "acme", "dana.reyes")


@pytest.mark.parametrize(
    ("client", "person", "said"),
    [
        ("acmee", "dana.reyes", 'no client "acmee"[.] Correct it to "acme"[.] See the folder'),
        (
            "acme",
            "dana.reyez",
            'acme: no person "dana.reyez"[.] Correct it to "dana.reyes": name them by their key',
        ),
    ],
)
def test_who_is_not_there_is_told_with_the_nearest_name(
    project: Project, client: str, person: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        load_single(project.root, client, person)


def test_a_client_whose_settings_are_broken_is_told(project: Project) -> None:
    project.write(client="name: [")
    with pytest.raises(RecordsError, match=r"client\.yaml"):
        load_single(project.root, "acme", "dana.reyes")


def test_a_username_finds_its_record(project: Project) -> None:
    found = load_single(project.root, "acme", "Dana.Reyes@ACME.example")
    assert found.person == "dana.reyes"
    assert found.place is not None


def test_a_username_without_a_record_is_an_account_in_every_directory(project: Project) -> None:
    found = load_single(project.root, "acme", "old@acme.example")
    assert found.place is None
    assert found.client.accounts(found.person) == ("entra", "okta")
    assert found.usernames == {"old@acme.example"}


def test_a_username_is_taken_at_its_word_while_the_records_are_broken(project: Project) -> None:
    project.write(people="people: [")
    assert load_single(project.root, "acme", "dana.reyes@acme.example").usernames == DANA


def test_what_is_no_username_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="neither the key of a person nor a username"):
        load_single(project.root, "acme", "no spaces@acme.example")


def with_other_client(project: Project, people: str, client: str = CLIENT) -> None:
    text = client.replace("11111111", "22222222").replace("org: acme", "org: blue")
    project.write("blue", client=text, people=people)


@pytest.mark.parametrize(
    "people",
    [
        "people:\n  someone: {username: Dana.Reyes@ACME.example}\n",
        "people:\n  dana.reyes: {name: Dana}\n",
    ],
)
def test_the_same_username_is_found_at_other_clients(project: Project, people: str) -> None:
    with_other_client(project, people)
    found, faults = same_username(project.root, DANA, besides="acme")
    assert [(each.client.key, list(each.client.people)) for each in found] == [
        ("blue", [each.person for each in found])
    ]
    assert faults == []


def test_another_domain_makes_another_username(project: Project) -> None:
    with_other_client(
        project, "people:\n  dana.reyes: {name: Dana}\n", CLIENT.replace("acme.example", "blue.example")
    )
    assert same_username(project.root, DANA, besides="acme") == ([], [])


def test_clients_that_cannot_know_the_name_are_not_read(project: Project) -> None:
    with_other_client(project, "people:\n  lee: {unknown: x}\n")
    assert same_username(project.root, DANA, besides="acme") == ([], [])


def test_a_client_that_cannot_be_searched_is_told(project: Project) -> None:
    with_other_client(project, "people:\n  dana.reyes: {unknown: x}\n")
    found, faults = same_username(project.root, DANA, besides="acme")
    assert found == []
    assert len(faults) == 1
    assert faults[0].startswith(
        "blue: not searched, its records have problems (identities/blue/people.yaml:2:"
    )


def test_the_folder_of_the_clients_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(RecordsError):
        same_username(tmp_path, DANA, besides="acme")
