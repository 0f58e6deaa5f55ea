"""The JSON Schemas say what the loader does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leaver.source import all_limits, load, schemas
from leaver.source.reader import read
from leaver.source.records import EXAMPLES, FILES
from tests.examples import examples
from tests.strategies import as_yaml, clients, file_text

ROOT = Path(__file__).parents[2]
SCHEMAS = schemas()
KINDS = ("client", "groups", "people", "overrides", "limits")


def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(SCHEMAS[f"{kind}.json"])


def as_an_editor_reads(text: str) -> Any:
    """YAML as an editor's language server types it: dates stay text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schema_is_in_step(kind: str) -> None:
    committed = (ROOT / "docs" / "schema" / f"{kind}.json").read_text(encoding="utf-8")
    assert committed == json.dumps(SCHEMAS[f"{kind}.json"], indent=2) + "\n", (
        "run `leaver schema --write docs/schema`"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_one(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[f"{kind}.json"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_mapping_in_a_schema_is_closed(kind: str) -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == "object":
                assert node["additionalProperties"] is False
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(SCHEMAS[f"{kind}.json"])


def test_the_schemas_own_examples_are_accepted_by_both(tmp_path: Path) -> None:
    folder = tmp_path / "identities" / "acme"
    folder.mkdir(parents=True)
    for kind, example in EXAMPLES.items():
        validator(kind).validate(example)
        home = folder.parent if kind == "limits" else folder
        (home / f"{kind}.yaml").write_text(file_text(example), encoding="utf-8")
    made = load(tmp_path).clients["acme"]
    assert set(made.people) == {"lee.park", "dana.reyes"}
    assert [each.losses for each in made.overrides] == [EXAMPLES["overrides"]["overrides"][0]["losses"]]
    assert all_limits(tmp_path).day.removals == 60


@pytest.mark.parametrize(
    "path", sorted((ROOT / "identities").glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_an_example_client_agrees_with_the_schema_that_it_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first == f"# yaml-language-server: $schema=../../docs/schema/{path.stem}.json"
    validator(path.stem).validate(as_an_editor_reads(text))


@examples(40)
@given(clients())
def test_what_the_loader_accepts_the_schema_accepts(client: Any) -> None:
    for kind, text in as_yaml(client).items():
        validator(kind).validate(as_an_editor_reads(text))


VALUES = st.one_of(
    st.booleans(),
    st.integers(-5, 200_000),
    st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=8),
    st.sampled_from(
        [
            "none", "until released", "contentious", "exact", "additive", "GB", "gb", "2026-11-27",
            "2026-11-27 17:00", "2026-11-27T17:00:30 +01:00",
            "30 days", "1 year", "0 days", "dana.reyes", "Dana", "d@acme.example",
            "acme", "acme.example", "Europe/London", "UTC", "11111111-2222-3333-4444-555555555555", "delete", "", " ",
        ]
    ),
    st.lists(st.sampled_from(["entra", "Entra", "", "finance"]), max_size=3),
)  # fmt: skip


RECORDS: dict[tuple[str | int, ...], tuple[str, str | None]] = {
    (): ("client", None),
    ("limits",): ("client", "Limits"),
    ("limits", "group"): ("client", "Bound"),
    ("limits", "day"): ("client", "DayLimits"),
    ("protected",): ("client", "Protected"),
    ("longest",): ("client", "Longest"),
    ("groups", "finance"): ("groups", "Group"),
    ("people", "dana"): ("people", "Person"),
    ("people", "dana", "departure"): ("people", "Departure"),
    ("people", "dana", "nda"): ("people", "Nda"),
    ("overrides", 0): ("overrides", "Override"),
    ("day",): ("limits", "AllDayLimits"),
}
"""The file and the schema's name of the record at each path."""


def fields() -> list[tuple[str, tuple[str | int, ...], str]]:
    """Kind of file, path of the record in it, and field: every simple field of every record."""
    found = []
    for path, (kind, name) in RECORDS.items():
        schema = SCHEMAS[f"{kind}.json"]
        properties = (schema["$defs"][name] if name else schema)["properties"]
        found += [(kind, path, field) for field, said in properties.items() if "$ref" not in said]
    return [(kind, path, field) for kind, path, field in found if field != "directories"]


BASE = {
    "client": {
        "name": "A",
        "zone": "UTC",
        "directories": {"entra": {"kind": "okta", "org": "acme"}},
        "limits": {"group": {"removals": 1, "percent": 1}, "day": {}},
        "protected": {},
        "longest": {},
    },
    "overrides": {
        "overrides": [{"losses": f"sha256:{'0' * 32}", "reason": "r", "expires": "2026-12-01 09:00"}]
    },
    "limits": {"day": {}},
    "groups": {"groups": {"finance": {"name": "F", "directory": "entra"}}},
    "people": {
        "people": {
            "dana": {
                "departure": {"at": "2026-12-01 09:00", "hold": "until released"},
                "nda": {"signed": "2026-01-01", "document": "N"},
            }
        }
    },
}


@examples(400)
@given(st.sampled_from(fields()), VALUES)
def test_a_value_that_the_schema_accepts_for_a_field_the_loader_accepts(
    field: tuple[str, tuple[str | int, ...], str], value: Any
) -> None:
    kind, path, name = field
    data = json.loads(json.dumps(BASE[kind]))
    record = data
    for step in path:
        record = record[step]
    record[name] = value
    if not validator(kind).is_valid(data):
        return
    document = read(file_text(data))
    assert document.flaws == []
    # What the schema cannot say: how two fields agree, and which days and zones there are.
    if found := refusals(kind, document.data):
        assert found == {"leaver"}
        assert name in (
            "starts", "until", "zone", "signed", "at", "kind", "released", "released by", "reason",
            "hold", "notice", "expires"
        )  # fmt: skip


def refusals(kind: Any, data: Any) -> set[str]:
    try:
        FILES[kind].model_validate(data, context={"zone": "UTC"}, by_name=False, by_alias=True)
    except ValidationError as error:
        return {fault["type"] for fault in error.errors()}
    return set()


@pytest.mark.parametrize("written", ["00417", "4711", "1.5", "0x10", "1_000"])
def test_a_number_without_quotes_is_text_to_an_editor_too(written: str) -> None:
    text = f"people:\n  dana.reyes: {{employee id: {written}, nda: {{signed: 2024-03-01, document: {written}}}}}\n"
    validator("people").validate(as_an_editor_reads(text))
