"""Whose account an object ID is, by what was written down of it."""

from __future__ import annotations

from leaver.evidence.entry import Kind
from leaver.evidence.store import Evidence


def account_owners(store: Evidence, client: str) -> dict[tuple[str, str], str]:
    """The person key by (directory key, account ID): of before-images and of returns, the last one that tells of it.

    Raises EvidenceError.
    """
    found: dict[tuple[str, str], str] = {}
    for each in store.read(client):
        entry = each.entry
        if entry.kind not in (Kind.BEFORE, Kind.RETURN) or entry.person is None or entry.directory is None:
            continue
        account = entry.seen.get("account")
        if isinstance(account, str) and account:
            found[entry.directory, account] = entry.person
    return found
