"""What was read back, as lines for people; what a person had before, by sort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leaver.evidence.chain import Stored
from leaver.evidence.report.facts import Facts
from leaver.evidence.report.values import Had

_SHOWN = 12
"""Names of one list, and lines of one step: the chain has them all."""
_LONGEST = 200
_NAMES = ("name", "app", "licence", "displayName", "title")
"""The keys by which steps name a thing, the best one first."""
_STATE = "State of the account"


def had(images: Sequence[Stored], facts: Facts) -> Iterator[Had]:
    """What the first before-image of each directory holds; later ones were taken when some of it was gone."""
    first: dict[str, Stored] = {}
    for each in images:
        first.setdefault(each.entry.directory or "", each)
    for directory, stored in first.items():
        held = stored.entry.seen.get("has")
        pictures = held if isinstance(held, Mapping) else {}
        state: list[str] = []
        for step, picture in pictures.items():
            for key, value in picture.items() if isinstance(picture, Mapping) else [("", picture)]:
                if key == "unknown":
                    yield Had(
                        directory=directory, what=facts.title(str(step)), names=(f"not known: {value}",)
                    )
                elif isinstance(value, list | tuple):
                    what = facts.title(str(step)) if key in ("left", "") else _label(str(key))
                    if names := tuple(_name(each) for each in value):
                        yield Had(directory=directory, what=what, names=names)
                else:
                    state += [f"{_label(str(key)).lower()} {text}" for _, text in _leaves(value, "")]
        if state:
            yield Had(directory=directory, what=_STATE, names=tuple(state))


def lines(seen: Mapping[str, Any]) -> list[str]:
    """`now, groups: none`: each value that was read back on a line of its own, the deeper ones by their path."""
    found = [f"{path}: {value}" if path else value for path, value in _leaves(seen, "")]
    if len(found) > _SHOWN:
        return [*found[:_SHOWN], f"and {len(found) - _SHOWN} more lines in the evidence"]
    return found


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if not value and path:
            yield path, "none"
        for key, each in value.items():
            label = str(key).replace("_", " ")
            yield from _leaves(each, f"{path}, {label}" if path else label)
    elif isinstance(value, list | tuple):
        yield path, _listed([_name(each) for each in value])
    else:
        yield path, _said(value)


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _name(value: Any) -> str:
    """What a thing is called: by its name, else by the first text that is no ID."""
    if isinstance(value, Mapping):
        for key in _NAMES:
            if isinstance(value.get(key), str):
                return _said(value[key])
        texts = [each for key, each in value.items() if isinstance(each, str) and not str(key).endswith("id")]
        return _said(texts[0]) if texts else "; ".join(f"{p}: {v}" if p else v for p, v in _leaves(value, ""))
    if isinstance(value, list | tuple):
        return _listed([_name(each) for each in value])
    return _said(value)


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _label(key: str) -> str:
    text = key.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]
