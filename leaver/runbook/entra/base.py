"""What all steps for Microsoft Entra ID share: reading Microsoft Graph's answers strictly, and the account itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal

from leaver.actions.answer import moment
from leaver.actions.call import segment
from leaver.escape import line
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Reply, Seen, Step

ACCOUNT = "account"
COLLEAGUE = "colleague"
MAILBOX = "mailbox"

_ACCOUNT = (
    "id,userPrincipalName,displayName,accountEnabled,onPremisesSyncEnabled,mail,"
    "signInSessionsValidFromDateTime,lastPasswordChangeDateTime,licenseAssignmentStates"
)
_COLLEAGUE = "id,userPrincipalName,displayName,accountEnabled,mail"

READ_USERS = Permission("User.Read.All", "read the account and its colleague")


def user_path(case: Case) -> str:
    """The account's address on Graph v1.0."""
    return f"/v1.0/users/{segment(case.account)}"


def account_ask(case: Case) -> Ask:
    """The account, shared by all steps (learn.microsoft.com/graph/api/user-get)."""
    return Ask(ACCOUNT, f"{user_path(case)}?$select={_ACCOUNT}", fine=(404,))


def colleague_ask(case: Case) -> Ask:
    """The colleague who takes over, by username; only where the case names one."""
    name = segment(case.handover or "")
    return Ask(COLLEAGUE, f"/v1.0/users/{name}?$select={_COLLEAGUE}", fine=(404,))


def mailbox_ask(case: Case) -> Ask:
    """The mailbox's settings (learn.microsoft.com/graph/api/user-get-mailboxsettings); 404: there is no mailbox."""
    return Ask(MAILBOX, f"{user_path(case)}/mailboxSettings", fine=(404,))


def reply(seen: Seen, key: str) -> Reply:
    """The answer under a key. Raises BadReply when there is none."""
    if key not in seen:
        raise BadReply(f"{key}: there is no answer")
    return seen[key]


def fields(seen: Seen, key: str) -> Mapping[str, Any] | None:
    """The object in an answer; None for a 404. Raises BadReply for anything else than an object."""
    found = reply(seen, key)
    if found.status == 404:
        return None
    if not isinstance(found.data, dict):
        raise BadReply(f"{key}: the answer is no object")
    return found.data


def rows(seen: Seen, key: str) -> list[Mapping[str, Any]]:
    """The rows of a list, each an object with an ID of its own. Raises BadReply for anything else."""
    found = reply(seen, key)
    if found.status == 404:
        # An index that lags behind is no proof that nothing is there.
        raise BadReply(f"{key}: 404 for an account that exists")
    if not isinstance(found.data, list):
        raise BadReply(f"{key}: the answer is no list")
    for row in found.data:
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"].strip():
            raise BadReply(f"{key}: a row of the list is no object with an id")
    # A row that moved while the pages were read comes twice.
    return list({row["id"]: row for row in found.data}.values())


def existing(seen: Seen, key: str) -> Mapping[str, Any]:
    """The object in an answer, which must be there. Raises BadReply."""
    found = fields(seen, key)
    if found is None:
        raise BadReply(f"{key}: 404 for an account that exists")
    return found


def flag(row: Mapping[str, Any], key: str, name: str) -> bool | None:
    """A boolean property, None where it is not set. Raises BadReply for anything else."""
    value = row.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadReply(f"{key}: {name} is no boolean")
    return value


def text(row: Mapping[str, Any], key: str, name: str) -> str | None:
    """A text property, None where it is not set or empty. Raises BadReply for anything else."""
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise BadReply(f"{key}: {name} is no text")
    return value or None


def needed(row: Mapping[str, Any], key: str, name: str) -> str:
    """A text property that must be there. Raises BadReply."""
    value = text(row, key, name)
    if value is None:
        raise BadReply(f"{key}: {name} is missing")
    return value


def texts(row: Mapping[str, Any], key: str, name: str) -> list[str]:
    """A list of texts, empty where it is not set. Raises BadReply for anything else."""
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadReply(f"{key}: {name} is no list of texts")
    return value


def objects(row: Mapping[str, Any], key: str, name: str) -> list[Mapping[str, Any]]:
    """A list of objects, empty where it is not set. Raises BadReply for anything else."""
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BadReply(f"{key}: {name} is no list of objects")
    return value


