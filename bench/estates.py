"""Made-up clients of any size: the same records at every run."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_FIRST_ENDS = ("a", "ena", "ian", "in", "ona")
_LAST_ENDS = ("ara", "ell", "er", "ic", "sen")
_FIRST = [
    a + b for a in ("Al", "Ber", "Car", "Dor", "El", "Fer", "Il", "Mar", "Ro", "Vic") for b in _FIRST_ENDS
]
_LAST = [a + b for a in ("Ab", "Brand", "Cast", "Dahl", "Fisch", "Grub", "Kov", "Nov") for b in _LAST_ENDS]
_DEPARTMENTS = ("Finance", "Engineering", "Sales", "Support", "Legal", "Operations")
_REPORTS = 8
MOST_PEOPLE = len(_FIRST) * len(_LAST)


@dataclass(frozen=True, slots=True)
class MadePerson:
    """One made-up person; `manager` and `groups` are keys."""

    key: str
    attributes: Mapping[str, str]
    """Field of a record → value."""
    manager: str | None
    groups: Sequence[str]


def people(count: int, groups: int) -> Iterator[MadePerson]:
    """`count` people (at most MOST_PEOPLE) in a tree of managers, each manager before their reports.

    All are in the first of the `groups`; each is in two of the others besides.
    """
    if not 0 < count <= MOST_PEOPLE:
        raise ValueError(f"{count} people: choose 1 to {MOST_PEOPLE}")
    keys = group_keys(groups)
    for number in range(count):
        department = _DEPARTMENTS[number % len(_DEPARTMENTS)]
        others = {1 + number % (groups - 1), 1 + (number * 7 + 3) % (groups - 1)} if groups > 1 else set()
        yield MadePerson(
            key=_key(number),
            attributes={
                "name": " ".join(_name(number)),
                "given name": _name(number)[0],
                "family name": _name(number)[1],
                "title": f"{department} Specialist",
                "department": department,
                "cost center": f"CC-{100 + number % 40}",
                "employee type": "employee",
                "office": f"Floor {1 + number % 12}",
                "city": "Sampleton",
                "usage location": "US",
            },
            manager=_key((number - 1) // _REPORTS) if number else None,
            groups=[keys[0], *(keys[at] for at in sorted(others))],
        )


def group_keys(count: int) -> list[str]:
    """The keys of `count` groups."""
    return [f"team-{number:02}" for number in range(count)]


def write_client(root: Path, key: str, count: int, groups: int, tenant: str | None = None) -> None:
    """Write the records of the client `key`: `count` people of 14 lines each, in Entra, and `groups` groups."""
    folder = root / "identities" / key
    folder.mkdir(parents=True)
    tenant = tenant or tenant_of(key)
    (folder / "client.yaml").write_text(
        f"name: {key.title()} Ltd\nzone: Europe/Berlin\nsandbox: true\ndirectories:\n  entra:\n"
        f"    kind: entra\n    tenant: {tenant}\n    domain: {domain(key)}\n",
        encoding="utf-8",
    )
    (folder / "groups.yaml").write_text(
        "groups:\n"
        + "".join(
            f"  {group}:\n    name: {group_name(group)}\n    directory: entra\n"
            for group in group_keys(groups)
        ),
        encoding="utf-8",
    )
    records = "".join(map(_record, people(count, groups)))
    (folder / "people.yaml").write_text("people:\n" + records, encoding="utf-8")


def domain(client: str) -> str:
    """The domain of a client's usernames."""
    return f"{client}.example"


def group_name(key: str) -> str:
    """The display name of a group."""
    return key.replace("-", " ").title()


def tenant_of(client: str) -> str:
    """A tenant's ID, always the same for the same client."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, domain(client)))


def _record(person: MadePerson) -> str:
    lines = [f"  {person.key}:", *(f"    {name}: {value}" for name, value in person.attributes.items())]
    if person.manager:
        lines.append(f"    manager: {person.manager}")
    lines.append(f"    groups: [{', '.join(person.groups)}]")
    lines.append("    nda: {signed: 2024-03-01, document: NDA-2024-017, survives: 5 years}")
    return "\n".join(lines) + "\n"


def _name(number: int) -> tuple[str, str]:
    return _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST)]


def _key(number: int) -> str:
    return ".".join(_name(number)).lower()
