"""All clients' records together, and where each value of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leaver.errors import Place
from leaver.model import Client
from leaver.model.finding import File
from leaver.source.cache import Spot
from leaver.source.files import IDENTITIES, FileFault, read_bytes
from leaver.source.reader import Places, read
from leaver.source.text import Flaw, decode


@dataclass(frozen=True, slots=True)
class ClientPlaces:
    """The files of one client, and where its groups and people stand in them."""

    groups: Mapping[str, Spot] = field(default_factory=dict)
    people: Mapping[str, Spot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estate:
    """The records of the clients that were loaded, by key.

    `root` is the project's folder; an estate that was made in memory has none, and its places are whole files.
    """

    clients: Mapping[str, Client]
    root: Path | None = None
    places: Mapping[str, ClientPlaces] = field(default_factory=dict, repr=False, compare=False)
    _inside: dict[str, Places | None] = field(default_factory=dict, repr=False, compare=False)

    def place(self, client: str, file: File, *path: str | int) -> Place:
        """Where the value at `path` stands: a record's key and what is below it, or a field of another file.

        A text or list item has its own place; a mapping or list that belongs to a key has its key's. The place
        of a record is known; for one inside it, its file is read again, once. A value that has gone from the
        file since, or that was never stated, has the place of what would hold it.
        """
        name = f"{IDENTITIES}/{client}/{file}.yaml"
        place = Place(name)
        known = self.places.get(client, ClientPlaces())
        of_records = file in ("groups", "people")
        if of_records:
            spot = (known.groups if file == "groups" else known.people).get(str(path[0])) if path else None
            if spot is None:
                return place
            name, place = spot[0], Place(*spot)
            if len(path) == 1:
                return place
            path = (file, *path)
        places = self._places_inside(name, client) if path else None
        if places is None:
            return place
        while len(path) > (2 if of_records else 0):
            if path in places.values:
                return Place(name, *places.values[path])
            path = path[:-1]
        return place

    def _places_inside(self, name: str, client: str) -> Places | None:
        if name not in self._inside:
            self._inside[name] = self._read(name, client)
        return self._inside[name]

    def _read(self, name: str, client: str) -> Places | None:
        if self.root is None:
            return None
        try:
            text = decode(read_bytes(self.root, name, client))
        except FileFault:
            return None
        if isinstance(text, Flaw):
            return None
        places = Places()
        read(text, places)
        return places
