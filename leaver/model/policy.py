"""What client.yaml says about policies: their levels, and the facts that some of them need."""

from __future__ import annotations

from enum import StrEnum

from leaver.model.types import Flag, Period, Record, Text


class Level(StrEnum):
    """What a break of a policy does."""

    ADVISORY = "advisory"
    """It is shown."""
    MANDATORY = "mandatory"
    """It is a problem: the records are not sound until it is mended."""
    DISABLED = "disabled"
    """The policy is not looked at."""


class NdaSettings(Record):
    """Who needs a signed non-disclosure agreement beside the groups that require one (NIST SP 800-53 PS-6)."""

    everyone: Flag = False
    """Nobody has an account without one."""
    employee_types: tuple[Text, ...] = ()
    """Nobody of these employee types has an account without one."""
    review: Period | None = None
    """An agreement older than this is to be looked at again; left out, never."""
