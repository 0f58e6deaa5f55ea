"""What `leaver reinstate` goes by: the record, or the last one there was, and the evidence of what was had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leaver.cli.session import Session
from leaver.errors import UsageError
from leaver.escape import line

if TYPE_CHECKING:
    from leaver.model import Client, Person
    from leaver.source.history import Former
    from leaver.source.repository import Repository

_FIELDS = frozenset(
    {"title", "department", "company", "office", "employee_type", "country", "usage_location", "language"}
    | {"cost_center", "division"}
)
"""What a new record takes from the image of the old account: what is about the work, and not about the account."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the evidence tells of somebody's last departure, by directory.

    `images` are the last before-images, `accounts` the IDs of the accounts, `mastered` who masters them where that is
    not the directory, `deleted` when Leaver deleted them.
    """

    images: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    mastered: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, datetime] = field(default_factory=dict)


def past_of(session: Session, client: str, person: str) -> Past:
    """Read the client's evidence for what the person had, and what became of their accounts."""
    from leaver.evidence import Kind, Outcome, configured

    found, deleted = Past(), (Outcome.DONE, Outcome.ALREADY)
    with configured(session.home, session.environ) as store:
        for each in store.read(client):
            entry = each.entry
            if entry.person != person or entry.directory is None:
                continue
            if entry.kind is Kind.BEFORE:
                found.images[entry.directory] = entry.seen.get("has") or {}
                found.accounts[entry.directory] = str(entry.seen.get("account") or "")
                found.deleted.pop(entry.directory, None)
                found.mastered.pop(entry.directory, None)
                if by := entry.seen.get("mastered"):
                    found.mastered[entry.directory] = str(by)
            elif (entry.kind, entry.step) == (Kind.STEP, "delete") and entry.outcome in deleted:
                found.deleted.setdefault(entry.directory, entry.at)
    return found


def first_by_hand(client: Client, person: str, past: Past, now: datetime, *, gone: bool) -> Iterator[str]:
    """What somebody must do or know before the branch is merged. `gone`: there was no record any more."""
    from leaver.actions.deleted import KEPT

    for directory, by in sorted(past.mastered.items()):
        yield (
            f"{directory}: {line(by)} masters the account: whoever runs it enables the account there, or what an "
            "apply enables here is ended again by the next synchronisation"
        )
    for directory, settings in client.settings.directories.items():
        if (at := past.deleted.get(directory)) is None:
            if gone and settings.kind == "entra" and past.accounts.get(directory):
                yield (
                    f"{directory}: where the account is deleted by now, `leaver apply` restores it within 30 days of "
                    "that; then Entra purges it"
                )
            continue
        if settings.kind == "okta":
            yield (
                f"{directory}: the user was deleted {at:%Y-%m-%d}, and Okta brings none back: "
                "an apply makes a new one"
            )
        elif now - at >= KEPT:
            yield (
                f"{directory}: the account was deleted {at:%Y-%m-%d}, over 30 days ago, so Entra has purged it, and "
                "no apply brings it back. For a new one make it by hand and write `adopt: true` in the record, or "
                f"have a new record proposed: leaver reinstate {client.key} {person} --as KEY"
            )
        else:
            yield (
                f"{directory}: the account was deleted {at:%Y-%m-%d}. `leaver apply` restores it, if that is before "
                f"{at + KEPT:%Y-%m-%d %H:%M} UTC, when Entra purges it"
            )


def shown_fields(client: Client, past: Past) -> dict[str, str]:
    """What the images say of the person's work, as fields of a record; only what a record takes."""
    from leaver.actions import attributes
    from leaver.model import Person

    found: dict[str, str] = {}
    for directory, image in sorted(past.images.items()):
        shown = image.get("attributes")
        settings = client.settings.directories.get(directory)
        if not isinstance(shown, Mapping) or settings is None:
            continue
        entra = settings.kind == "entra"
        names = attributes.ENTRA_ATTRIBUTES if entra else attributes.OKTA_ATTRIBUTES
        for own, argument in (attributes.ENTRA_FIELDS if entra else attributes.OKTA_FIELDS).items():
            value = shown.get(names.get(argument, argument))
            if own not in _FIELDS or not isinstance(value, str):
                continue
            try:
                Person.model_validate({own: value}, by_name=True)
            except ValueError:
                continue
            found.setdefault(own.replace("_", " "), value)
    return found


def former_of(repository: Repository, client: Client, person: str) -> tuple[Former, Person]:
    """The last record of somebody who has none, from git. Raises UsageError where there is none to be had."""
    from leaver.model.nearest import hint
    from leaver.source.git import TookTooLong
    from leaver.source.history import former_record, is_shallow, search_by_hand
    from leaver.source.rehire import is_new_key
    from leaver.source.typed import TypedFile

    subject = f'{client.key}: person "{person}"'
    try:
        found = former_record(repository, client.key, person) if is_new_key(person) else None
    except TookTooLong as fault:
        raise UsageError(
            f"{subject}: there is no record, and the search of git's history took too long ({fault}). Look for the "
            f"last commit that had it: {search_by_hand(client.key, person)}; put its record back, with "
            "`reinstate: true` and without its departure."
        ) from None
    if found is None:
        if is_shallow(repository):
            raise UsageError(
                f"{subject}: there is no record, and git's history is cut off here. "
                "Get the rest: git fetch --unshallow"
            )
        raise UsageError(
            f"{subject}: there is no record, and never was one in git's history. "
            f"Correct the key{hint(person, client.people)}."
        )
    typed = TypedFile.of(client.key, found.file, "people", found.text, client.settings.zone)
    record = typed.people.get(person)
    if record is None or typed.problems:
        said = "; ".join(f"{each.fault}. {each.remedy}" for each in typed.problems)
        raise UsageError(f"{subject}: the record of the commit {found.commit} is no good today: {said}")
    return found, record
