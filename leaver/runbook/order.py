"""In which order the steps of one account act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from leaver.runbook.step import Step

ENDING = frozenset({"disable", "suspend", "revoke-sessions", "sessions"})
"""Steps that end access. What comes after them goes ahead where they fail: ended sessions without a disabled account
are better than neither, and a device that still syncs is not spared because a session could not be ended."""


class Circle(ValueError):
    """Steps wait for each other; the message names them."""


def tiers(steps: Iterable[Step], further: Mapping[str, Sequence[str]] = {}) -> list[list[Step]]:
    """The steps in tiers: those of a tier act at the same time, and each tier waits for the one before.

    `further` adds to a step's own `after`. Steps that are not among `steps` are not waited for. Raises Circle.
    """
    chosen = {step.name: step for step in steps}
    waits = {name: predecessors(step, further) & chosen.keys() for name, step in chosen.items()}
    found: list[list[Step]] = []
    while waits:
        ready = [name for name, names in waits.items() if not names & waits.keys()]
        if not ready:
            raise Circle(", ".join(sorted(_in_a_circle(waits))))
        found.append([chosen[name] for name in ready])
        for name in ready:
            del waits[name]
    return found


def predecessors(step: Step, further: Mapping[str, Sequence[str]]) -> set[str]:
    """The names of all steps that must be over before `step`."""
    return {*step.after, *further.get(step.name, ())}


def _in_a_circle(waits: Mapping[str, set[str]]) -> set[str]:
    """The names without those that only wait for a circle."""
    left = {name: names & waits.keys() for name, names in waits.items()}
    while idle := [name for name in left if not any(name in names for names in left.values())]:
        for name in idle:
            del left[name]
    return set(left)
