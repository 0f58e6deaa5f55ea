"""Files and folders that are missing, empty, too many, too large, or not what they seem."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from leaver.errors import RecordsError
from leaver.source import client_keys, load
from tests.source.project import CLIENT, PEOPLE, Project

DANA = "people: {dana.reyes: {}}\n"
LEE = "people: {lee.park: {}}\n"


def test_a_client_without_groups_yaml_has_no_groups(project: Project) -> None:
    project.write(groups=None, people=LEE)
    assert project.load().clients["acme"].groups == {}


def test_a_group_of_a_client_without_groups_yaml_is_unknown(project: Project) -> None:
    project.write(groups=None)
    assert project.problems()[0] == (
        'people.yaml:7:14: person "dana.reyes": group "everyone" is not known. '
        "Correct it, or add it to groups.yaml."
    )


def test_an_empty_groups_yaml_is_refused(project: Project) -> None:
    project.write(groups="", people=LEE)
    assert project.problems() == [
        'groups.yaml: client "acme": the file is empty. Restore it, or delete it if it is meant to be gone.'
    ]


def test_groups_and_people_may_be_said_to_be_none(project: Project) -> None:
    project.write(groups="groups: {}\n", people="people: {}\n")
    client = project.load().clients["acme"]
    assert (client.groups, client.people) == ({}, {})


def test_a_vanished_client_yaml_is_refused(project: Project) -> None:
    project.write(client=None)
    assert project.problems() == [
        'client.yaml: client "acme": the file is missing. Restore it from version control.'
    ]


def test_vanished_people_are_not_no_people(project: Project) -> None:
    project.write(people=None)
    assert project.problems() == [
        'identities/acme: client "acme": there is neither people.yaml nor people/. '
        "Restore it from version control; a client without people has `people: {}`."
    ]


def test_an_empty_people_folder_is_not_no_people(project: Project) -> None:
    project.write(people=None)
    project.path("people").mkdir()
    assert project.problems() == [
        'people: client "acme": there is no *.yaml file in people/. '
        "Restore the files from version control; a client without people has `people: {}`."
    ]


def test_people_may_stand_in_several_files(project: Project) -> None:
    project.write(people=None)
    project.path("people").mkdir()
    project.path("people/b.yaml").write_text(DANA)
    project.path("people/a.yaml").write_text(LEE)
    project.path("people/.a.yaml.swp").write_text("not: read")
    project.path("people/README.md").write_text("not read")
    estate = project.load()
    assert set(estate.clients["acme"].people) == {"dana.reyes", "lee.park"}
    assert str(estate.place("acme", "people", "lee.park")) == "identities/acme/people/a.yaml:1:10"


def test_both_forms_of_people_at_once_are_refused(project: Project) -> None:
    project.path("people").mkdir()
    project.path("people/more.yaml").write_text("people: {sam: {}}\n")
    assert project.problems() == [
        'people.yaml: client "acme": there are both people.yaml and people/. Move people.yaml into people/.'
    ]


def test_a_person_in_two_files_is_refused(project: Project) -> None:
    project.write(people=None)
    project.path("people").mkdir()
    project.path("people/a.yaml").write_text(LEE)
    project.path("people/b.yaml").write_text(LEE)
    assert project.problems() == [
        'people/b.yaml:1:10: person "lee.park": is in identities/acme/people/a.yaml:1:10 too. '
        "Keep one of the two records."
    ]


def test_a_people_file_that_is_a_folder_is_refused(project: Project) -> None:
    project.write(people=None)
    project.path("people.yaml").mkdir()
    assert project.problems() == ['people.yaml: client "acme": is not a plain file. Put a YAML file here.']


def test_people_that_is_a_file_is_refused(project: Project) -> None:
    project.write(people=None)
    project.path("people").write_text(PEOPLE)
    assert project.problems() == [
        'people: client "acme": people is not a folder that can be read (not a directory). '
        "Make it a folder of people files, or use people.yaml."
    ]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("groups.yml", 'Rename it to "groups.yaml", or move it into people/.'),
        ("peple.yaml", 'Rename it to "people.yaml", or move it into people/.'),
        ("zzz.YAML", "Rename it, or move it into people/."),
    ],
)
def test_a_misnamed_file_is_not_passed_over(project: Project, name: str, remedy: str) -> None:
    project.path(name).write_text("x")
    assert project.problems() == [f'{name}: client "acme": Leaver reads no file of this name. {remedy}']


def test_a_misnamed_people_file_is_not_passed_over(project: Project) -> None:
    project.write(people=None)
    project.path("people/old").mkdir(parents=True)
    project.path("people/a.yaml").write_text(DANA)
    project.path("people/b.yml").write_text(LEE)
    assert project.problems() == [
        'people/b.yml: client "acme": Leaver reads *.yaml only. Rename the file to *.yaml.',
        'people/old: client "acme": a folder inside people/ is not read. Move its files up into people/.',
    ]


def test_a_file_over_ten_megabytes_is_refused(project: Project) -> None:
    project.write(people=PEOPLE + "#" * 10_000_000)
    assert project.problems() == [
        'people.yaml: client "acme": is larger than 10 MB. Split the people over several files in people/.'
    ]


def test_a_file_just_under_ten_megabytes_is_read(project: Project) -> None:
    project.write(people=PEOPLE + "#" * (10_000_000 - len(PEOPLE)))
    assert project.problems() == []


def test_a_symbolic_link_out_of_the_project_is_refused(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "people.yaml"
    outside.write_text(PEOPLE)
    project.write(people=None)
    project.path("people.yaml").symlink_to(outside)
    assert project.problems() == [
        'people.yaml: client "acme": leads out of the project by a symbolic link. Put the file itself here.'
    ]


def test_a_client_folder_that_leads_out_of_the_project_is_refused(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    shutil.copytree(project.path("."), outside / "bravo")
    (project.root / "identities" / "bravo").symlink_to(outside / "bravo")
    assert project.problems() == [
        f'identities/bravo/{name}.yaml: client "bravo": leads out of the project by a symbolic link. '
        "Put the file itself here."
        for name in ("client", "groups", "people")
    ]


def test_a_symbolic_link_inside_of_the_project_is_followed(project: Project) -> None:
    shared = project.root / "shared.yaml"
    project.path("people.yaml").rename(shared)
    project.path("people.yaml").symlink_to(shared)
    assert project.problems() == []


def test_a_link_to_itself_is_refused(project: Project) -> None:
    project.write(people=None)
    project.path("people.yaml").symlink_to("people.yaml")
    (line,) = project.problems()
    assert line.startswith('people.yaml: client "acme": the file cannot be read (')


def test_a_link_to_nothing_is_refused(project: Project) -> None:
    project.write(people=None)
    project.path("people.yaml").symlink_to("nothing.yaml")
    assert project.problems() == [
        'people.yaml: client "acme": the file is missing. Restore it from version control.'
    ]


def test_a_named_pipe_is_refused_and_not_waited_for(project: Project) -> None:
    project.write(people=None)
    os.mkfifo(project.path("people.yaml"))
    assert project.problems() == ['people.yaml: client "acme": is not a plain file. Put a YAML file here.']


def test_a_vanished_client_that_is_asked_for_names_the_remedy(project: Project) -> None:
    assert project.problems("acmee") == [
        'identities: client "acmee": there is no folder of this client. '
        'Correct the name to "acme", or restore the folder from version control.'
    ]


@pytest.mark.parametrize("key", ["../acme", "/etc", "", ".", "a\nb", "a" * 500])
def test_a_client_that_is_no_key_is_refused_without_looking_for_it(project: Project, key: str) -> None:
    (line,) = project.problems(key)
    assert "there is no folder of this client" in line
    assert "\n" not in line


def test_a_client_that_vanished_but_has_a_stack_is_refused(project: Project) -> None:
    (project.root / "stacks").mkdir()
    (project.root / "stacks" / "Pulumi.acme.yaml").write_text("config: {}\n")
    (project.root / "stacks" / "Pulumi.bravo.yaml").write_text("config: {}\n")
    assert project.problems() == [
        'identities/bravo: client "bravo": the client\'s folder is gone, but stacks/Pulumi.bravo.yaml is there. '
        "Restore the folder from version control; to end a client, destroy its stack and remove both."
    ]
    assert project.problems("acme") == []


def test_a_folder_whose_name_is_no_key_is_refused(project: Project) -> None:
    project.write("Bravo Ltd", client=CLIENT, people="people: {}\n")
    assert project.problems() == [
        'identities/Bravo Ltd: client "Bravo Ltd": the folder\'s name is not a key. '
        "Use at most 64 lower-case letters, digits, dots and hyphens, a letter or digit at both ends."
    ]


def test_an_empty_client_folder_is_refused(project: Project) -> None:
    (project.root / "identities" / "bravo").mkdir()
    assert project.problems() == [
        'identities/bravo: client "bravo": there is neither people.yaml nor people/. '
        "Restore it from version control; a client without people has `people: {}`.",
        'identities/bravo/client.yaml: client "bravo": the file is missing. Restore it from version control.',
    ]


def test_a_project_without_clients_is_refused(tmp_path: Path) -> None:
    (tmp_path / "identities").mkdir()
    with pytest.raises(RecordsError) as refused:
        load(tmp_path)
    assert str(refused.value) == (
        "identities: project: there is no client. Restore the clients' folders, or add one."
    )


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    for call in (load, client_keys):
        with pytest.raises(RecordsError) as refused:
            call(tmp_path)
        assert str(refused.value) == (
            "identities: project: the folder of the clients cannot be read (no such file or directory). "
            "Restore it from version control, or run Leaver in the project's folder."
        )


def test_client_keys_are_the_folders_in_order(project: Project) -> None:
    for name in ("zeta", "beta", ".git", "_template"):
        (project.root / "identities" / name).mkdir()
    (project.root / "identities" / "README.md").write_text("x")
    assert client_keys(project.root) == ("acme", "beta", "zeta")


def test_only_the_clients_that_are_asked_for_are_read(project: Project) -> None:
    project.write("bravo", client="not yaml: [")
    assert set(project.load("acme", "acme").clients) == {"acme"}
