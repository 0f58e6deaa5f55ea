"""Policies: rules of good order over sound records. Pure; one definition for records, resources and more.

What the loader refuses is unsound and is never run. What breaks a policy is sound, and wrong: the policy's level
at the client says whether that is shown or is a problem.
"""

from leaver.policy.catalogue import (
    NAMES,
    POLICIES,
    check_names,
    level_of,
    on_authors,
    on_records,
    on_resources,
    on_sign_ins,
)
from leaver.policy.rule import (
    Break,
    DeclaredAccount,
    DeclaredGroup,
    Policy,
    Resources,
    SignIn,
    Violation,
)

__all__ = [
    "NAMES",
    "POLICIES",
    "Break",
    "DeclaredAccount",
    "DeclaredGroup",
    "Policy",
    "Resources",
    "SignIn",
    "Violation",
    "check_names",
    "level_of",
    "on_authors",
    "on_records",
    "on_resources",
    "on_sign_ins",
]
