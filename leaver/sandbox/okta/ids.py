"""Okta-shaped identifiers: 20 characters, a prefix that tells the kind, growing with creation."""

from __future__ import annotations

import sqlite3

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUFFIX = "5d7"
_LENGTH = 20

USER = "00u"
GROUP = "00g"
APP = "0oa"
API_TOKEN = "00T"  # noqa: S105
ROLE = "ra1"
GRANT = "oag"
REFRESH_TOKEN = "oar"  # noqa: S105
DEVICE = "guo"
FACTOR = "opf"
SESSION = "102"
TYPE = "oty"
ORG = "00o"
RULE = "0pr"


def spell(prefix: str, number: int) -> str:
    """The identifier of the `number`-th object; sorts as the numbers do."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return prefix + digits.rjust(_LENGTH - len(prefix) - len(_SUFFIX), "0") + _SUFFIX


def reserve(db: sqlite3.Connection, count: int) -> int:
    """Take `count` numbers that no other object has; answers the first of them."""
    last: int = db.execute(
        "UPDATE okta_sequence SET last = last + ? WHERE one = 1 RETURNING last", (count,)
    ).fetchone()[0]
    return last - count + 1


def fresh(db: sqlite3.Connection, prefix: str) -> str:
    """An identifier no other object has, in any org."""
    return spell(prefix, reserve(db, 1))
