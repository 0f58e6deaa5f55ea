"""What a change of the records does: a pure comparison of two states, its canonical form, and how it is told.

- `compare(before, after)`: what differs at one client, at every moment, whatever moment it is now.
- `Plan`: the changes of all clients, with findings and limits; `hash` is over the canonical form.
- `told(change, now)`: the same in words, as seen at a moment.
- `text`, `markdown`, `page` and `document` show a plan to people, to a forge, to a browser, to programs.
"""

from leaver.plan.changes import (
    AccountChange,
    ClientChange,
    FieldChange,
    GroupChange,
    MomentChange,
    PersonChange,
)
from leaver.plan.compare import compare, digests_of
from leaver.plan.plan import EngineView, FoundBreak, LimitUse, Plan, Standing
from leaver.plan.timeline import Access, Item, Shift, Span
from leaver.plan.told import ToldClient, ToldPerson, told
from leaver.plan.verbs import Verb, seen

__all__ = [
    "Access",
    "AccountChange",
    "ClientChange",
    "EngineView",
    "FieldChange",
    "FoundBreak",
    "GroupChange",
    "Item",
    "LimitUse",
    "MomentChange",
    "PersonChange",
    "Plan",
    "Shift",
    "Span",
    "Standing",
    "ToldClient",
    "ToldPerson",
    "Verb",
    "compare",
    "digests_of",
    "seen",
    "told",
]
