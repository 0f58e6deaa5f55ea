"""How much may be taken away: losses, the limits on them, and what is protected. Pure.

`losses` compares two desired states, `losses_of` reads a live plan's report; `judge` holds either against one
client's limits, and `judge_all` a whole run against those over all clients. `faults` is what a comparison of records
must not do whatever its size; `unnamed` of it what it takes from people whose own records it leaves as they were.
`binding` are the bounds and the protection that hold for a comparison.
"""

from leaver.limits.binding import binding, raised
from leaver.limits.change import Homes, faults
from leaver.limits.judge import Fault, Judgement, LimitExceeded, Part, judge, judge_all
from leaver.limits.ledger import Ledger
from leaver.limits.loss import Kind, Loss, Size, digest, losses, losses_of, size
from leaver.limits.protection import Holders, Taking, break_glass, kept_roles, of_records, owners
from leaver.limits.rename import Who, emptied, renames, suspects, unnamed_renames, who
from leaver.limits.unnamed import unnamed
from leaver.limits.use import Use
from leaver.limits.wording import allowing, other_plan

__all__ = [
    "Fault",
    "Holders",
    "Homes",
    "Judgement",
    "Kind",
    "Ledger",
    "LimitExceeded",
    "Loss",
    "Part",
    "Size",
    "Taking",
    "Use",
    "Who",
    "allowing",
    "binding",
    "break_glass",
    "digest",
    "emptied",
    "faults",
    "judge",
    "judge_all",
    "kept_roles",
    "losses",
    "losses_of",
    "of_records",
    "other_plan",
    "owners",
    "raised",
    "renames",
    "size",
    "suspects",
    "unnamed",
    "unnamed_renames",
    "who",
]
