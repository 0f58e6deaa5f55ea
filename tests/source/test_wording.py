"""No problem speaks of the library that found it: every field of every record, with every wrong kind of value."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from leaver.source import schemas
from leaver.source.typed import TypedFile
from leaver.source.wording import field_name
from tests.source.project import CLIENT
from tests.strategies import file_text

JARGON = re.compile(
    r"pydantic|https?://|input|should|valid|instance|dictionary|tuple|string|boolean|integer|"
    r"enum|literal|none\b(?!\")|extra|permitted|field required|tag|union|type=|\bloc\b|ctx|"
    r"not accepted|another form than",
    re.IGNORECASE,
)
WRONG: dict[str, Any] = {
    "text": "\u00dc ;",
    "empty text": "",
    "long text": "x" * 4_000,
    "two lines": "a\nb",
    "number": 7,
    "negative": -7,
    "fraction": 7.5,
    "huge number": 10**40,
    "true": True,
    "list": [],
    "list of lists": [[]],
    "list of mappings": [{"a": "b"}],
    "list of numbers": [1, 2],
    "mapping": {},
    "mapping of something": {"a": {"b": "c"}},
    "date": "2026-02-30",
    "moment": "2026-03-29 01:30",
}
SCHEMAS = schemas()
CLIENT_DATA: dict[str, Any] = {
    "name": "A",
    "zone": "Europe/London",
    "directories": {
        "entra": {"kind": "entra", "tenant": "11111111-2222-3333-4444-555555555555", "domain": "a.example"},
        "okta": {"kind": "okta", "org": "acme"},
    },
    "limits": {},
}
RECORDS: dict[str, tuple[str, dict[str, Any], tuple[str, ...], str | None]] = {
    "client": ("client", CLIENT_DATA, (), None),
    "limits": ("client", CLIENT_DATA, ("limits",), "Limits"),
    "entra": ("client", CLIENT_DATA, ("directories", "entra"), "EntraSettings"),
    "okta": ("client", CLIENT_DATA, ("directories", "okta"), "OktaSettings"),
    "groups": ("groups", {"groups": {}}, (), None),
    "group": ("groups", {"groups": {"g": {"name": "G", "directory": "entra"}}}, ("groups", "g"), "Group"),
    "people": ("people", {"people": {}}, (), None),
    "person": ("people", {"people": {"p": {}}}, ("people", "p"), "Person"),
    "departure": (
        "people",
        {"people": {"p": {"departure": {"at": "2026-12-01 09:00"}}}},
        ("people", "p", "departure"),
        "Departure",
    ),
    "nda": (
        "people",
        {"people": {"p": {"nda": {"signed": "2026-01-01", "document": "N"}}}},
        ("people", "p", "nda"),
        "Nda",
    ),
}


def fields() -> list[tuple[str, str]]:
    found = []
    for record, (kind, _, _, name) in RECORDS.items():
        schema = SCHEMAS[f"{kind}.json"]
        found += [(record, field) for field in (schema["$defs"][name] if name else schema)["properties"]]
    return found


def problems(kind: Any, text: str) -> list[str]:
    typed = TypedFile.of("acme", f"{kind}.yaml", kind, text, "Europe/London")
    return [str(problem) for problem in sorted(typed.problems)]


@pytest.mark.parametrize(("record", "field"), fields(), ids=lambda value: value.replace(" ", "-"))
def test_no_problem_of_a_field_speaks_of_the_library(record: str, field: str) -> None:
    kind, data, path, _ = RECORDS[record]
    refused = 0
    for value in [*WRONG.values(), ...]:
        changed = json.loads(json.dumps(data))
        holder = changed
        for step in path:
            holder = holder[step]
        if value is ...:
            holder.pop(field, None)
        else:
            holder[field] = value
        for bare in ("", "no", "~", "0x10", "1_000", ".inf", "2026-11-27"):
            text = (
                file_text(changed).replace(f"{field}: 7\n", f"{field}: {bare}\n")
                if value == 7
                else file_text(changed)
            )
            lines = problems(kind, text)
            refused += len(lines)
            for line in lines:
                said = re.sub(r'"[^"]*"|`[^`]*`', "", line)
                assert not JARGON.search(said), line
                assert re.fullmatch(
                    r"(?s)\w+\.yaml(:\d+:\d+)?: (client|group|person) \"[\w.-]+\": .+[^.]\. .+\.", line
                ), line
                assert len(line) < 400
                assert "\n" not in line
            if value != 7:
                break
    assert refused > 5, "these wrong values are no longer wrong"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ((), ""),
        (("people",), "people"),
        (("people", "dana"), ""),
        (("people", "dana", "departure", "at"), "departure.at"),
        (("groups", "g", "name"), "name"),
        (("people", "dana", "groups", 1), "groups[1]"),
        (("directories", "entra", "tenant"), "directories.entra.tenant"),
    ],
)
def test_a_field_is_named_inside_its_record(path: tuple[str | int, ...], name: str) -> None:
    assert field_name(path) == name


def test_a_directory_with_a_key_that_is_its_kind_is_still_found() -> None:
    text = CLIENT.replace("org: acme,", "okta: x, org: A,")
    assert problems("client", text) == [
        'client.yaml:5:28: client "acme": "okta" is not a key here. Correct it, or remove it.'.replace(
            "5:28", "5:22"
        ),
        'client.yaml:5:36: client "acme": `directories.okta.org` "A" is not an organisation name. '
        'Write the first part of its address, such as "acme".',
    ]
