"""The JSON Schemas of the records' files, for editors: made of the same types that the loader uses."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from leaver.model import Level, Period
from leaver.model.types import TEXT_PATTERN
from leaver.policy import POLICIES
from leaver.source.records import EXAMPLES, FILES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas (draft 2020-12) by file name: client.json, groups.json, people.json, overrides.json, limits.json.

    A schema takes nothing that is null: for the loader an absent key and an empty one are two things.
    """
    found = {}
    for kind, record in FILES.items():
        schema = _tidy(record.model_json_schema(schema_generator=_Generator))
        schema |= {"title": f"{kind}.yaml", "examples": [EXAMPLES[kind]]}
        if kind == "client":
            schema["properties"]["policies"] = _policies(schema["properties"]["policies"])
        found[f"{kind}.json"] = {"$schema": DIALECT, **schema}
    return found


def _policies(levels: dict[str, Any]) -> dict[str, Any]:
    """The policies by name, so that an editor completes them."""
    known = {
        policy.name: {
            "enum": [level.value for level in Level],
            "default": policy.level.value,
            "description": policy.requires,
        }
        for policy in POLICIES
    }
    return {
        "description": levels["description"],
        "type": "object",
        "properties": known,
        "additionalProperties": False,
    }


class _Generator(GenerateJsonSchema):
    """Says defaults as they are written in YAML."""

    def encode_default(self, dft: Any) -> Any:
        """`30 days`, not the parts of it."""
        return str(dft) if isinstance(dft, Period) else super().encode_default(dft)


def _tidy(node: Any) -> Any:
    """`node` without null, and closed to keys of another form."""
    if isinstance(node, list):
        return [_tidy(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    tidy = {key: _tidy(inner) for key, inner in node.items() if key != "discriminator"}
    if tidy.get("default", ...) is None:
        del tidy["default"]
    if tidy.get("type") == "string" and tidy.get("pattern") == TEXT_PATTERN:
        # `00417` without quotes is a number to an editor, and the text it is to the loader.
        tidy["type"] = ["string", "number"]
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    choices = [choice for choice in tidy.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        del tidy["anyOf"]
        tidy = {**choices[0], **tidy}
    return tidy
