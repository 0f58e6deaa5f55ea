"""Whatever the bytes: an estate, or problems that can be printed. Shared by hypothesis and atheris."""

from __future__ import annotations

import tempfile
from pathlib import Path

from leaver.errors import Problem, RecordsError
from leaver.source import Estate, load

CLIENT = (
    b"name: Acme\nzone: Europe/London\ndirectories:\n"
    b"  entra: {kind: entra, tenant: 11111111-2222-3333-4444-555555555555, domain: acme.example}\n"
    b"  okta: {kind: okta, org: acme}\nretain: 30 days\nlimits: {removals: 5, percent: 15}\n"
    b"notice groups: [all]\n"
)
GROUPS = b"groups:\n  all: {name: All, directory: entra, confidential: true, membership: additive}\n"
PEOPLE = b"""people:
  lee.park: {username: lee@acme.example, groups: [all], disabled: true}
  dana.reyes:
    name: "Dana Reyes"
    accounts: [entra]
    manager: lee.park
    groups: [{group: all, until: 2026-11-20 09:00}]
    roles: ['User Administrator']
    nda: {signed: 2024-03-01, document: N-1, survives: 5 years}
    starts: 2024-03-04 09:00
    departure:
      at: 2026-11-27 17:00
      kind: contentious
      hold: {until: released, owner: lee.park, expires: 2026-11-28 09:00}
      notice: 2026-11-02
      handover: lee.park
"""
FILES = {"client": CLIENT, "groups": GROUPS, "people": PEOPLE}


def load_bytes(name: str, data: bytes) -> bool:
    """Load a client of which one file is `data`; whether it was accepted. Any other outcome is a bug."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder, "identities", "acme")
        base.mkdir(parents=True)
        for file, content in (FILES | {name: data}).items():
            (base / f"{file}.yaml").write_bytes(content)
        estate, problems = _outcome(Path(folder))
        if estate is None:
            assert problems
            for problem in problems:
                line = str(problem)
                assert line.isprintable()
                assert line.startswith("identities/")
            return False
        again, _ = _outcome(Path(folder))
        assert again is not None
        assert again.clients == estate.clients
        for client in estate.clients.values():
            for key in client.people:
                assert estate.place("acme", "people", key).line > 0
        return True


def _outcome(root: Path) -> tuple[Estate | None, tuple[Problem, ...]]:
    try:
        return load(root, cache=root / "cache"), ()
    except RecordsError as error:
        return None, error.problems
