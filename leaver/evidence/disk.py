"""Evidence in files: JSON Lines, one file a client, whole again after a kill at any byte.

`<client>.jsonl` is the chain, `<client>.head` its checkpoint, `<client>.torn` what was cut off and moved aside (in
`<client>.cut` until the chain says so), `<client>.lock` whose turn it is, and `keys` the public keys of those who
signed. All are their owner's alone: 0600, in a folder of 0700.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from leaver.errors import UsageError
from leaver.evidence import files, verify
from leaver.evidence.chain import START, Head, Stored, head_of, parse_head, parse_line
from leaver.evidence.entry import Entry
from leaver.evidence.errors import EvidenceError
from leaver.evidence.keys import PublicKeys, SigningKey, public_line, read_public
from leaver.evidence.resume import end_of, remarks, sealed
from leaver.evidence.store import Evidence, checked, followed
from leaver.evidence.verify import Check, Findings

_KEYS = "keys"
_APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class DiskEvidence(Evidence):
    """Evidence in the files of a folder."""

    def __init__(self, folder: Path, key: SigningKey | None = None, secrets: Collection[str] = ()) -> None:
        super().__init__(key, secrets)
        self._folder = folder
        self._remembered = key is None

    def path(self, client: str, kind: str = "jsonl") -> Path:
        """The file of a client: of the chain, or of the kind `head`, `torn`, `cut` or `lock`."""
        return self._folder / f"{checked(client)}.{kind}"

    def _append(self, client: str, entries: list[Entry]) -> tuple[Stored, ...]:
        try:
            files.make_folder(self._folder)
            if not self._remembered:
                self._remember(self._own())
                self._remembered = True
            with files.locked(self.path(client, "lock")):
                descriptor = self._open(client)
                try:
                    return self._write(client, descriptor, entries)
                finally:
                    os.close(descriptor)
        except OSError as error:
            raise files.fault(self.path(client), error, "written") from None

    def _open(self, client: str) -> int:
        path, head = self.path(client), self.path(client, "head")
        fresh = not path.exists()
        if fresh and not head.exists():
            # First the checkpoint: a chain without one has lost it.
            files.replace(head, head_of(client, 0, START, self._key).text)
        descriptor = os.open(path, _APPEND, 0o600)
        if fresh:
            files.sync_folder(self._folder)
        return descriptor

    def _write(self, client: str, descriptor: int, entries: list[Entry]) -> tuple[Stored, ...]:
        size = os.fstat(descriptor).st_size
        whole = files.last_break(descriptor, size)
        end = end_of(
            files.lines_backwards(descriptor, whole), whole, self._head_or_none(client), self._known()
        )
        if end.size < size:
            self._cut_off(client, descriptor, end.size, size)
        torn = files.read_bytes(self.path(client, "cut"))
        stored = sealed(end, [*remarks(client, end, torn, entries[0].at), *entries], self._key)
        try:
            files.write_all(descriptor, b"".join(each.line + b"\n" for each in stored))
            os.fsync(descriptor)
            head = head_of(client, stored[-1].number, stored[-1].sha256, self._key)
            files.replace(self.path(client, "head"), head.text)
        except OSError:
            # All or nothing. Where even this fails, whoever writes next finds a torn line.
            with suppress(OSError):
                os.ftruncate(descriptor, end.size)
                os.fsync(descriptor)
            raise
        if torn is not None:
            self._keep(client, torn)
        return tuple(stored[-len(entries) :])

    def _cut_off(self, client: str, descriptor: int, start: int, end: int) -> None:
        """Move what is behind the chain's end to a file of its own, before it is taken off the chain."""
        path = self.path(client, "cut")
        earlier = files.read_bytes(path) or b""
        files.replace(path, earlier + os.pread(descriptor, end - start, start) + b"\n")
        os.ftruncate(descriptor, start)
        os.fsync(descriptor)

    def _keep(self, client: str, torn: bytes) -> None:
        """What was cut off is noted in the chain now: keep it with what was before."""
        with suppress(OSError):
            # Where this fails the next one does it, and notes it a second time.
            aside = os.open(self.path(client, "torn"), _APPEND, 0o600)
            try:
                files.write_all(aside, torn)
                os.fsync(aside)
            finally:
                os.close(aside)
            self.path(client, "cut").unlink()

    def _remember(self, keys: PublicKeys) -> None:
        with files.locked(self._folder / f"{_KEYS}.lock"):
            try:
                known = self._listed()
            except UsageError:
                # Verification tells of it; nothing is put behind what nobody can read.
                return
            if new := [public_line(key) for id_, key in keys.items() if id_ not in known]:
                before = files.read_bytes(self._folder / _KEYS) or b""
                files.replace(self._folder / _KEYS, before + "\n".join([*new, ""]).encode())

    def _known(self) -> PublicKeys:
        """The keys by which the checkpoint is believed: a list that somebody spoilt must not stop what is written."""
        with suppress(UsageError):
            return self.keys()
        return self._own()

    def keys(self) -> PublicKeys:
        return {**self._listed(), **self._own()}

    def _own(self) -> PublicKeys:
        return {self._key.id: self._key.public} if self._key else {}

    def _listed(self) -> PublicKeys:
        path = self._folder / _KEYS
        return read_public(path) if path.exists() else {}

    def clients(self) -> tuple[str, ...]:
        try:
            # Either of the two: a chain that lost its checkpoint is to be found, too.
            found = [*self._folder.glob("*.head"), *self._folder.glob("*.jsonl")]
            return tuple(sorted({path.stem for path in found}))
        except OSError as error:
            raise files.fault(self._folder, error, "read") from None

    def head(self, client: str) -> Head | None:
        path = self.path(client, "head")
        try:
            found = files.read_bytes(path)
            return None if found is None else parse_head(found)
        except OSError as error:
            raise files.fault(path, error, "read") from None
        except ValueError as fault:
            raise EvidenceError(f"{path}: the checkpoint {fault}. See: leaver evidence verify") from None

    def _head_or_none(self, client: str) -> Head | None:
        try:
            return self.head(client)
        except EvidenceError:
            return None

    def read(self, client: str) -> Iterator[Stored]:
        for number, line in enumerate(self.lines(client), 1):
            try:
                yield parse_line(line)
            except ValueError as fault:
                place = f"{self.path(client)}:{number}"
                raise EvidenceError(f"{place}: {fault}. See: leaver evidence verify {client}") from None

    def lines(self, client: str) -> Iterator[bytes]:
        path = self.path(client)
        try:
            size, _, _ = self._snapshot(client)
            if size:
                yield from files.lines_of(path, size)
        except OSError as error:
            raise files.fault(path, error, "read") from None

    def _snapshot(self, client: str) -> tuple[int, bytes, bytes | None]:
        """The chain as it is between two appends: how long it is, what is cut off behind it, and the checkpoint.

        What is written once never changes, so the lines themselves can be read while others write.
        """
        with files.locked_if_there(self.path(client, "lock")):
            head = files.read_bytes(self.path(client, "head"))
            try:
                descriptor = files.open_plain(self.path(client))
            except FileNotFoundError:
                return 0, b"", head
            try:
                size = os.fstat(descriptor).st_size
                whole = files.last_break(descriptor, size)
                return whole, os.pread(descriptor, size - whole, whole), head
            finally:
                os.close(descriptor)

    def verify(self, client: str, *, keys: PublicKeys | None = None, anchor: str | None = None) -> Findings:
        path = self.path(client)
        check = Check(client, str(path), self.keys() if keys is None else keys, anchor)
        try:
            size, tail, text = self._snapshot(client)
            if size:
                check.lines(files.lines_of(path, size))
        except OSError as error:
            raise files.fault(path, error, "read") from None
        if tail:
            check.torn(len(tail))
        return check.findings(text, str(self.path(client, "head")))

    def restore(self, client: str, lines: Iterable[bytes], head: Head, keys: PublicKeys) -> int:
        path, whole = self.path(client), list(lines)
        # Nothing is touched for the sake of a chain that is not sound.
        list(followed(client, (), whole, head))
        try:
            files.make_folder(self._folder)
            with files.locked(self.path(client, "lock")):
                descriptor = self._open(client)
                try:
                    new = self._take_over(client, descriptor, whole, head)
                finally:
                    os.close(descriptor)
            self._remember(keys)
        except OSError as error:
            raise files.fault(path, error, "written") from None
        return new

    def _take_over(self, client: str, descriptor: int, lines: Iterable[bytes], head: Head) -> int:
        size = os.fstat(descriptor).st_size
        if files.last_break(descriptor, size) != size:
            raise EvidenceError(f"{client}: the last line here is cut off. {verify.TORN}")
        new = list(followed(client, files.lines_of(self.path(client), size), lines, head))
        try:
            files.write_all(descriptor, b"".join(line + b"\n" for line in new))
            os.fsync(descriptor)
            files.replace(self.path(client, "head"), head.text)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
        return len(new)
