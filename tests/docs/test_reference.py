"""docs/records.md is in step with the schemas, and docs/demo.svg with what was recorded."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import jsonschema
import pytest

from docs import picture, reference

SCHEMAS = reference.committed()
SECTIONS = [(file, file, SCHEMAS[file]) for file in SCHEMAS] + [
    (file, name, node)
    for file in SCHEMAS
    for name, node in SCHEMAS[file]["$defs"].items()
    if "properties" in node
]


def test_the_tables_of_the_records_are_in_step() -> None:
    page = reference.PAGE.read_text(encoding="utf-8")
    assert reference.refreshed(page, SCHEMAS) == page, "run `python -m docs.reference`"


def test_every_part_of_every_file_has_a_table() -> None:
    page = reference.PAGE.read_text(encoding="utf-8")
    tables = set(re.findall(r"<!-- table: (\S+) -->", page))
    assert tables == {file if file == name else f"{file}/{name}" for file, name, _ in SECTIONS}


@pytest.mark.parametrize(
    ("file", "section", "key", "node"),
    [
        (file, section, key, node)
        for file, section, part in SECTIONS
        for key, node in part["properties"].items()
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_example_is_one_that_an_editor_accepts(
    file: str, section: str, key: str, node: dict[str, Any]
) -> None:
    shown = reference.example(section, key, node, SCHEMAS[file]["$defs"])
    if shown is None:
        assert node.get("$ref") or "patternProperties" in node
        return
    jsonschema.Draft202012Validator({**node, "$defs": SCHEMAS[file]["$defs"]}).validate(shown)


def test_every_example_is_of_a_key_that_exists() -> None:
    keys = {f"{section}.{key}" for _, section, part in SECTIONS for key in part["properties"]}
    assert reference.EXAMPLES.keys() - keys == set()


def test_a_change_of_a_schema_changes_its_table() -> None:
    page = "before\n<!-- table: groups -->\nold\n<!-- end -->\nafter\n"
    schema = {
        "properties": {
            "size": {"type": "integer", "minimum": 1, "maximum": 9, "default": 4, "description": "How many."}
        },
        "$defs": {},
    }
    assert reference.refreshed(page, {"groups": schema}) == (
        "before\n<!-- table: groups -->\n"
        "| key | takes | left out | example | meaning |\n|---|---|---|---|---|\n"
        "| `size` | 1 to 9 | `4` | `4` | How many. |\n"
        "<!-- end -->\nafter\n"
    )


def test_the_picture_is_in_step_with_what_was_recorded() -> None:
    recorded = picture.RECORDED.read_text(encoding="utf-8")
    assert picture.draw(recorded) == picture.PICTURE.read_text(encoding="utf-8"), (
        "run `python -m docs.picture`"
    )


def test_the_picture_needs_nothing_from_elsewhere() -> None:
    text = picture.PICTURE.read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert set(re.findall(r"https?://[^\s\"')]+", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@font-face|<script|@import|url\((?!#)", text)


def test_the_scenes_of_the_picture_are_cut_out_of_what_the_demo_printed() -> None:
    printed = (
        "\r\n3. Open a change\r\nno\r\n\r\n\x1b[1m4. Preview it\x1b[0m\r\n  yes\r\n   (5.9 s)\r\n\r\n"
        "5. Apply what was approved\r\nyes\r\n\r\n6. Apply again\r\nno\r\n\r\nDone in 51 s.\r\n"
    )
    assert (
        picture.scenes(printed) == "\x1b[1m4. Preview it\x1b[0m\n  yes\n\n5. Apply what was approved\nyes\n"
    )


def test_the_picture_shows_the_first_three_steps_of_each_runbook() -> None:
    steps = "".join(f"          step {number}\n" for number in range(1, 6))
    preview = f"4. Preview it\n        runbook, 5 steps:\n{steps}    - Lee, okta\n        runbook, 2 steps:\n"
    shown = picture.scenes(f"{preview}          one\n          two\n  end\n")
    assert [line.strip() for line in shown.splitlines()[1:]] == [
        "runbook, 5 steps:",
        "step 1",
        "step 2",
        "step 3",
        "…",
        "- Lee, okta",
        "runbook, 2 steps:",
        "one",
        "two",
        "end",
    ]


def test_the_picture_shows_one_client_of_a_preview() -> None:
    heads = [f"{name} (key), 2026-11-22 14:51 EST: 3 people, 4 accounts, 1 group" for name in ("One", "Two")]
    printed = (
        f"5. Preview it\n{heads[0]}\n  end\n{heads[1]}\n  end\n   (1.0 s)\n\n6. Ask the directories\nyes\n"
    )
    shown = picture.scenes(printed)
    assert shown == f"5. Preview it\n{heads[0]}\n  end\n\n6. Ask the directories\nyes\n"
