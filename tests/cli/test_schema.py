"""`leaver schema`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import Result

Run = Callable[..., Result]


class _Texts(yaml.SafeLoader):
    """YAML as an editor's language server sees it: dates are texts."""


_Texts.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_one_schema_is_printed_bare_and_several_by_name(run: Run) -> None:
    assert "$schema" in json.loads(run("schema", "people").output)
    assert set(json.loads(run("schema").output)) == {"client", "groups", "people", "overrides", "limits"}


def test_schemas_are_written_one_file_each(run: Run, tmp_path: Path) -> None:
    result = run("schema", "--write", str(tmp_path / "schema"))
    assert result.exit_code == 0
    for name in ("client", "groups", "people", "overrides", "limits"):
        assert json.loads((tmp_path / f"schema/{name}.json").read_text()) == json.loads(
            run("schema", name).output
        )


@pytest.mark.parametrize("name", ["client", "groups", "people"])
def test_an_editor_finds_the_examples_sound(run: Run, project: Path, name: str) -> None:
    schema = json.loads(run("schema", name).output)
    jsonschema.Draft202012Validator.check_schema(schema)
    pattern = "*/people*/*.yaml" if name == "people" else f"*/{name}.yaml"
    files = sorted((project / "identities").glob(pattern)) + sorted(
        (project / "identities").glob(f"*/{name}.yaml")
    )
    assert files
    for file in files:
        document = yaml.load(file.read_text(), _Texts)  # noqa: S506
        jsonschema.Draft202012Validator(schema).validate(document)


def test_the_examples_name_a_schema_that_is_there(project: Path) -> None:
    repository = Path(__file__).parents[2]
    for file in (repository / "identities").rglob("*.yaml"):
        first = file.read_text().splitlines()[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert named != first, file
        assert (file.parent / named).is_file(), file
