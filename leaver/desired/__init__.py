"""What should be true of a client at a given moment: a pure function of records, memory and `now`."""

from leaver.desired.change import (
    TAKES_AWAY,
    Change,
    ChangeReport,
    Effect,
    NotApproved,
    PolicyBreak,
    Restored,
    refuse_unapproved,
)
from leaver.desired.compute import desired, next_change
from leaver.desired.ended import StillHeld, leave_ended
from leaver.desired.memory import Memory, Remembered
from leaver.desired.state import Desired, DesiredAccount, DesiredGroup, Removal

__all__ = [
    "TAKES_AWAY",
    "Change",
    "ChangeReport",
    "Desired",
    "DesiredAccount",
    "DesiredGroup",
    "Effect",
    "Memory",
    "NotApproved",
    "PolicyBreak",
    "Remembered",
    "Removal",
    "Restored",
    "StillHeld",
    "desired",
    "leave_ended",
    "next_change",
    "refuse_unapproved",
]
