"""A project with one client in the sandbox of a test: its files' text in, violations with their places out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from leaver import policy
from leaver.source import Estate, load

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
CLIENT = """\
name: Acme
zone: UTC
directories:
  entra: {kind: entra, tenant: 00000000-0000-4000-8000-00000000ac3e, domain: acme.example}
"""


def write(root: Path, *, people: str = "", groups: str = "", client: str = "") -> None:
    """Write the client acme: `people` and `groups` are what stands below the key, `client` is added."""
    folder = root / "identities" / "acme"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "client.yaml").write_text(CLIENT + dedent(client), encoding="utf-8")
    below = {"people": people, "groups": groups}
    for name, text in below.items():
        if text or name == "people":
            lines = dedent(text).strip().splitlines()
            body = "".join(f"  {line}\n" for line in lines)
            whole = f"{name}:\n{body}" if body else f"{name}: {{}}\n"
            (folder / f"{name}.yaml").write_text(whole, encoding="utf-8")


def estate(root: Path, *, people: str = "", groups: str = "", client: str = "") -> Estate:
    """The records of such a client."""
    write(root, people=people, groups=groups, client=client)
    return load(root)


def broken(
    root: Path, name: str, *, people: str = "", groups: str = "", client: str = "", now: datetime = NOW
) -> list[str]:
    """What breaks the policy `name` in the records of such a client, as lines."""
    found = estate(root, people=people, groups=groups, client=client)
    return [
        f"{found.place('acme', each.found.file, *each.found.path)}: {each.level}: {each}"
        for each in policy.on_records(found.clients["acme"], now)
        if each.policy.name == name
    ]
