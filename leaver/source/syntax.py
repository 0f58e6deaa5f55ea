"""What libyaml says about a text that is not YAML, in words that name the remedy."""

from __future__ import annotations

from typing import Any

from leaver.source.text import Flaw

_INDENT = "Indent the keys of one record alike, two spaces deeper than the key above."
_QUOTE = "Put the text in quotes."
_OPEN_QUOTE = "found unexpected end of stream"
_WORDS = {
    "mapping values are not allowed in this context": (
        'has a ":" where no key can stand',
        'Correct the indentation, or put a text that has ": " in quotes.',
    ),
    "could not find expected ':'": ('has a key without ":"', 'Write "key: value".'),
    "did not find expected key": (
        "is indented unlike its neighbours, or a quote or bracket is open",
        _INDENT,
    ),
    "did not find expected '-' indicator": (
        "is no item of the list above",
        'Begin it with "- ", alike indented.',
    ),
    "did not find expected ',' or ']'": ('a list in brackets lacks "," or "]"', 'Write "[one, two]".'),
    "did not find expected ',' or '}'": ('a mapping in braces lacks "," or "}"', 'Write "{key: value}".'),
    "did not find expected node content": ("has nothing where a value must be", "Write the value."),
    _OPEN_QUOTE: ("a quote is opened and never closed", "Close it."),
    "found character that cannot start any token": ("a text begins with a sign that YAML reserves", _QUOTE),
    "found unknown escape character": (
        "has an escape that YAML does not know",
        "Use single quotes, in which nothing is escaped.",
    ),
    "block sequence entries are not allowed in this context": ('has a "-" where no list can begin', _INDENT),
    "block mapping entries are not allowed in this context": ("has a key where none can stand", _INDENT),
    "did not find expected <document start>": ("has text after the end of the document", _INDENT),
    "found undefined tag handle": ("has a tag", "Remove it; the field has a type."),
    "found incompatible YAML document": ("asks for another version of YAML", "Remove the %YAML line."),
}


def flaw_of(text: str, error: Any) -> Flaw:
    """The flaw that a `yaml.YAMLError` of libyaml means."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "no known form")
    # Of a quote that is never closed, the place where it opens helps more than the end of the file.
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    mark = (marks[1] if problem == _OPEN_QUOTE else marks[0]) or marks[0] or marks[1]
    if mark is None:
        return Flaw(0, 0, f"is not YAML ({problem})", "Correct the file.")
    fault, remedy = _WORDS.get(
        problem, (f"is not YAML ({problem})", "Correct the line, or the one before it.")
    )
    lines = text.split("\n")
    # libyaml counts the end of the file as a line of its own.
    line = min(mark.line, len(lines) - 1)
    column = mark.column if line == mark.line else len(lines[line])
    return Flaw(line + 1, column + 1, fault, remedy)
