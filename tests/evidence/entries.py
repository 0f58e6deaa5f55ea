"""Entries to write, and chains to spoil."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from leaver.evidence import Entry, Findings, Kind, Outcome, SigningKey, Stored
from leaver.evidence.chain import START, head_of, seal
from leaver.evidence.keys import PublicKeys
from leaver.evidence.verify import Check

NOW = datetime(2026, 11, 27, 22, 0, 4, 211902, tzinfo=UTC)
KEY = SigningKey.parse("c29tZSBrZXkgdGhhdCBpcyBmb3IgdGVzdHMgb25seSE=")
"""Somebody's, and the same in every test."""
OTHER = SigningKey.parse("YW5vdGhlciBrZXkgdGhhdCBpcyBmb3IgdGVzdHMuLi4=")
KEYS: PublicKeys = {KEY.id: KEY.public}


def step(name: str = "revoke", **more: Any) -> Entry:
    """One step of Dana's departure from acme."""
    stated: dict[str, Any] = {
        "kind": Kind.STEP,
        "client": "acme",
        "at": NOW,
        "person": "dana.reyes",
        "directory": "entra",
        "step": name,
        "outcome": Outcome.DONE,
        "agreed": NOW - timedelta(seconds=4),
    }
    return Entry(**{**stated, **more})


def chain(*entries: Entry, key: SigningKey | None = KEY) -> list[Stored]:
    """The entries in a chain."""
    found: list[Stored] = []
    for entry in entries:
        found.append(seal(entry, len(found) + 1, found[-1].sha256 if found else START, key))
    return found


def head(stored: list[Stored], key: SigningKey | None = KEY) -> bytes:
    """The checkpoint of a chain."""
    return head_of("acme", len(stored), stored[-1].sha256 if stored else START, key).text


def look(
    lines: list[bytes], checkpoint: bytes | None, keys: PublicKeys = KEYS, anchor: str | None = None
) -> Findings:
    """What a verification of these lines finds."""
    return Check("acme", "acme.jsonl", keys, anchor).lines(lines).findings(checkpoint, "acme.head")


def faults(found: Findings) -> list[str]:
    return [f"{each.place}: {each.subject}: {each.fault}" for each in found.problems]


texts = st.text(max_size=30)
moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | moments,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
optional = st.none() | texts
entries = st.builds(
    Entry,
    kind=st.sampled_from(Kind),
    client=st.just("acme"),
    at=moments,
    person=optional,
    directory=optional,
    step=optional,
    outcome=st.none() | st.sampled_from(Outcome),
    why=texts,
    agreed=st.none() | moments,
    asked_by=optional,
    approved_by=st.lists(texts, max_size=3).map(tuple),
    commit=optional,
    plan=optional,
    seen=st.dictionaries(texts, values, max_size=4),
    request_id=optional,
    directory_date=st.none() | moments,
)
