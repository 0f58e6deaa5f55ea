"""The estate that is edited: 50 clients of every shape, in a git repository with a history.

People and groups are those of `bench.estates`; what differs from client to client is how they are written down and
what is going on: people in one file or many, one directory or two, departures near and far, holds, access for a
time, people on notice, people who were disabled, and accounts whose records are gone.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.estates import MadePerson, domain, group_keys, group_name, people, tenant_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GROUPS = 8
GONE = ("old.timer", "past.colleague")
"""The keys of two people of each client whose records are gone and whose accounts are kept for now."""
GONE_SINCE = NOW - timedelta(days=5)
GONE_UNTIL = GONE_SINCE + timedelta(days=30)
_ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Europe/London")
_AUTHOR = ("-c", "user.name=Ana Lee", "-c", "user.email=ana@msp.example", "-c", "commit.gpgsign=false")

Tree = Mapping[str, bytes]
"""The files of a project by their path with `/`."""


def files(clients: int = 50, *, joiners: bool = True) -> dict[str, bytes]:
    """The files of the estate; without `joiners` as it was some weeks ago, with a tenth of the people missing."""
    found: dict[str, bytes] = {"Pulumi.yaml": b"name: leaver\nruntime: python\nstackConfigDir: stacks\n"}
    for number in range(clients):
        key = f"client-{number:02}"
        found[f"stacks/Pulumi.{key}.yaml"] = b"secretsprovider: passphrase\n"
        for name, text in _client(number, key, joiners=joiners):
            found[f"identities/{key}/{name}"] = text.encode()
    return found


def write(root: Path, tree: Tree) -> None:
    """Put the files into the folder `root`."""
    for name, data in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def commit(root: Path, tree: Tree, message: str) -> None:
    """Write the files and commit them, in a repository that is made when there is none."""
    write(root, tree)
    if not (root / ".git").exists():
        git(root, "init", "--quiet", "--initial-branch=main")
        (root / ".git" / "info").mkdir(exist_ok=True)
        (root / ".git" / "info" / "exclude").write_text(".leaver/\n", encoding="utf-8")
    git(root, "add", "--all")
    git(root, *_AUTHOR, "commit", "--quiet", "--message", message)


def git(root: Path, *words: str) -> bytes:
    """Run git in `root`. Raises CalledProcessError."""
    return subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True).stdout


def _client(number: int, key: str, *, joiners: bool) -> Iterator[tuple[str, str]]:
    homes = (("entra",), ("okta",), ("entra", "okta"))[number % 3]
    yield "client.yaml", _settings(number, key, homes)
    yield "groups.yaml", _groups(homes)
    count = 8 + number * 7 % 53
    made = [person for at, person in enumerate(people(count, GROUPS)) if joiners or at % 10 != 9]
    records = {person.key: _record(number, at, person, homes) for at, person in enumerate(made)}
    if number % 4 != 3:
        yield "people.yaml", "people:\n" + "".join(records.values())
        return
    floors = sorted({person.attributes["department"] for person in made})
    for floor in floors:
        mine = [records[person.key] for person in made if person.attributes["department"] == floor]
        yield f"people/{floor.lower()}.yaml", "people:\n" + "".join(mine)


def _settings(number: int, key: str, homes: tuple[str, ...]) -> str:
    lines = [
        f"name: {key.title()} Ltd",
        f"zone: {_ZONES[number % len(_ZONES)]}",
        "on call: on-call@msp.example",
        "directories:",
    ]
    if "entra" in homes:
        lines += [
            "  entra:",
            "    kind: entra",
            f"    tenant: {tenant_of(key)}",
            f"    domain: {domain(key)}",
        ]
    if "okta" in homes:
        lines += ["  okta:", "    kind: okta", f"    org: {key}", f"    domain: {domain(key)}"]
    lines += ["retain: 30 days", "policies:", "  has-start: disabled"]
    lines.append(f"notice groups: [{', '.join(f'leaving-{home}' for home in homes)}]")
    return "\n".join(lines) + "\n"


def _groups(homes: tuple[str, ...]) -> str:
    keys = [(key, homes[at % len(homes)]) for at, key in enumerate(group_keys(GROUPS))]
    keys += [(f"leaving-{home}", home) for home in homes]
    return "groups:\n" + "".join(
        f"  {key}:\n    name: {group_name(key)}\n    directory: {home}\n" for key, home in keys
    )


def _record(client: int, at: int, person: MadePerson, homes: tuple[str, ...]) -> str:
    lines = [f"  {person.key}:", *(f"    {name}: {value}" for name, value in person.attributes.items())]
    if person.manager:
        lines.append(f"    manager: {person.manager}")
    groups = list(person.groups)
    if at % 8 == 2:
        groups[-1] = f"{{group: {groups[-1]}, until: 2027-02-01 18:00}}"
    lines.append(f"    groups: [{', '.join(groups)}]")
    lines.append("    nda: {signed: 2024-03-01, document: NDA-2024-017, survives: 5 years}")
    if at % 10 == 3 and "entra" in homes:
        lines.append("    roles: [{role: User Administrator, until: 2027-01-15 18:00}]")
    if at % 12 == 4:
        lines.append(f"    username: {person.key.replace('.', '-')}@{domain(f'client-{client:02}')}")
    lines += _ending(client, at)
    return "\n".join(lines) + "\n"


def _ending(client: int, at: int) -> list[str]:
    if at % 13 == 6:
        return ["    disabled: true"]
    if at % 9 != 5:
        return []
    # Some are a few hours away, so that a client's zone decides whether they have come.
    when = NOW + timedelta(hours=(3, 30, 24 * 20, 24 * 90)[(client + at) % 4])
    lines = ["    departure:", f"      at: {when:%Y-%m-%d %H:%M}"]
    if at % 2:
        lines += ["      kind: involuntary", "      notice: 2026-11-20"]
    else:
        expires = when + timedelta(days=20)
        lines += [
            "      kind: contentious",
            f"      hold: {{until: released, owner: on-call, expires: {expires:%Y-%m-%d %H:%M}}}",
        ]
    return lines
