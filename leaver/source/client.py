"""One client's files to its records: each file typed, then all of them checked against each other."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from leaver.errors import Place, Problem
from leaver.model import Client, ClientSettings, Person
from leaver.model.checks import RULES, File, Finding, Rule
from leaver.policy import check_names
from leaver.source.cache import RecordCache, Stored
from leaver.source.estate import ClientPlaces
from leaver.source.files import ClientFiles, FileFault, client_files, read_bytes
from leaver.source.reader import FAULTS_LIMIT
from leaver.source.text import Flaw, decode
from leaver.source.typed import TypedFile, subject_of

_POLICY_NAMES = Rule(check_names, frozenset({"client"}))


class ClientReader:
    """Loads the client `key`; afterwards `problems`, or `places`, say more."""

    def __init__(self, root: Path, key: str) -> None:
        self._root = root
        self._key = key
        self._typed: list[TypedFile] = []
        self._unread: set[str] = set()
        self.problems: list[Problem] = []
        self.places = ClientPlaces()

    def load(self, cache: RecordCache | None) -> Client | None:
        """The client, or None when there are problems."""
        files = client_files(self._root, self._key)
        self.problems.extend(files.problems)
        contents = self._contents(files)
        if cache and not self.problems and (stored := cache.get(self._key, contents)):
            self.places = ClientPlaces(stored.group_places, stored.people_places)
            return Client(self._key, stored.settings, stored.groups, stored.people, tuple(stored.overrides))
        if not files.people:
            self._unread.add("people")
        settings = self._type(files, contents)
        groups = {key: group for file in self._typed for key, group in file.groups.items()}
        overrides = tuple(each for file in self._typed for each in file.overrides)
        client = Client(
            self._key, settings or _unknown_settings(self._key), groups, self._people(), overrides
        )
        for finding in self._findings(client):
            self._report(finding)
        if self.problems:
            return None
        self.places = ClientPlaces(self._spots("groups"), self._spots("people"))
        if cache:
            cache.put(self._key, contents, Stored.of(client, self.places.groups, self.places.people))
        return client

    def _contents(self, files: ClientFiles) -> dict[str, bytes]:
        contents = {}
        for name in files:
            try:
                contents[name] = read_bytes(self._root, name, subject_of(self._key, ()))
            except FileFault as fault:
                self.problems.append(fault.problem)
                self._unread.add(files.kind(name))
        return contents

    def _type(self, files: ClientFiles, contents: dict[str, bytes]) -> ClientSettings | None:
        """Type every file, client.yaml first: it says in which zone the others' times are meant."""
        settings: ClientSettings | None = None
        # Without client.yaml no time is refused for its zone: that would be a fault of the other file.
        zone: str | None = "UTC"
        for name, data in contents.items():
            kind = files.kind(name)
            text = decode(data)
            if isinstance(text, Flaw):
                place = Place(name, text.line, text.column)
                self.problems.append(Problem(place, subject_of(self._key, ()), text.fault, text.remedy))
                self._unread.add(kind)
                continue
            typed = TypedFile.of(self._key, name, kind, text, zone)
            self._typed.append(typed)
            self.problems.extend(typed.problems)
            if not typed.whole:
                self._unread.add(kind)
            elif kind == "client":
                settings, zone = typed.settings, typed.zone
        if settings is None:
            self._unread.add("client")
        return settings

    def _people(self) -> dict[str, Person]:
        """The people of all people files; a key that two files have is a problem."""
        people: dict[str, Person] = {}
        homes: dict[str, TypedFile] = {}
        for file in self._typed:
            for key, person in file.people.items():
                home = homes.setdefault(key, file)
                if home is file:
                    people[key] = person
                else:
                    first = Place(home.name, *home.spots[key])
                    file.report(
                        ("people", key),
                        Place(file.name, *file.spots[key]),
                        f"is in {first} too",
                        "Keep one of the two records.",
                    )
                    self.problems.append(file.problems[-1])
        return people

    def _findings(self, client: Client) -> list[Finding]:
        """What the rules say of what could be read; a rule that needs more than that says nothing."""
        doubtful = {(file.kind, key) for file in self._typed for key in file.doubtful}
        findings: list[Finding] = []
        for rule in (*RULES, _POLICY_NAMES):
            if rule.needs & self._unread:
                continue
            true = (
                finding
                for finding in rule.check(client)
                if (finding.file, finding.path[0]) not in doubtful
                or not (rule.of_accounts or finding.file == "groups")
            )
            findings.extend(islice(true, FAULTS_LIMIT))
        return findings

    def _report(self, finding: Finding) -> None:
        path = finding.path if finding.file == "client" else (finding.file, *finding.path)
        holders = [file for file in self._typed if file.kind == finding.file]
        home = next((file for file in holders if finding.path[0] in file.spots), holders[0])
        self.problems.append(Problem(home.place(path), finding.subject, finding.fault, finding.remedy))

    def _spots(self, kind: File) -> dict[str, tuple[str, int, int]]:
        return {
            key: (file.name, *spot)
            for file in self._typed
            if file.kind == kind
            for key, spot in file.spots.items()
        }


def _unknown_settings(key: str) -> ClientSettings:
    """Stands in for a client.yaml that could not be read; no rule that needs it is asked."""
    return ClientSettings.model_construct(name=key, directories={})
