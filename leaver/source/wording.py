"""What pydantic found wrong with a record, in the house's words: fault with its values, and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from leaver.model import types
from leaver.model.checks import File
from leaver.model.limits import HASH_PATTERN, PLAN_PATTERN
from leaver.model.nearest import hint
from leaver.model.shown import quoted, shown
from leaver.source.reader import Bare, Path
from leaver.source.records import keys_at

_PATTERNS: dict[str, tuple[str, str]] = {
    HASH_PATTERN: (
        "is not a hash of losses",
        'Copy the line from the refusal: "sha256:" and 32 hexadecimal digits.',
    ),
    PLAN_PATTERN: (
        "is not the approval of a plan",
        'Copy the line from the refusal of `leaver preview --since`: "sha256:" and 64 hexadecimal digits.',
    ),
    types.KEY_PATTERN: (
        "is not a key",
        "Write at most 64 lower-case letters, digits, dots and hyphens, a letter or digit at both ends.",
    ),
    types.TEXT_PATTERN: ("is not one line of text", "Write it on one line, without control characters."),
    types.USERNAME_PATTERN: ("is not a username", 'Write it like "dana.reyes@acme.example".'),
    types.EMAIL_PATTERN: ("is not an e-mail address", 'Write it like "on-call@msp.example".'),
    types.OWNER_PATTERN: (
        "names nobody",
        'Write "on-call", the key of a person, or an e-mail address.',
    ),
    types.APPROVER_PATTERN: (
        "is not an account, a team or an e-mail address",
        'Write it like "@msp/acme-approvers" or "dana.reyes@acme.example".',
    ),
    types.DOMAIN_PATTERN: ("is not a domain", 'Write it in lower case, like "acme.example".'),
    types.TENANT_PATTERN: (
        "is not a tenant ID",
        'Write the UUID in lower case, like "11111111-2222-3333-4444-555555555555".',
    ),
    types.COUNTRY_PATTERN: ("is not a country code", 'Write two capital letters (ISO 3166-1), like "GB".'),
    types.SKU_PATTERN: (
        "is not a product",
        'Write its part number, like "SPE_E3", or its ID (GET /subscribedSkus of Microsoft Graph).',
    ),
}


@dataclass(frozen=True, slots=True)
class Worded:
    """One fault: the path of the value in the file, whether its key is meant, what is wrong, what to do."""

    path: Path
    at_key: bool
    fault: str
    remedy: str


def worded(error: ErrorDetails, data: Any, file: File) -> Worded:
    """Put `error`, found in the `data` of a file of this kind, into words."""
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    path, missing = _path(error["loc"], data)
    if kind == "missing":
        return Worded(path, False, _in(path, f"lacks `{missing}`"), f"Add `{missing}:`.")
    if kind == "extra_forbidden":
        key = str(path[-1])
        remedy = f"Correct it{hint(key, keys_at(file, path[:-1]))}, or remove it."
        return Worded(path, True, f'"{shown(key)}" is not a key here', remedy)
    if error["loc"][-1:] == ("[key]",):
        _, remedy = _PATTERNS[types.KEY_PATTERN]
        return Worded(path, True, f'"{shown(str(path[-1]))}" is not a key', remedy)
    if kind == "leaver":
        return Worded(path, False, _in(path, str(context["fault"])), str(context["remedy"]))
    say = _WORDS.get(kind, _other)
    fault, remedy = say(given, context)
    return Worded(path, False, _in(path, fault), remedy)


def _path(loc: tuple[int | str, ...], data: Any) -> tuple[Path, str]:
    """The part of `loc` that is in `data`, and the name of the missing key at its end.

    What pydantic adds to a path, the kind of a directory and the mark of a key, is left out.
    """
    path: list[str | int] = []
    inside = (*loc[:2], *loc[3:]) if loc[:1] == ("directories",) else loc
    for step in inside:
        in_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if in_list or (isinstance(data, dict) and step in data):
            data = data[step]
            path.append(step)
    return tuple(path), str(loc[-1]) if loc else ""


def _in(path: Path, fault: str) -> str:
    """`fault`, after the field of the record that it is about."""
    name = field_name(path)
    return f"`{name}` {fault}" if name else fault


def field_name(path: Path) -> str:
    """`departure.at`, `groups[1]`: the path inside its record; nothing for the record itself."""
    inner = path[2:] if len(path) > 1 and path[0] in ("people", "groups") else path
    name = ""
    for step in inner:
        name += f"[{step}]" if isinstance(step, int) else f".{shown(step)}" if name else shown(step)
    return name


def _wrong_kind(wanted: str, remedy: str) -> Callable[[Any, dict[str, Any]], tuple[str, str]]:
    def say(given: Any, _: dict[str, Any]) -> tuple[str, str]:
        if isinstance(given, Bare | bool) and wanted == "a text":
            return f"is a bare {shown(given)}, not a text", "Write it in quotes, or the text that is meant."
        return f"is {quoted(given)}, not {wanted}", remedy

    return say


def _pattern(given: Any, context: dict[str, Any]) -> tuple[str, str]:
    fault, remedy = _PATTERNS.get(context["pattern"], ("has another form than it must have", "Correct it."))
    return f"{quoted(given)} {fault}", remedy


def _choice(given: Any, context: dict[str, Any]) -> tuple[str, str]:
    choices = str(context.get("expected") or context.get("expected_tags")).replace("'", '"')
    if " or " not in choices:
        choices = " or ".join(choices.rsplit(", ", 1))
    return f"is {quoted(given)}", f"Write {choices}."


def _size(given: Any, context: dict[str, Any]) -> tuple[str, str]:
    if "max_length" in context:
        count = f"{len(given)} characters long" if isinstance(given, str) else f"{len(given)} long"
        return f"is {count}", f"{context['max_length']} is the most."
    if isinstance(given, str):
        return "is an empty text", "Write a text, or remove the key."
    return "is empty", "Write at least one, or remove the key."


def _other(given: Any, _: dict[str, Any]) -> tuple[str, str]:
    return f"{quoted(given)} is not accepted here", "See docs/schema for what is."


_TEXT = _wrong_kind("a text", "Write one text.")
_LIST = _wrong_kind("a list", "Write it in brackets, like [one, two].")
_MAPPING = _wrong_kind("a mapping", 'Write "key: value" lines, indented below it.')
_TRUTH = _wrong_kind("true or false", "Write true or false, without quotes.")
_WORDS: dict[str, Callable[[Any, dict[str, Any]], tuple[str, str]]] = {
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_short": _size,
    "string_too_long": _size,
    "string_pattern_mismatch": _pattern,
    "too_short": _size,
    "too_long": _size,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "bool_type": _TRUTH,
    "literal_error": _choice,
    "enum": _choice,
    "union_tag_invalid": lambda given, context: _choice(_kind_of(given), context),
    "union_tag_not_found": lambda given, _: (
        ("lacks `kind`", "Add `kind: entra` or `kind: okta`.")
        if isinstance(given, dict)
        else _MAPPING(given, {})
    ),
    "greater_than_equal": lambda given, context: (f"is {shown(given)}", f"{context['ge']} is the least."),
    "less_than_equal": lambda given, context: (f"is {shown(given)}", f"{context['le']} is the most."),
}


def _kind_of(given: Any) -> Any:
    return given.get("kind") if isinstance(given, dict) else given
