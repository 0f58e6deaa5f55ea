"""Keep the tables of docs/permissions.md in step with the runbook's steps.

    python -m docs.permissions

Each step declares what its calls need, and what may be said of it in client.yaml: the tables say nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, cast

from leaver.runbook.entra import SETTINGS
from leaver.runbook.permissions import EVERY_RUN, LICENCES, RETURNS, ROLES, SIGN_INS, needed
from leaver.runbook.registry import KINDS
from leaver.runbook.step import Step

PAGE = Path(__file__).resolve().parent / "permissions.md"
Kind = Literal["entra", "okta"]
_OF_OKTA = frozenset({"devices"})
"""Steps of both kinds whose settings mean something to Okta only; those of all others are Entra's."""


def refreshed(page: str) -> str:
    """`page` with every table between `<!-- table: NAME/KIND -->` and `<!-- end -->` made anew."""
    before, *parts = page.split("<!-- table: ")
    made = [before]
    for part in parts:
        title = part.partition(" -->")[0]
        after = part.partition("<!-- end -->")[2]
        name, _, kind = title.partition("/")
        rows = TABLES[name](cast(Kind, kind))
        made.append(f"{title} -->\n" + "\n".join(map(_row, rows)) + f"\n<!-- end -->{after}")
    return "<!-- table: ".join(made)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def permissions(kind: Kind) -> Iterator[tuple[str, ...]]:
    """Each permission: what it is for, and what needs it."""
    yield "permission", "for what", "needed by"
    yield "---", "---", "---"
    on_request = {step.name for step in KINDS[kind] if step.on_request}
    steps = {step.name for step in KINDS[kind]}
    for need in needed(kind, KINDS[kind], uses=(ROLES, LICENCES, SIGN_INS, RETURNS)):
        by = [
            f"`{each}`" + (" on request" if each in on_request else "") if each in steps else f"**{each}**"
            for each in need.by
        ]
        yield f"`{need.permission}`", "; ".join(need.purposes), ", ".join(by)


def steps(kind: Kind) -> Iterator[tuple[str, ...]]:
    """Each step: what it does, when it is taken, what may be said of it, and what it waits for."""
    yield "step", "what it does", "taken", "settings", "waits for"
    yield "---", "---", "---", "---", "---"
    for step in KINDS[kind]:
        known = SETTINGS.get(step.name, {}) if (step.name in _OF_OKTA) == (kind == "okta") else {}
        settings = "; ".join(f"`{name}`: {words}" for name, (_, words) in known.items())
        waits = ", ".join(f"`{name}`" for name in step.after)
        yield f"`{step.name}`", step.title, _taken(step), settings or "–", waits or "–"


def _taken(step: Step) -> str:
    return "on request" if step.on_request else "always"


def every_run(kind: Kind) -> Iterator[tuple[str, ...]]:
    """What runs need without any step: the least a client must grant."""
    yield "permission", "for what"
    yield "---", "---"
    by_name: dict[str, list[str]] = {}
    for _, permission in EVERY_RUN[kind]:
        by_name.setdefault(permission.name, []).append(permission.purpose)
    for name, purposes in by_name.items():
        yield f"`{name}`", "; ".join(purposes)


TABLES: Mapping[str, Callable[[Kind], Iterator[tuple[str, ...]]]] = {
    "permissions": permissions,
    "steps": steps,
    "every-run": every_run,
}


def main(arguments: list[str]) -> None:
    if arguments:
        sys.exit(__doc__)
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
