"""Leaver's own clients of the directories' APIs: Microsoft Graph and Okta.

They read what is true before anything is declared and after it was done, and they cut access directly, in
seconds, with Pulumi or without it. Importing this package imports no HTTP library; `connect` does.
"""

from leaver.actions.connect import connect
from leaver.actions.credentials import (
    Credentials,
    EntraCredentials,
    OktaCredentials,
    credentials,
)
from leaver.actions.cut import Ended, cut, cut_policy, nothing_ended
from leaver.actions.cut_report import CutReport, DirectoryCut, Trouble, by_hand
from leaver.actions.errors import (
    BadAnswer,
    CallFailed,
    CredentialsMissing,
    Failing,
    Forbidden,
    Missing,
    Refused,
    SandboxNotRunning,
    Throttled,
    Unauthorised,
    Unreachable,
)
from leaver.actions.live import Live, LiveDirectory, read_live
from leaver.actions.release import Opener, ReleaseReport, Target, release
from leaver.actions.secret import Secret
from leaver.actions.types import Account, Directory, DirectoryGroup, Outcome, Sku

__all__ = [
    "Account",
    "BadAnswer",
    "CallFailed",
    "Credentials",
    "CredentialsMissing",
    "CutReport",
    "Directory",
    "DirectoryCut",
    "DirectoryGroup",
    "Ended",
    "EntraCredentials",
    "Failing",
    "Forbidden",
    "Live",
    "LiveDirectory",
    "Missing",
    "OktaCredentials",
    "Opener",
    "Outcome",
    "Refused",
    "ReleaseReport",
    "SandboxNotRunning",
    "Secret",
    "Sku",
    "Target",
    "Throttled",
    "Trouble",
    "Unauthorised",
    "Unreachable",
    "by_hand",
    "connect",
    "credentials",
    "cut",
    "cut_policy",
    "nothing_ended",
    "read_live",
    "release",
]
