"""Finding what was changed, taken out, put in, reordered or cut off. Pure: lines in, findings out.

Whoever can write the files can rewrite an unsigned chain from its first line to its last, and delete it whole. What
is found then needs something from outside: the public keys, or a hash that was noted elsewhere (`anchor`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leaver.errors import Place, Problem
from leaver.evidence.chain import START, Head, Stored, parse_head, parse_line
from leaver.evidence.entry import Entry, Kind
from leaver.evidence.keys import PublicKeys, verified

_KEEP = "Keep the file as it is, and compare it with a copy from elsewhere."
TORN = "The next entry moves it aside by itself."


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at one client's chain showed. `count` and `sha256` are of the chain's last sound line."""

    client: str
    count: int = 0
    sha256: str = START
    signed: Mapping[str, int] = field(default_factory=dict)
    """How many lines each key signed."""
    unsigned: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    """What is no fault of the chain, and should be known."""

    @property
    def ok(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "ok": self.ok,
            "count": self.count,
            "head": self.sha256,
            "signed": dict(self.signed),
            "unsigned": self.unsigned,
            "problems": [str(each) for each in self.problems],
            "notes": list(self.notes),
        }


class Check:
    """One look at one chain: give it the lines, then ask for the findings.

    `file` names the chain in messages. `keys` are the public keys that are trusted; without any, signatures are
    not looked at, and the findings say so.
    """

    def __init__(self, client: str, file: str, keys: PublicKeys, anchor: str | None = None) -> None:
        self._client = client
        self._file = file
        self._keys = keys
        self._anchor = anchor
        self._anchored = anchor is None
        self._problems: list[Problem] = []
        self._notes: list[str] = []
        self._signed: Counter[str] = Counter()
        self._unsigned = 0
        self._unsigned_first = 0
        self._expected = 1
        self._previous: str | None = START
        self._count, self._sha256 = 0, START
        self._at_head: dict[int, str] = {}
        self._lines = 0

    def lines(self, lines: Iterable[bytes]) -> Check:
        """Look at the chain's lines, without their line breaks, in the order in which they stand."""
        for number, line in enumerate(lines, 1):
            self._lines = number
            self._line(number, line)
        return self

    def torn(self, length: int) -> Check:
        """There is something, of so many bytes, behind the last line break."""
        what = f"{length} bytes without a line break at the end"
        self._notes.append(f"{self._file}: {what}: a line whose writing was cut off. {TORN}")
        return self

    def _line(self, place: int, line: bytes) -> None:
        try:
            stored = parse_line(line)
        except ValueError as fault:
            self._fault(place, f"entry {self._expected}", str(fault), _KEEP)
            # The line after it tells which number and hash this one had.
            self._expected += 1
            self._previous = None
            return
        subject = f"entry {stored.number}"
        if stored.number != self._expected:
            self._fault(place, subject, self._misplaced(stored.number), _KEEP)
        elif self._previous is not None and stored.previous != self._previous:
            stray = "does not follow the entry before it: that one was changed, replaced or taken out"
            self._fault(place, subject, stray, _KEEP)
        if stored.entry.client != self._client:
            self._fault(place, subject, f'is of the client "{stored.entry.client}"', _KEEP)
        self._signature(place, subject, stored)
        if stored.entry.kind is Kind.CHAIN:
            self._remark(place, subject, stored.entry)
        self._expected, self._previous = stored.number + 1, stored.sha256
        self._count, self._sha256 = stored.number, stored.sha256
        self._at_head[stored.number] = stored.sha256
        self._anchored = self._anchored or stored.sha256 == self._anchor

    def _remark(self, place: int, subject: str, entry: Entry) -> None:
        """What the chain says of its own damage: what is gone stays a fault for good, what was torn is none."""
        if entry.step in ("missing", "headless"):
            self._fault(place, subject, f"says: {entry.why}", _KEEP)
        else:
            self._notes.append(f"{self._file}:{place}: {subject}: {entry.why}")

    def _misplaced(self, number: int) -> str:
        if number < self._expected:
            return f"stands where entry {self._expected} should be: it was moved, or written twice"
        missing = f"entries {self._expected} to {number - 1} are"
        if number == self._expected + 1:
            missing = f"entry {self._expected} is"
        return f"stands where entry {self._expected} should be: {missing} missing here"

    def _signature(self, place: int, subject: str, stored: Stored) -> None:
        if stored.key is None or stored.signature is None:
            self._unsigned += 1
            if not self._signed:
                self._unsigned_first += 1
            else:
                self._fault(place, subject, "is not signed, and entries before it are", _KEEP)
            return
        self._signed[stored.key] += 1
        self._check_key(place, subject, stored.key, stored.sha256.encode(), stored.signature)

    def _check_key(self, place: int, subject: str, key: str, message: bytes, signature: str) -> None:
        if not self._keys:
            return
        if key not in self._keys:
            remedy = "Name its public key in the list of --keys if it is yours."
            self._fault(place, subject, f"is signed with the key {key}, which is not trusted", remedy)
        elif not verified(self._keys[key], message, signature):
            self._fault(place, subject, f"has a signature that the key {key} did not make", _KEEP)

    def findings(self, head: bytes | None, head_file: str) -> Findings:
        """All that was found, given the text of the checkpoint as well."""
        if head is not None:
            try:
                self._head(parse_head(head), head_file)
            except ValueError as fault:
                self._fault(0, "checkpoint", str(fault), _KEEP, head_file)
        elif self._lines:
            self._fault(0, "checkpoint", "is missing, so entries may be too", _KEEP, head_file)
        if not self._anchored:
            gone = "is the hash of no entry here: lines were cut off, or the chain was written anew"
            self._fault(0, f"{self._anchor}", gone, _KEEP)
        self._tell_signatures()
        return Findings(
            self._client,
            self._count,
            self._sha256,
            dict(sorted(self._signed.items())),
            self._unsigned,
            tuple(sorted(self._problems)),
            tuple(self._notes),
        )

    def _head(self, head: Head, file: str) -> None:
        if head.client != self._client:
            self._fault(0, "checkpoint", f'is of the client "{head.client}"', _KEEP, file)
        if head.key is not None and head.signature is not None:
            self._check_key_of_head(head, file)
        elif self._signed:
            self._fault(0, "checkpoint", "is not signed, and entries are", _KEEP, file)
        if head.count > self._count:
            ends = f"the chain ends with entry {self._count}, and there were {head.count}: lines were cut off"
            self._fault(self._lines, f"entry {head.count}", ends, _KEEP)
        elif self._at_head.get(head.count, START) != head.sha256:
            other = f"is another one than the checkpoint has ({head.sha256})"
            self._fault(0, f"entry {head.count}", other, _KEEP)
        elif head.count < self._count:
            more = "not in the checkpoint: their writing was cut off just before its end"
            self._notes.append(f"{self._file}: {self._count - head.count} of the last entries are {more}.")

    def _check_key_of_head(self, head: Head, file: str) -> None:
        before = len(self._problems)
        self._check_key(0, "checkpoint", head.key or "", head.signed, head.signature or "")
        for index in range(before, len(self._problems)):
            found = self._problems[index]
            self._problems[index] = Problem(Place(file), found.subject, found.fault, found.remedy)

    def _tell_signatures(self) -> None:
        if self._signed and not self._keys:
            self._fault(0, "signatures", "cannot be checked without public keys", "Name them with --keys.")
        if self._keys and not self._signed and self._lines:
            self._fault(0, "signatures", "there are none, and there is a key", _KEEP)
        elif self._unsigned_first and self._signed:
            self._notes.append(
                f"{self._file}: the first {self._unsigned_first} entries are not signed themselves; the "
                "signatures after them cover them."
            )
        elif self._unsigned and not self._signed:
            self._notes.append(
                f"{self._file}: no entry is signed: whoever can write the files can write the chain anew."
            )

    def _fault(self, line: int, subject: str, fault: str, remedy: str, file: str = "") -> None:
        place = Place(file or self._file, line, 1 if line else 0)
        self._problems.append(Problem(place, subject, fault, remedy))
