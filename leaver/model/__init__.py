"""The typed records: the only form of a client's YAML that the rest of Leaver sees.

Everything here is a frozen value. Reading files is `leaver.source`; what follows from the records at a moment
is `leaver.lifecycle` and `leaver.desired`.
"""

from leaver.model.client import (
    Client,
    ClientSettings,
    DirectorySettings,
    EntraSettings,
    Longest,
    OktaSettings,
)
from leaver.model.departure import ON_CALL, Departure, DepartureKind, Hold, Tick
from leaver.model.group import Group, Membership
from leaver.model.licence import Licence
from leaver.model.limits import (
    LONGEST_OVERRIDE,
    AllDayLimits,
    AllLimits,
    Bound,
    DayLimits,
    HeldRole,
    Limits,
    Override,
    Protected,
)
from leaver.model.moment import MomentError, local, parse_moment
from leaver.model.period import Period, PeriodError
from leaver.model.person import Nda, Person, Profile
from leaver.model.policy import Level, NdaSettings
from leaver.model.runbook import HandTask, Runbook
from leaver.model.term import GroupTerm, RoleTerm, name_of, terms

__all__ = [
    "LONGEST_OVERRIDE",
    "ON_CALL",
    "AllDayLimits",
    "AllLimits",
    "Bound",
    "Client",
    "ClientSettings",
    "DayLimits",
    "Departure",
    "DepartureKind",
    "DirectorySettings",
    "EntraSettings",
    "Group",
    "GroupTerm",
    "HandTask",
    "HeldRole",
    "Hold",
    "Level",
    "Licence",
    "Limits",
    "Longest",
    "Membership",
    "MomentError",
    "Nda",
    "NdaSettings",
    "OktaSettings",
    "Override",
    "Period",
    "PeriodError",
    "Person",
    "Profile",
    "Protected",
    "RoleTerm",
    "Runbook",
    "Tick",
    "local",
    "name_of",
    "parse_moment",
    "terms",
]
