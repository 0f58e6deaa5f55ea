"""A plan for a terminal: lines with the role that decides their colour."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from leaver.escape import terminal
from leaver.plan.outline import Outline, Part, Topic, outline
from leaver.plan.plan import Plan

_FOLDED = (Topic.STAYS,)
"""What a terminal shows as a number: `leaver check` lists it."""


class Role(StrEnum):
    """What a line is."""

    TITLE = "title"
    TAKES = "takes"
    GIVES = "gives"
    CHANGES = "changes"
    REFUSES = "refuses"
    PLAIN = "plain"


_ROLES = {"-": Role.TAKES, "+": Role.GIVES, "=": Role.GIVES, "~": Role.CHANGES}


def lines(plan: Plan) -> Iterator[tuple[Role, str]]:
    """The plan's lines; nothing in them can harm a terminal."""
    found = outline(plan)
    for role, line in _lines(found):
        yield role, terminal(line)


def _lines(found: Outline) -> Iterator[tuple[Role, str]]:
    yield Role.TITLE, found.title
    if found.parts or found.gone or found.plan.bounds:
        yield Role.PLAIN, f"plan {found.plan.short_hash} (sha256 {found.plan.hash})"
    for part in found.parts:
        yield Role.PLAIN, ""
        yield from _part(part)
    if found.gone or found.limits:
        yield Role.PLAIN, ""
        for line in (*found.gone, *found.limits):
            yield Role.PLAIN, line
    if found.refusals:
        yield Role.PLAIN, ""
        yield Role.REFUSES, "refused:"
        for refusal in found.refusals:
            for line in refusal.splitlines():
                yield Role.REFUSES, f"  {line}"


def _part(part: Part) -> Iterator[tuple[Role, str]]:
    yield Role.TITLE, part.title
    for person in part.told.people:
        yield _ROLES.get(person.verb.mark, Role.PLAIN), f"  {person.verb.mark} {person.said}"
        for line in person.lines:
            yield Role.PLAIN, f"      {line}"
    for topic, block in part.blocks:
        if topic in _FOLDED:
            yield Role.PLAIN, f"  {topic.value}: {len(block):,}, see `leaver check`"
            continue
        yield Role.PLAIN, f"  {topic.value}:"
        for line in block:
            yield _ROLES.get(line[:1], Role.PLAIN), f"    {line}"
