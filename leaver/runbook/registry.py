"""All steps, by the kind of directory that they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from leaver.runbook import entra, okta
from leaver.runbook.step import Step

KINDS: Mapping[Literal["entra", "okta"], tuple[Step, ...]] = {"entra": entra.STEPS, "okta": okta.STEPS}


def step_names() -> frozenset[str]:
    """The names of all steps; one that both kinds of directories have is one name."""
    return frozenset(step.name for steps in KINDS.values() for step in steps)