def when(row: Mapping[str, Any], key: str, name: str) -> datetime | None:
    """A moment, None where it is not set. Raises BadReply for anything else."""
    value = text(row, key, name)
    found = moment(value)
    if value is not None and found is None:
        raise BadReply(f"{key}: {name} is no moment with a zone")
    return found


def title(row: Mapping[str, Any], fallback: str | None = None) -> str:
    """What people call a thing: its display name on one line, else its ID."""
    return label(row, "displayName", 120) or fallback or line(str(row["id"]), 120)


def label(row: Mapping[str, Any], name: str, longest: int) -> str:
    """A property that people read, on one line; empty where it is no text."""
    value = row.get(name)
    return line(value, longest) if isinstance(value, str) else ""


def kind_of(row: Mapping[str, Any]) -> str:
    """The type of a directory object in a mixed list, such as "group"; empty where it is not said."""
    value = row.get("@odata.type")
    return value.rpartition(".")[2] if isinstance(value, str) else ""


def not_before(shown: datetime | None, cut: datetime) -> bool:
    """Whether a directory's time stamp, cut to whole seconds, is of the cut or later."""
    return shown is not None and shown >= cut.replace(microsecond=0)


def quoted(value: str) -> str:
    """A text as one literal argument of PowerShell: nothing in it is expanded or ends it."""
    shown = line(value, 256)
    # PowerShell takes the typographic single quotes for the same thing.
    for mark in "'\u2018\u2019\u201a\u201b":
        shown = shown.replace(mark, mark * 2)
    return f"'{shown}'"


def colleague(case: Case, seen: Seen) -> tuple[Mapping[str, Any] | None, str]:
    """The colleague who takes over, else why there is nobody."""
    if not case.handover:
        return None, "no colleague is named to hand over to"
    found = fields(seen, COLLEAGUE)
    if found is None:
        return None, f"{case.handover} has no account in this directory"
    if flag(found, COLLEAGUE, "accountEnabled") is not True:
        return None, f"the account of {case.handover} is disabled"
    if needed(found, COLLEAGUE, "id").lower() == case.account.lower():
        return None, f"{case.handover} is the account that is left"
    return found, ""


class EntraStep(Step):
    """A step whose reads all start from the account; without the account there is nothing to do."""

    kind: ClassVar[Literal["entra", "okta"]] = "entra"

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        """What the step reads beside the account; more where earlier answers ask for it."""
        return ()

    @abstractmethod
    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        """`left`, for an account that exists."""

    def why_not(self, case: Case, seen: Seen) -> str | None:
        """`skip`, for an account that exists and answers that are all there."""
        return None

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        """`notes`, for a step that applies and answers that are all there."""
        return ()

    def look(self, case: Case, seen: Seen) -> Sequence[Ask]:
        if gone(seen):
            return ()
        asks = {ask.key: ask for ask in (account_ask(case), *self.reads(case, seen))}
        return [ask for key, ask in asks.items() if key not in seen]

    def skip(self, case: Case, seen: Seen) -> str | None:
        if ACCOUNT not in seen or (not gone(seen) and self.look(case, seen)):
            return None
        return "the account does not exist any more" if gone(seen) else self.why_not(case, seen)

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:
        if gone(seen) or self.look(case, seen) or self.skip(case, seen):
            return ()
        return self.remarks(case, seen)

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        return () if gone(seen) else self.remaining(case, seen)


def gone(seen: Seen) -> bool:
    """Whether the directory answered that there is no such account."""
    return ACCOUNT in seen and seen[ACCOUNT].status == 404


def account(case: Case, seen: Seen) -> Mapping[str, Any]:
    """The account, which exists and is the case's. Raises BadReply."""
    found = fields(seen, ACCOUNT)
    if found is None:
        raise BadReply(f"{ACCOUNT}: the account does not exist")
    if needed(found, ACCOUNT, "id").lower() != case.account.lower():
        raise BadReply(f"{ACCOUNT}: the answer is about another account")
    return found


def synced(case: Case, seen: Seen) -> bool:
    """Whether an on-premises directory is the master of the account."""
    return flag(account(case, seen), ACCOUNT, "onPremisesSyncEnabled") is True


def one_each(items: Iterable[Item]) -> list[Item]:
    """Each key once, in order of first appearance."""
    return list({item.key: item for item in items}.values())
