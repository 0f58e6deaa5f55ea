"""A project folder on disk with one valid client, to which a test makes one change."""

from __future__ import annotations

from pathlib import Path

from leaver.errors import RecordsError
from leaver.source import Estate, load

CLIENT = """\
name: Acme
zone: Europe/London
directories:
  entra: {kind: entra, tenant: 11111111-2222-3333-4444-555555555555, domain: acme.example}
  okta: {kind: okta, org: acme, domain: acme.example}
"""
GROUPS = """\
groups:
  everyone: {name: Everyone, directory: entra}
  finance: {name: Finance, directory: okta}
"""
PEOPLE = """\
people:
  lee.park:
    name: Lee Park
  dana.reyes:
    name: Dana Reyes
    manager: lee.park
    groups: [everyone, finance]
"""


class Project:
    """Writes the files of a project under `root` and loads them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write(client=CLIENT, groups=GROUPS, people=PEOPLE)

    def write(self, client_key: str = "acme", **files: str | bytes | None) -> None:
        """Write client.yaml, groups.yaml, people.yaml; None removes the file."""
        folder = self.root / "identities" / client_key
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = folder / f"{name}.yaml"
            if content is None:
                path.unlink()
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content, encoding="utf-8", newline="")

    def path(self, name: str) -> Path:
        """A path in the folder of acme."""
        return self.root / "identities" / "acme" / name

    def load(self, *clients: str, cache: Path | None = None) -> Estate:
        """Load all clients, or those that are named."""
        return load(self.root, clients or None, cache=cache)

    def problems(self, *clients: str, cache: Path | None = None) -> list[str]:
        """What is wrong with the records, a line each, without the folder that all places begin with."""
        try:
            self.load(*clients, cache=cache)
        except RecordsError as error:
            return [str(problem).removeprefix("identities/acme/") for problem in error.problems]
        return []
