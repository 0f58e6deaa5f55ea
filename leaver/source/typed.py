"""One file's text to typed records; what cannot be typed becomes problems, what can be is still checked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from leaver.errors import Place, Problem
from leaver.model import AllLimits, ClientSettings, Group, Override, Person
from leaver.model.checks import File
from leaver.model.shown import shown
from leaver.model.types import Record, Zone
from leaver.source.reader import FAULTS_LIMIT, Document, Path, Places, read
from leaver.source.records import FILES, GroupsFile, OverridesFile, PeopleFile
from leaver.source.text import Flaw
from leaver.source.wording import field_name, worded

_ZONE: TypeAdapter[str] = TypeAdapter(Zone)
_TYPES: dict[File, type[Person] | type[Group]] = {"people": Person, "groups": Group}
_NOUNS = {"people": "person", "groups": "group"}
ALL_CLIENTS = "all clients"
"""The subject of a file that is of no one client."""
_TELLING = {"accounts", "username", "usernames", "usage location"}
"""Fields of a person without which a check would draw conclusions from a default."""
_RELEASE: set[Path] = {("departure", key) for key in ("hold", "released", "released by", "reason")}
"""What says together whether and for whom a departure waits: with one of them wrong, the others are not judged."""


def subject_of(client: str, path: Path) -> str:
    """The record that the value at `path` of a file belongs to, as problems name it."""
    if len(path) > 1 and path[0] in _NOUNS:
        return f'{_NOUNS[str(path[0])]} "{shown(path[1])}"'
    return f'client "{client}"' if client else ALL_CLIENTS


@dataclass(slots=True)
class TypedFile:
    """What one file says.

    `whole` is False when it says nothing that may be relied on. `settings` is None unless this is a client.yaml
    without problems. `doubtful` are records of which a telling field could not be read; in `people` they have no
    account, so that no check draws a conclusion from theirs.
    """

    client: str
    name: str
    kind: File
    text: str
    whole: bool = True
    zone: str | None = None
    settings: ClientSettings | None = None
    limits: AllLimits | None = None
    overrides: tuple[Override, ...] = ()
    groups: dict[str, Group] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    spots: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _places: Places | None = None

    @classmethod
    def of(cls, client: str, name: str, kind: File, text: str, zone: str | None) -> TypedFile:
        """Read and type `text`; local times are meant in `zone` (client.yaml states its own)."""
        typed = cls(client, name, kind, text, zone=zone)
        document = read(text)
        typed.spots = document.records
        typed.whole = document.whole
        if not document.whole:
            typed._flaws(document.flaws)
            return typed
        errors: list[ErrorDetails] = []
        try:
            record = FILES[kind].model_validate(
                document.data, context={"zone": zone}, by_name=False, by_alias=True
            )
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)
        else:
            typed._take(record)
        if errors or document.flaws:
            typed._flaws(document.flaws)
            typed._explain(document, errors)
        return typed

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Where the value at `path` stands, or its key; the place of what should hold it when it is not there."""
        if self._places is None:
            self._places = Places()
            read(self.text, self._places)
        found = self._places.keys if of_key else self._places.values
        while path:
            if path in found:
                return Place(self.name, *found[path])
            path = path[:-1]
        return Place(self.name)

    def report(self, path: Path, place: Place, fault: str, remedy: str) -> None:
        """Add a problem about the value at `path`."""
        self.problems.append(Problem(place, subject_of(self.client, path), fault, remedy))

    def _take(self, record: Record) -> None:
        if isinstance(record, ClientSettings):
            self.settings, self.zone = record, record.zone
        elif isinstance(record, GroupsFile):
            self.groups = record.groups
        elif isinstance(record, PeopleFile):
            self.people = record.people
        elif isinstance(record, OverridesFile):
            self.overrides = record.overrides
        elif isinstance(record, AllLimits):
            self.limits = record

    def _flaws(self, flaws: list[Flaw]) -> None:
        for flaw in flaws:
            name = field_name(flaw.path)
            fault = f"`{name}` {flaw.fault}" if name else flaw.fault
            self.report(flaw.path, Place(self.name, flaw.line, flaw.column), fault, flaw.remedy)

    def _explain(self, document: Document, errors: list[ErrorDetails]) -> None:
        """Report `errors`, and keep of the records what is right: others refer to them."""
        untrue = {flaw.path for flaw in document.flaws if flaw.spoils}
        wrong: dict[str, set[Path]] = defaultdict(set)
        for path in untrue:
            _note(wrong, path)
        if len(errors) > FAULTS_LIMIT:
            self.whole = False
            more = len(errors) - FAULTS_LIMIT
            self.report(
                (), Place(self.name), f"has {more} more problems than are told", "Correct these first."
            )
        for error in errors[:FAULTS_LIMIT]:
            said = worded(error, document.data, self.kind)
            _note(wrong, said.path)
            if not any(said.path[: len(path)] == path for path in untrue):
                self.report(said.path, self.place(said.path, of_key=said.at_key), said.fault, said.remedy)
        if not self.whole:
            return
        data = document.data if isinstance(document.data, dict) else {}
        if self.kind == "client":
            self.settings = None
            self.zone = _zone_of(data)
        elif self.kind in _TYPES:
            records = data.get(self.kind)
            for key, record in records.items() if isinstance(records, dict) else ():
                self._salvage(key, record, wrong.get(key, set()))

    def _salvage(self, key: str, data: Any, wrong: set[Path]) -> None:
        """Make a record of what is right in `data`, so that what others say of it can be checked."""
        type_ = _TYPES[self.kind]
        # A group has no default name and directory: these belong to no other group and no directory.
        record = Person() if type_ is Person else Group.model_construct(name=f"?{key}", directory="?")
        is_doubtful = True
        for paths in (wrong, {path[:1] for path in wrong}):
            try:
                kept = _without(data, paths)
                record = type_.model_validate(kept, context={"zone": self.zone}, by_name=False, by_alias=True)
            except ValidationError:
                continue
            is_doubtful = () in wrong or any(path[0] in _TELLING for path in paths)
            break
        if isinstance(record, Group):
            self.groups[key] = record
        else:
            self.people[key] = record.model_copy(update={"accounts": ()}) if is_doubtful else record
        if is_doubtful:
            self.doubtful.add(key)


def _note(wrong: dict[str, set[Path]], path: Path) -> None:
    """Remember the field of a record that `path` leads into; a list is kept or dropped whole."""
    if len(path) > 1:
        field_path = path[2:]
        at = next((at for at, step in enumerate(field_path) if isinstance(step, int)), len(field_path))
        wrong[str(path[1])].add(field_path[:at])
        if field_path[:2] in _RELEASE:
            wrong[str(path[1])] |= _RELEASE


def _without(data: Any, paths: set[Path], here: Path = ()) -> Any:
    """`data` without the values at `paths`."""
    if not isinstance(data, dict):
        return data
    return {
        key: _without(value, paths, (*here, key)) for key, value in data.items() if (*here, key) not in paths
    }


def _zone_of(data: dict[str, Any]) -> str | None:
    """The zone that a client.yaml with other faults states; UTC where that is the fault."""
    if "zone" not in data:
        return None
    try:
        return _ZONE.validate_python(data["zone"])
    except ValidationError:
        return "UTC"
