"""Hypothesis strategies for small valid clients: as model objects, and as the YAML that says the same.

`clients()` draws whole clients of 1 to 3 directories with groups and people of every kind (starting, leaving
at a moment, on notice, on hold with an owner and an expiry, released, here until a moment, disabled, with some or
all accounts, with groups and roles for a time); `people()` draws the people of given directories and groups.
`instants()` draws moments at which something may go wrong: those of the client, and just beside them. `as_yaml`
writes a client's files, so that a test can load what it has drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import yaml
from hypothesis import strategies as st

from leaver.lifecycle import changes
from leaver.model import Client, ClientSettings, Group, Period, Person

ZONES = ("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")


@dataclass(frozen=True)
class Told:
    """What client.yaml says that people's records rely on."""

    on_call: bool = False
    notice: tuple[str, ...] = ()


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = st.from_regex(r"[a-z][a-z0-9]{0,6}(?:[.-][a-z0-9]{1,6})?", fullmatch=True)
NO_INK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks that nobody sees, which records refuse."""
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters=NO_INK),
    min_size=1,
    max_size=12,
) | st.sampled_from(
    ["no", "null", "true", "~", "3", "1.50", "2026-01-01", "a: b", "- x", "# y", "Ünal Ö'Hara", "'", '"']
)


@st.composite
def moments(draw: st.DrawFn, days: int = 730) -> datetime:
    """A minute within `days` after the start of 2026, in UTC."""
    return EPOCH + timedelta(minutes=draw(st.integers(0, days * 24 * 60)))


@st.composite
def directories(draw: st.DrawFn) -> dict[str, Any]:
    """One to three directories of one client, as client.yaml says them."""
    found: dict[str, Any] = {}
    for number, key in enumerate(draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))):
        if draw(st.booleans()):
            tenant = f"{number:08}-0000-4000-8000-{draw(st.integers(0, 9999)):012}"
            found[key] = {"kind": "entra", "tenant": tenant, "domain": f"e{number}.example"}
        else:
            found[key] = {"kind": "okta", "org": f"org{number}", "domain": f"o{number}.example"}
    return found


@st.composite
def groups(draw: st.DrawFn, names: Sequence[str], most: int = 5) -> dict[str, Any]:
    """Groups in the directories `names`, as groups.yaml says them; display names differ."""
    found: dict[str, Any] = {}
    for number, key in enumerate(draw(st.lists(KEYS, max_size=most, unique=True))):
        group: dict[str, Any] = {
            "name": f"{draw(TEXTS)} {number}",
            "directory": draw(st.sampled_from(list(names))),
        }
        if draw(st.booleans()):
            group["confidential"] = draw(st.booleans())
        if draw(st.booleans()):
            group["existing"] = True
        if draw(st.booleans()):
            group["membership"] = draw(st.sampled_from(["exact", "additive"]))
        if draw(st.integers(0, 3)) == 0:
            group["nda"] = draw(st.sampled_from(["required", "not required"]))
        if draw(st.integers(0, 3)) == 0:
            group["seats"] = draw(st.integers(0, 5))
        if found and draw(st.integers(0, 3)) == 0:
            group["separate from"] = [draw(st.sampled_from(list(found)))]
        found[key] = group
    return found


@st.composite
def departures(draw: st.DrawFn, starts: datetime | None, others: Sequence[str], told: Told) -> dict[str, Any]:
    """A departure after `starts`: plain, on notice, on hold, or released; moments as aware datetimes."""
    at = draw(moments())
    if starts is not None and at <= starts:
        at = starts + timedelta(minutes=draw(st.integers(1, 10_000)))
    found: dict[str, Any] = {"at": at}
    if draw(st.booleans()):
        found["kind"] = draw(st.sampled_from(["voluntary", "involuntary", "contentious"]))
    contentious = found.get("kind") == "contentious"
    owners = [*others, "boss@msp.example", *(["on-call"] if told.on_call else [])]
    forms = ["none", "full", "released"]
    if not contentious:
        forms += ["nothing", *(["short"] if told.on_call else [])]
    form = draw(st.sampled_from(forms))
    if form == "none":
        found["hold"] = "none"
    elif form == "full":
        found["hold"] = {
            "until": "released",
            "owner": draw(st.sampled_from(owners)),
            "expires": at + timedelta(minutes=draw(st.integers(0, 20_000))),
        }
    elif form != "nothing":
        found["hold"] = "until released"
    if form == "released" or (form in ("full", "short") and draw(st.booleans())):
        found["released"] = draw(moments())
    if told.notice and draw(st.booleans()):
        found["notice"] = at - timedelta(minutes=draw(st.integers(1, 100_000)))
    if others and draw(st.booleans()):
        found["handover"] = draw(st.sampled_from(list(others)))
    return found


@st.composite
def entries(draw: st.DrawFn, field: str, names: Sequence[str]) -> list[Any]:
    """Some of `names` as a person's `group` or `role` entries, some of them for a time."""
    found: list[Any] = []
    for name in draw(st.lists(st.sampled_from(list(names)), unique=True)) if names else []:
        if draw(st.integers(0, 2)):
            found.append(name)
            continue
        entry: dict[str, Any] = {field: name, "until": draw(moments())}
        if draw(st.booleans()):
            entry["starts"] = entry["until"] - timedelta(minutes=draw(st.integers(1, 200_000)))
        found.append(entry)
    return found


