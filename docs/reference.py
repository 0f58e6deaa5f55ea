"""Keep the tables of docs/records.md in step with the JSON Schemas in docs/schema.

    python -m docs.reference

The schemas are made of the types that the loader uses (`leaver schema`), so the tables say what the loader does.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leaver.model import types
from leaver.model.limits import HASH_PATTERN, PLAN_PATTERN
from leaver.model.moment import PATTERN as MOMENT
from leaver.model.period import PATTERN as PERIOD
from leaver.model.runbook import SETTING

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "records.md"
Schema = Mapping[str, Any]

_WORDS = {
    types.KEY_PATTERN: "key",
    types.TEXT_PATTERN: "text",
    types.USERNAME_PATTERN: "username",
    types.EMAIL_PATTERN: "e-mail address",
    types.OWNER_PATTERN: "key or e-mail address",
    types.APPROVER_PATTERN: "`@account`, `@org/team` or e-mail address",
    types.DOMAIN_PATTERN: "domain",
    types.TENANT_PATTERN: "UUID",
    types.COUNTRY_PATTERN: "two letters",
    types.SKU_PATTERN: "part number or UUID",
    MOMENT: "moment",
    PERIOD: "period",
    HASH_PATTERN: "hash",
    PLAN_PATTERN: "hash",
}
_SECTIONS = {
    "EntraSettings": "[Entra directory](#an-entra-directory)",
    "OktaSettings": "[Okta directory](#an-okta-directory)",
    "Limits": "[limits](#limits)",
    "Bound": "[bound](#a-bound)",
    "DayLimits": "[limits of a day](#limits-of-a-day)",
    "AllDayLimits": "[limits of a day](#limits-of-a-day-over-all-clients)",
    "Protected": "[protected](#protected)",
    "HeldRole": "[held role](#a-role-that-keeps-its-holders)",
    "Override": "[override](#an-override)",
    "Longest": "[longest](#longest)",
    "NdaSettings": "[nda](#nda-of-a-client)",
    "Licence": "[licence](#a-licence)",
    "Group": "[group](#a-group)",
    "Person": "[person](#a-person)",
    "Nda": "[nda](#nda-of-a-person)",
    "Departure": "[departure](#departure)",
    "Runbook": "[runbook](#runbook)",
    "HandTask": "[task](#a-task-by-hand)",
    "Tick": "[tick](#a-task-that-is-done)",
    "Hold": "[hold](#hold)",
    "GroupTerm": "[group for a time](#a-group-or-role-for-a-time)",
    "RoleTerm": "[role for a time](#a-group-or-role-for-a-time)",
}
EXAMPLES: Mapping[str, Any] = {
    "client.name": "Acme Robotics",
    "client.directories": {
        "entra": {"kind": "entra", "tenant": "11111111-2222-3333-4444-555555555555", "domain": "acme.example"}
    },
    "client.was": "acme-robotics",
    "Protected.accounts": ["break.glass@acme.example"],
    "Protected.roles": [{"role": "Global Administrator", "at least": 2}],
    "overrides.overrides": [
        {
            "losses": "sha256:9f2c4b1d7a60e83512cf0a9be4d7716c",
            "reason": "The night shift ends, HD-4822",
            "expires": "2026-11-25 12:00 +00:00",
        }
    ],
    "HeldRole.role": "Global Administrator",
    "HeldRole.holders": ["lee.park"],
    "Bound.removals": 25,
    "Bound.percent": 50,
    "Override.losses": "sha256:9f2c4b1d7a60e83512cf0a9be4d7716c",
    "Override.reason": "The night shift ends, HD-4822",
    "Override.expires": "2026-11-25 12:00 +00:00",
    "client.policies": {"has-manager": "mandatory"},
    "client.on call": "on-call@msp.example",
    "client.notice groups": ["leaving"],
    "client.licences": {"m365-e3": {"sku": "SPE_E3", "seats": 25}},
    "Licence.sku": "SPE_E3",
    "Licence.directory": "entra",
    "Licence.seats": 25,
    "client.temporary": ["contractor", "intern"],
    "client.approvers": ["@msp/acme-approvers"],
    "EntraSettings.tenant": "11111111-2222-3333-4444-555555555555",
    "EntraSettings.domain": "acme.example",
    "OktaSettings.base url": "oktapreview.com",
    "OktaSettings.domain": "acme.example",
    "NdaSettings.employee types": ["contractor"],
    "Group.name": "Acme Finance",
    "Group.directory": "entra",
    "Group.description": "Reads the ledgers",
    "Group.owner": "ilse.vandermeer",
    "Group.separate from": ["payroll"],
    "Group.seats": 25,
    "Person.name": "Dana Reyes",
    "Person.given name": "Dana",
    "Person.family name": "Reyes",
    "Person.title": "Controller",
    "Person.department": "Finance",
    "Person.company": "Acme Robotics",
    "Person.office": "Boston",
    "Person.employee id": "00417",
    "Person.employee type": "contractor",
    "Person.mobile": "+1 617 555 0142",
    "Person.street": "12 Harbor Street",
    "Person.city": "Boston",
    "Person.state": "MA",
    "Person.postal code": "02110",
    "Person.country": "US",
    "Person.usage location": "US",
    "Person.language": "en-US",
    "Person.cost center": "CC-200",
    "Person.division": "Operations",
    "Person.username": "dana.reyes@acme.example",
    "Person.usernames": {"okta": "dana.reyes@acme-retail.example"},
    "Person.accounts": ["entra"],
    "Person.was": "dana.miller",
    "Person.manager": "ilse.vandermeer",
    "Person.groups": ["finance", {"group": "payroll", "until": "2027-01-29 18:00"}],
    "Person.roles": [{"role": "User Administrator", "until": "2026-12-04 18:00"}],
    "Person.licences": ["m365-e3"],
    "Person.owner": "ilse.vandermeer",
    "Nda.document": "NDA-2024-017",
    "Departure.hold": "until released",
    "Override.plan": "sha256:4be1a7c09d3f8265e14b70a9c2d85f361f0e9b7a6c5d4832810fe6a7bd94c05e",
    "Departure.released by": "Kim Osei <kim.osei@msp.example>",
    "Departure.reason": "call from HR, 16:40",
    "Departure.ticket": "HD-4711",
    "Departure.handover": "ilse.vandermeer",
    "Hold.owner": "on-call",
    "HandTask.title": "Take the door badge",
    "HandTask.owner": "on-call",
    "Runbook.steps": {"apps": False, "devices": {"action": "suspend"}},
    "Tick.by": "Kim Osei <kim.osei@msp.example>",
    "Tick.note": "receipt 4711",
    "GroupTerm.group": "payroll",
    "RoleTerm.role": "User Administrator",
}
"""Examples by `<section>.<key>` where the schema has none and its form gives none."""
_MEANINGS = {
    "Person.given name": "The first name; Okta needs one, and takes it from `name` where this is left out.",
    "Person.family name": "The last name; as above.",
    "Person.department": "The department.",
    "Person.company": "The company, as the directory shows it.",
    "Person.office": "Where they work.",
    "Person.employee id": "The client's own number; text, so that `00417` stays `00417`.",
    "Person.mobile": "The mobile number.",
    "Person.street": "The street address.",
    "Person.city": "The city.",
    "Person.state": "The state or province.",
    "Person.postal code": "The postal code; text.",
    "Person.cost center": "The cost centre.",
    "Person.division": "The division.",
    "Person.nda": "The signed agreement.",
    "Person.departure": "How and when access ends.",
    "Group.description": "The description in the directory; left out, that of the directory stays.",
    "EntraSettings.kind": "That it is Microsoft Entra ID.",
    "OktaSettings.kind": "That it is Okta.",
    "client.limits": "What one run, and any 24 hours, may take away at most.",
    "client.protected": "What no change by Leaver may take away, not even a release.",
    "client.longest": "How long access for a time may last.",
    "client.nda": "Who needs an agreement, and for how long one is good.",
}


def refreshed(page: str, schemas: Mapping[str, Schema]) -> str:
    """`page` with every table between `<!-- table: FILE[/PART] -->` and `<!-- end -->` made anew."""
    before, *parts = page.split("<!-- table: ")
    made = [before]
    for part in parts:
        name = part.partition(" -->")[0]
        after = part.partition("<!-- end -->")[2]
        file, _, section = name.partition("/")
        schema = schemas[file]
        rows = _rows(section or file, schema["$defs"][section] if section else schema, schema["$defs"])
        made.append(f"{name} -->\n" + "\n".join(rows) + f"\n<!-- end -->{after}")
    return "<!-- table: ".join(made)


def example(section: str, key: str, node: Schema, defs: Mapping[str, Schema]) -> Any:
    """An example of the value; None for a mapping that has a section of its own."""
    if f"{section}.{key}" in EXAMPLES:
        return EXAMPLES[f"{section}.{key}"]
    if "$ref" in node:
        node = {**_target(node, defs), **node}
    if node.get("examples"):
        return node["examples"][0]
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return next((word for word in node["enum"] if word != node.get("default")), None)
    if node.get("type") == "boolean":
        return True
    return node["default"] if node.get("type") == "integer" else None


def _rows(section: str, node: Schema, defs: Mapping[str, Schema]) -> Iterator[str]:
    yield "| key | takes | left out | example | meaning |"
    yield "|---|---|---|---|---|"
    required = node.get("required", ())
    for key, value in node["properties"].items():
        left_out = "refused" if key in required else _default(value)
        shown = example(section, key, value, defs)
        meaning = value.get("description") or _MEANINGS[f"{section}.{key}"]
        cells = [
            f"`{key}`",
            _takes(value, defs),
            left_out,
            "" if shown is None else f"`{_inline(shown)}`",
            meaning,
        ]
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _target(node: Schema, defs: Mapping[str, Schema]) -> Schema:
    found: Schema = defs[node["$ref"].rpartition("/")[2]]
    return found


def _takes(node: Schema, defs: Mapping[str, Schema]) -> str:
    if "$ref" in node:
        return _SECTIONS.get(node["$ref"].rpartition("/")[2]) or _takes(_target(node, defs), defs)
    if "oneOf" in node:
        return " or ".join(_takes(choice, defs) for choice in node["oneOf"])
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return " or ".join(f"`{word}`" for word in node["enum"])
    if "anyOf" in node:
        return " or ".join(_takes(choice, defs) for choice in node["anyOf"])
    match node["type"]:
        case "boolean":
            return "`true` or `false`"
        case "integer":
            low, high = node["minimum"], node["maximum"]
            return f"{low} to {high:,}"
        case "array":
            return f"list: {_takes(node['items'], defs)}"
        case "object" if SETTING in node.get("patternProperties", {}):
            return "settings by name"
        case "object" if "patternProperties" in node:
            return f"by key: {_takes(next(iter(node['patternProperties'].values())), defs)}"
        case "object":
            return "by name: " + _takes(next(iter(node["properties"].values())), defs)
    if node.get("format") == "date":
        return "day"
    return _WORDS.get(node["pattern"]) or ("day or moment" if MOMENT in node["pattern"] else "text")


def _default(node: Schema) -> str:
    default = node.get("default")
    if isinstance(default, Mapping) and all(isinstance(value, int) for value in default.values()):
        return f"`{_inline(default)}`" if default else "–"
    if default is None or default == [] or isinstance(default, Mapping):
        return "–"
    return f"`{_inline(default)}`"


def _inline(value: Any) -> str:
    """A value as one writes it in YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if str(value).startswith("@") else str(value)


def committed() -> dict[str, Schema]:
    """The schemas in docs/schema, by the file that they are of."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (DOCS / "schema").glob("*.json")
    }


def main(arguments: list[str]) -> None:
    if arguments:
        sys.exit(__doc__)
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8"), committed()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
