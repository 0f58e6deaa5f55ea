"""Reading Okta's answers: what is documented, or BadReply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from leaver.escape import line
from leaver.runbook.step import Ask, BadReply, Case, Seen

USER = "user"
"""The key of the answer that shows the account; every step shares it."""

DEPROVISIONED = "DEPROVISIONED"
_STATUS = re.compile(r"[A-Z_]{1,40}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")

Row = Mapping[str, Any]


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")


def path_of(case: Case, *rest: str) -> str:
    """The path of the account, or of what is beneath it."""
    return "/".join(["/api/v1/users", segment(case.account), *rest])


def ask_user(case: Case) -> Ask:
    """The account itself."""
    return Ask(USER, path_of(case), fine=(404,))


def exists(seen: Seen) -> bool:
    """Whether Okta knows the account."""
    return seen[USER].status != 404


def user(case: Case, seen: Seen) -> Row:
    """The account as Okta shows it, which is that of this case. Raises BadReply."""
    row = an_object(seen[USER].data, USER)
    if row.get("id") != case.account:
        raise BadReply(f"{USER}: it is about another account")
    return row


def status(case: Case, seen: Seen) -> str:
    """The account's status (Okta: user status). Raises BadReply."""
    found = user(case, seen).get("status")
    if not isinstance(found, str) or not _STATUS.fullmatch(found):
        raise BadReply(f"{USER}: no status")
    return found


def deprovisioned(case: Case, seen: Seen) -> bool:
    return status(case, seen) == DEPROVISIONED


def an_object(data: Any, key: str) -> Row:
    """A JSON object. Raises BadReply."""
    if not isinstance(data, dict):
        raise BadReply(f"{key}: not an object")
    return data


def rows(seen: Seen, key: str) -> list[Row]:
    """The rows of a list. Raises BadReply."""
    data = seen[key].data
    if not isinstance(data, list):
        raise BadReply(f"{key}: not a list")
    return [an_object(row, key) for row in data]


def identity(row: Row, key: str, name: str = "id") -> str:
    """An ID in a row. Raises BadReply: what has no sound ID cannot be taken away."""
    found = row.get(name)
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise BadReply(f"{key}: a row without {name}")
    return found


def word(row: Row, key: str, name: str) -> str:
    """A text that decides what is done, such as a type or a scope. Raises BadReply."""
    found = row.get(name)
    if not isinstance(found, str) or not found:
        raise BadReply(f"{key}: a row without {name}")
    return found


def inner(row: Row, name: str) -> Row:
    """An object within a row; empty where there is none."""
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def label(row: Row, *names: str) -> str:
    """What people call it: the first of these texts that is there, else its ID."""
    for name in (*names, "id"):
        found = row.get(name)
        if isinstance(found, str) and found.strip():
            return line(found, 120)
    return "without a name"