@st.composite
def people(
    draw: st.DrawFn,
    names: Mapping[str, Any],
    known: Mapping[str, Any],
    most: int = 8,
    told: Told | None = None,
    licences: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """People with accounts in the directories `names`, in the groups `known` and with some of the `licences`, as
    people.yaml says them."""
    keys = draw(st.lists(KEYS, max_size=most, unique=True))
    found: dict[str, Any] = {}
    for at, key in enumerate(keys):
        person: dict[str, Any] = {}
        accounts = list(names)
        if draw(st.booleans()):
            accounts = draw(st.lists(st.sampled_from(accounts), min_size=1, unique=True))
            person["accounts"] = accounts
        if draw(st.booleans()):
            person["name"] = draw(TEXTS)
        if draw(st.booleans()):
            person["username"] = f"{key}@other.example"
        for field in draw(
            st.lists(st.sampled_from(["title", "department", "given name", "city"]), unique=True)
        ):
            person[field] = draw(TEXTS)
        if at and draw(st.booleans()):
            person["manager"] = draw(st.sampled_from(keys[:at]))
        usable = [name for name, group in known.items() if group["directory"] in accounts]
        if draw(st.booleans()):
            person["groups"] = draw(entries("group", usable))
        if draw(st.booleans()):
            person["starts"] = draw(moments())
        ending = draw(st.sampled_from(["never", "departure", "departure", "until"]))
        if ending == "departure":
            reachable = told is not None and any(known[name]["directory"] in accounts for name in told.notice)
            person["departure"] = draw(
                departures(
                    person.get("starts"),
                    [k for k in keys if k != key],
                    Told(told is not None and told.on_call, told.notice if told and reachable else ()),
                )
            )
        elif ending == "until":
            person["until"] = draw(moments())
            if "starts" in person and person["until"] <= person["starts"]:
                person["until"] = person["starts"] + timedelta(minutes=draw(st.integers(1, 10_000)))
        if draw(st.booleans()):
            person["nda"] = {"signed": draw(st.dates(date(2000, 1, 1), date(2026, 1, 1))), "document": "N-1"}
            if draw(st.booleans()):
                person["nda"]["expires"] = draw(st.dates(date(2026, 1, 2), date(2029, 1, 1)))
        if draw(st.integers(0, 4)) == 0:
            person["employee type"] = draw(st.sampled_from(["employee", "contractor", "Intern"]))
        if draw(st.integers(0, 4)) == 0:
            person["staff"] = draw(st.booleans())
        if draw(st.integers(0, 4)) == 0:
            person["kind"] = draw(st.sampled_from(["shared", "service"]))
            owners = ["desk@msp.example", *keys[:at]]
            if draw(st.booleans()):
                person["owner"] = draw(st.sampled_from(owners))
        for flag in ("disabled", "adopt", "reinstate"):
            if draw(st.integers(0, 4)) == 0:
                person[flag] = draw(st.booleans())
        if any(names[name]["kind"] == "entra" for name in accounts) and draw(st.integers(0, 4)) == 0:
            person["roles"] = draw(entries("role", ["User Administrator", "Reports Reader"]))
        given = [name for name, each in (licences or {}).items() if each["directory"] in accounts]
        if given and draw(st.booleans()):
            person["licences"] = draw(st.lists(st.sampled_from(given), min_size=1, unique=True))
            person["usage location"] = draw(st.sampled_from(["GB", "US"]))
        found[key] = person
    return found


@st.composite
def clients(draw: st.DrawFn, key: str = "acme", most: int = 8) -> Client:
    """A client that the loader would accept, with at most `most` people."""
    stated = draw(directories())
    settings: dict[str, Any] = {"name": draw(TEXTS), "directories": stated}
    if draw(st.booleans()):
        settings["zone"] = draw(st.sampled_from(ZONES))
    if draw(st.booleans()):
        settings["retain"] = Period(draw(st.integers(1, 90)), "day")
    if draw(st.booleans()):
        settings["on removal"] = draw(st.sampled_from(["disable", "delete"]))
    if draw(st.booleans()):
        settings["on call"] = "on-call@msp.example"
    known = draw(groups(list(stated)))
    if known and draw(st.booleans()):
        settings["notice groups"] = draw(st.lists(st.sampled_from(list(known)), min_size=1, unique=True))
    told = Told("on call" in settings, tuple(settings.get("notice groups", ())))
    tenants = [name for name, each in stated.items() if each["kind"] == "entra"]
    if tenants and draw(st.booleans()):
        settings["licences"] = {
            name: {"directory": draw(st.sampled_from(tenants)), "sku": f"SKU_{number}"}
            for number, name in enumerate(draw(st.lists(KEYS, min_size=1, max_size=3, unique=True)))
        }
    records = draw(people(stated, known, most, told, settings.get("licences")))
    if records and known and draw(st.booleans()):
        known[draw(st.sampled_from(list(known)))]["owner"] = draw(st.sampled_from(list(records)))
    if draw(st.booleans()):
        settings["nda"] = draw(
            st.sampled_from(
                [{"everyone": True}, {"employee types": ["Contractor"], "review": Period(2, "year")}]
            )
        )
    if draw(st.booleans()):
        settings["temporary"] = draw(st.sampled_from([[], ["contractor", "intern"]]))
    if draw(st.booleans()):
        settings["policies"] = {
            "has-start": draw(st.sampled_from(["advisory", "mandatory", "disabled"])),
        }
    if draw(st.booleans()):
        settings["longest"] = _longest(records)
    return Client(
        key,
        ClientSettings.model_validate(settings),
        {name: Group.model_validate(group) for name, group in known.items()},
        {name: Person.model_validate(person) for name, person in records.items()},
    )


@st.composite
def instants(draw: st.DrawFn, client: Client) -> datetime:
    """A moment of the client's records, exactly or a microsecond beside it, or any other."""
    known = sorted({moment for person in client.people.values() for moment in changes(person)})
    if not known or draw(st.integers(0, 3)) == 0:
        return draw(moments())
    return draw(st.sampled_from(known)) + timedelta(microseconds=draw(st.integers(-1, 1)))


def _longest(records: Mapping[str, Any]) -> dict[str, str]:
    """Caps that these people keep: only where every term has a start, and longer than any of them."""
    caps: dict[str, str] = {}
    everyone = records.values()
    if all("starts" in person for person in everyone if "until" in person):
        caps["record"] = "4 years"
    for kind in ("group", "role"):
        all_terms = [
            ("starts" in person or "starts" in entry)
            for person in everyone
            for entry in person.get(f"{kind}s", ())
            if isinstance(entry, dict)
        ]
        if all(all_terms):
            caps[kind] = "4 years"
    return caps


def as_yaml(client: Client) -> dict[str, str]:
    """The text of client.yaml, groups.yaml and people.yaml of `client`, by name without `.yaml`."""
    return {
        "client": file_text(_plain(client.settings)),
        "groups": file_text({"groups": {key: _plain(group) for key, group in client.groups.items()}}),
        "people": people_text(client.people),
    }


def people_text(records: Mapping[str, Person]) -> str:
    """A people file with `records`, in their order."""
    return file_text({"people": {key: _plain(person) for key, person in records.items()}})


def file_text(data: Any) -> str:
    """`data` as YAML without anchors."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False)


def _plain(record: Any) -> Any:
    return record.model_dump(mode="json", by_alias=True, exclude_unset=True)


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
