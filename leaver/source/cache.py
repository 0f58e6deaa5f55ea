"""The validated records of clients whose files have not changed, kept from one run to the next.

One JSON file a client. It counts only when its files' bytes, this code, pydantic, Python and the rules of the
client's time zone are what they were (a moment is an instant by the rules of its day), and when its own
checksum is right; anything else is as if it were not there. Nothing in it is ever executed.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zoneinfo
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path

import pydantic
from pydantic import BaseModel

import leaver
from leaver.model import Client, ClientSettings, Group, Override, Person

Spot = tuple[str, int, int]
"""File, line, column."""


class Stored(BaseModel):
    """What is kept of one client: its records, and where each group and person stands."""

    settings: ClientSettings
    groups: dict[str, Group]
    people: dict[str, Person]
    overrides: list[Override]
    group_places: dict[str, Spot]
    people_places: dict[str, Spot]

    @classmethod
    def of(cls, client: Client, groups: Mapping[str, Spot], people: Mapping[str, Spot]) -> Stored:
        """What to keep of `client`; nothing is validated again."""
        return cls.model_construct(
            settings=client.settings,
            groups=dict(client.groups),
            people=dict(client.people),
            overrides=list(client.overrides),
            group_places=dict(groups),
            people_places=dict(people),
        )


class RecordCache:
    """The cache in `folder`, which is made when something is first kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, client: str, contents: dict[str, bytes]) -> Stored | None:
        """The records made of `contents` (bytes by file name) in an earlier run, if they still hold."""
        try:
            header, _, body = (self._folder / f"{client}.json").read_bytes().partition(b"\n")
            stated = json.loads(header)
            if stated != _header(contents, stated["zone"], body):
                return None
            return Stored.model_validate_json(body, by_name=False, by_alias=True)
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None

    def put(self, client: str, contents: dict[str, bytes], stored: Stored) -> None:
        """Keep `stored`; a cache that cannot be written is no fault of the records."""
        body = stored.model_dump_json(exclude_unset=True).encode()
        header = json.dumps(_header(contents, stored.settings.zone, body)).encode()
        temporary = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
                temporary = file.name
                file.write(header + b"\n" + body)
            Path(temporary).replace(self._folder / f"{client}.json")
        except OSError:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)

    def keep_only(self, clients: tuple[str, ...]) -> None:
        """Forget the clients that are not among `clients`."""
        try:
            for path in self._folder.glob("*.json"):
                if path.stem not in clients:
                    path.unlink(missing_ok=True)
        except OSError:
            return


def _header(contents: dict[str, bytes], zone: str | None, body: bytes) -> dict[str, str | None]:
    files = sha256()
    for name, data in contents.items():
        files.update(f"{name}\n{len(data)}\n".encode())
        files.update(data)
    return {
        "files": files.hexdigest(),
        "code": _code(),
        "zone": zone,
        "rules": _rules(zone) if zone else None,
        "body": sha256(body).hexdigest(),
    }


@cache
def _code() -> str:
    """A digest of everything that decides what records are made of the same bytes."""
    digest = sha256(f"{sys.version} {pydantic.VERSION}".encode())
    package = Path(leaver.__file__).parent
    for path in sorted(
        [
            package / "errors.py",
            *package.glob("model/*.py"),
            *package.glob("source/*.py"),
            *package.glob("policy/*.py"),
        ]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _rules(zone: str) -> str:
    """A digest of the rules of `zone`, from the place where `ZoneInfo` finds them."""
    for folder in zoneinfo.TZPATH:
        path = Path(folder, zone)
        if path.is_file():
            return sha256(path.read_bytes()).hexdigest()
    file = resources.files("tzdata").joinpath("zoneinfo", *zone.split("/"))
    return sha256(file.read_bytes()).hexdigest()
