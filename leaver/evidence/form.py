"""An entry as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from leaver.evidence.canonical import moment, parse_moment, plain, text
from leaver.evidence.entry import Entry, Kind, Outcome

_TEXTS = ("person", "directory", "step", "asked_by", "commit", "plan", "request_id")
_MOMENTS = ("agreed", "directory_date")
_LATENESS = "lateness_ms"
_FIELDS = {"kind", "client", "at", "outcome", "why", "approved_by", "seen", _LATENESS, *_TEXTS, *_MOMENTS}


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """Plain data with one canonical form. What is None or empty is left out; moments are in UTC.

    `lateness_ms` is told for whoever reads it without Leaver: `at` minus `agreed`, in whole milliseconds.

    Raises:
        ValueError: a moment has no zone.
    """
    data: dict[str, Any] = {"kind": entry.kind.value, "client": text(entry.client), "at": moment(entry.at)}
    for name in _TEXTS:
        if (value := getattr(entry, name)) is not None:
            data[name] = text(value)
    for name in _MOMENTS:
        if (value := getattr(entry, name)) is not None:
            data[name] = moment(value)
    if entry.outcome is not None:
        data["outcome"] = entry.outcome.value
    if entry.why:
        data["why"] = text(entry.why)
    if entry.approved_by:
        data["approved_by"] = [text(each) for each in entry.approved_by]
    if entry.seen:
        data["seen"] = plain(entry.seen)
    if entry.lateness is not None:
        data[_LATENESS] = entry.lateness // timedelta(milliseconds=1)
    return data


def entry_from_json(data: Any) -> Entry:
    """The reverse of `entry_to_json`.

    Raises:
        ValueError: it is not what `entry_to_json` writes; says what is wrong.
    """
    if not isinstance(data, Mapping):
        raise ValueError("is no mapping")
    if unknown := sorted(data.keys() - _FIELDS):
        raise ValueError(f"has the unknown field {unknown[0]!r}")
    if missing := sorted({"kind", "client", "at"} - data.keys()):
        raise ValueError(f"has no {missing[0]}")
    for name in ("client", "why", *_TEXTS):
        if name in data and not isinstance(data[name], str):
            raise ValueError(f"has a {name} that is no text")
    approved, seen = data.get("approved_by", []), data.get("seen", {})
    if not isinstance(approved, list) or not all(isinstance(each, str) for each in approved):
        raise ValueError("has an approved_by that is no list of texts")
    if not isinstance(seen, Mapping):
        raise ValueError("has a seen that is no mapping")
    entry = Entry(
        kind=Kind(data["kind"]),
        client=data["client"],
        at=parse_moment(data["at"]),
        outcome=Outcome(data["outcome"]) if "outcome" in data else None,
        why=data.get("why", ""),
        approved_by=tuple(approved),
        seen=seen,
        agreed=parse_moment(data["agreed"]) if "agreed" in data else None,
        directory_date=parse_moment(data["directory_date"]) if "directory_date" in data else None,
        **{name: data.get(name) for name in _TEXTS},
    )
    if entry_to_json(entry) != data:
        raise ValueError("is not in the form in which Leaver writes it")
    return entry
