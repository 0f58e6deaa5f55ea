"""Clients' own policies: identities/<client>/policies/*.py, run only when the trust configuration lists them.

A file defines `check(client, now)`, which yields a file ("client", "groups" or "people"), the path of a value in
it (record key first) and what is wrong; REMEDY, what to do; and perhaps LEVEL. `client` is what the YAML files
say, as mappings and lists. What runs is the very bytes whose hash was compared.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from leaver.errors import Place, Problem
from leaver.model import Client, Level
from leaver.model.finding import File
from leaver.model.types import TEXT_PATTERN
from leaver.source.estate import Estate
from leaver.source.files import IDENTITIES, FileFault, read_bytes
from leaver.source.judged import Judged
from leaver.source.trust import TRUSTED, Trust, trust

SECONDS = 20.0
_CHILD = Path(__file__).with_name("own_child.py")
_Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=TEXT_PATTERN)]


class _Answer(BaseModel):
    """What the code said."""

    failed: _Line | None = None
    level: Level | None = None
    remedy: _Line | None = None
    breaks: list[tuple[File, Annotated[list[str | int], Field(max_length=10)], _Line]] = []


def judged_own(estate: Estate, clients: Iterable[str], now: datetime) -> list[Judged]:
    """What the records of `clients` break, at `now`, of the policies in their folders.

    A file that is not listed, or listed with another hash, is not run and is a problem; so is one that fails.

    Raises:
        RecordsError: the trust configuration is not what it must be.
    """
    root = estate.root
    if root is None:
        return []
    files = {key: names for key in clients if (names := _files(root, key))}
    if not files:
        return []
    listed = trust(root)
    return [
        judged
        for key, names in files.items()
        for name in names
        for judged in _judge(estate, root, estate.clients[key], name, listed, now)
    ]


def _files(root: Path, client: str) -> list[str]:
    folder = f"{IDENTITIES}/{client}/policies"
    return sorted(f"{folder}/{path.name}" for path in (root / folder).glob("*.py"))


def _judge(
    estate: Estate, root: Path, client: Client, name: str, listed: Trust, now: datetime
) -> Iterator[Judged]:
    def problem(fault: str, remedy: str) -> Judged:
        own = f"own/{Path(name).stem}"
        found = Problem(Place(name), f'client "{client.key}"', f"{fault} ({own})", remedy)
        return Judged(found, Level.MANDATORY, own, ())

    try:
        code = read_bytes(root, name, f'client "{client.key}"')
    except FileFault as fault:
        yield problem(fault.problem.fault, fault.problem.remedy)
        return
    digest = f"sha256:{sha256(code).hexdigest()}"
    if listed.policies.get(name) != digest:
        known = "lists another content of it" if name in listed.policies else "does not list it"
        yield problem(
            f"the policy is not run: {TRUSTED} {known}",
            f"Read it, and let a maintainer write `{name}: {digest}` below `policies` there.",
        )
        return
    answer = _run(code, name, client, now)
    if isinstance(answer, str):
        yield problem(f"the policy failed: {answer}", "Correct it, and let a maintainer list its new hash.")
        return
    yield from _breaks(estate, client, name, answer)


def _breaks(estate: Estate, client: Client, name: str, answer: _Answer) -> Iterator[Judged]:
    own = f"own/{Path(name).stem}"
    records: dict[File, Any] = {"groups": client.groups, "people": client.people}
    nouns = {"groups": "group", "people": "person"}
    for file, path, fault in answer.breaks:
        known = file in records and bool(path) and path[0] in records[file]
        subject = f'{nouns[file]} "{path[0]}"' if known else f'client "{client.key}"'
        place = estate.place(client.key, file, *path) if known or file == "client" else Place(name)
        found = Problem(place, subject, f"{fault} ({own})", answer.remedy or f"See {name}.")
        yield Judged(found, answer.level or Level.MANDATORY, own, ())


def _run(code: bytes, name: str, client: Client, now: datetime) -> _Answer | str:
    """What the code says, or why it says nothing."""
    told = json.dumps(
        {
            "code": code.decode(errors="replace"),
            "name": name,
            "now": now.isoformat(),
            "client": {
                "key": client.key,
                "settings": _plain(client.settings),
                "groups": {key: _plain(group) for key, group in client.groups.items()},
                "people": {key: _plain(person) for key, person in client.people.items()},
            },
        }
    )
    with tempfile.TemporaryDirectory(prefix="leaver-policy-") as empty:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", "-B", str(_CHILD)],
                input=told,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                cwd=empty,
                # Nothing of the caller's environment: no credential, no proxy, no path.
                env={"LC_ALL": "C.UTF-8"},
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it took longer than {SECONDS:.0f} s"
    try:
        answer = _Answer.model_validate_json(done.stdout)
    except ValidationError:
        return "it ended without an answer" if done.returncode else "its answer is not what it must be"
    return answer.failed or answer


def _plain(record: BaseModel) -> Any:
    return record.model_dump(mode="json", by_alias=True, exclude_unset=True)
