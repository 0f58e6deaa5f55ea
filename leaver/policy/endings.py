"""How accounts end: disabled rather than deleted, deleted only after a departure, and not left to sleep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver.lifecycle import phase
from leaver.model import Client, Level, Person
from leaver.model.finding import person_subject
from leaver.policy.rule import Break, Policy, Resources, SignIns


def check_removal(client: Client, _now: datetime) -> Iterator[Break]:
    """The accounts of deleted records are disabled and kept."""
    if client.settings.on_removal == "delete":
        yield Break(
            "client",
            ("on removal",),
            f'client "{client.key}"',
            "deletes the account of a deleted record at once",
        )


def check_protected(client: Client, _now: datetime, resources: Resources) -> Iterator[Break]:
    """The engine cannot delete the account of somebody who has a record, where the client disables."""
    if client.settings.on_removal == "delete":
        return
    for (key, directory), account in resources.accounts.items():
        if key in client.people and not account.protected:
            fault = f"the account in {directory} is not protected against deletion"
            yield Break("people", (key,), person_subject(key), fault, account.urn)


def check_deleted(client: Client, now: datetime, resources: Resources) -> Iterator[Break]:
    """No run deletes an account of somebody with access, or one that the last run left enabled."""
    for (key, directory), before in resources.memory.accounts.items():
        if (key, directory) in resources.accounts.keys() | resources.untouched:
            continue
        person = client.people.get(key)
        if person is not None and phase(person, now).has_access:
            fault = f"the account in {directory} would be deleted, and its person has access"
        elif before.enabled and client.settings.on_removal == "disable":
            fault = f"the account in {directory} would be deleted, and was never disabled"
        else:
            continue
        yield Break("people", (key,), person_subject(key), fault)


def check_ended(client: Client, now: datetime, resources: Resources) -> Iterator[Break]:
    """No account of somebody without access is declared as enabled."""
    for (key, directory), account in resources.accounts.items():
        person = client.people.get(key)
        if account.enabled and (person is None or not phase(person, now).has_access):
            where = "has no record" if person is None else f"is {phase(person, now)}"
            fault = f"the account in {directory} would be enabled, and its person {where}"
            yield Break("people", (key,), person_subject(key), fault, account.urn)


def check_stated(_client: Client, _now: datetime, resources: Resources) -> Iterator[Break]:
    """Every account says whether it is enabled; the azuread provider takes silence for yes."""
    for (key, directory), account in resources.accounts.items():
        if account.enabled is None:
            fault = f"the account in {directory} does not say whether it is enabled"
            yield Break("people", (key,), person_subject(key), fault, account.urn)


def check_members(client: Client, now: datetime, resources: Resources) -> Iterator[Break]:
    """Every declared member of a protected group is an account of somebody whose record names the group."""
    owners = {before.id: account for account, before in resources.memory.accounts.items()}
    owners |= {each.id: account for account, each in resources.accounts.items() if each.id is not None}
    for key, declared in resources.groups.items():
        group = client.groups.get(key)
        if group is None or not group.needs_nda:
            continue
        for member in sorted(declared.members):
            person, directory = owners.get(member, (None, group.directory))
            record = client.people.get(person) if person is not None else None
            if record is None:
                fault = f"account {member} in {directory} would be a member, and no record is known for it"
            elif record.group_keys is not None and key not in (
                *record.group_keys,
                *_on_notice(client, record),
            ):
                fault = f"{person} would be a member, and their record does not name the group"
            elif not phase(record, now).has_access:
                fault = f"{person} would be a member, and is {phase(record, now)}"
            else:
                continue
            yield Break("groups", (key,), f'group "{key}"', fault, declared.urn)


def _on_notice(client: Client, record: Person) -> tuple[str, ...]:
    """The groups in which the record's notice puts the person."""
    departure = record.departure
    return () if departure is None or departure.notice is None else client.settings.notice_groups


def check_dormant(client: Client, now: datetime, sign_ins: SignIns) -> Iterator[Break]:
    """No enabled account went without a sign-in for the client's period; one that nobody dates says nothing."""
    period = client.settings.dormant
    for directory, accounts in sign_ins.items():
        people = {
            username.casefold(): key
            for key in client.people
            if directory in client.accounts(key) and (username := client.username(key, directory)) is not None
        }
        for account in accounts:
            used = account.last or account.created
            key = people.get(account.username.casefold())
            if not account.enabled or key is None or used is None or period.after(used, "UTC") > now:
                continue
            since = f"since {used:%Y-%m-%d}" if account.last else f"ever, and was made {used:%Y-%m-%d}"
            fault = f"has not signed in to {directory} {since}"
            yield Break("people", (key,), person_subject(key), fault)


DISABLE_NOT_DELETE = Policy(
    "disable-not-delete",
    Level.ADVISORY,
    ("CIS 6.2", "NIST AC-2(3)"),
    "The account of a deleted record is disabled and kept for `retain`, and the engine cannot delete it before.",
    "Write `on removal: disable`, and declare accounts with `protect`.",
    on_records=check_removal,
    on_resources=check_protected,
)
DELETE_AFTER_DEPARTURE = Policy(
    "delete-after-departure",
    Level.MANDATORY,
    ("CIS 6.2", "NIST PS-4"),
    "No account is deleted while its person has access, or before a run has disabled it.",
    "Give the person a departure or `disabled: true`, apply, and let `retain` pass.",
    on_resources=check_deleted,
    of_whole_run=True,
)
NO_ACCESS_AFTER_END = Policy(
    "no-access-after-end",
    Level.MANDATORY,
    ("CIS 6.2", "NIST PS-4"),
    "No account is declared as enabled for somebody who has no access at this moment.",
    "Declare accounts through Leaver's program; correct the record if the person does have access.",
    on_resources=check_ended,
)
STATED_SIGN_IN = Policy(
    "stated-sign-in",
    Level.MANDATORY,
    ("CIS 6.2", "NIST AC-2(3)"),
    "Every account resource says whether the account is enabled: left out, the provider would enable it.",
    "State `accountEnabled` (Entra) or `status` (Okta).",
    on_resources=check_stated,
)
PROTECTED_MEMBERS = Policy(
    "protected-members",
    Level.MANDATORY,
    ("CIS 3.3", "NIST AC-3"),
    "Every declared member of a group that requires an agreement has access, and a record that names the group.",
    "Add the group to the person's record, or take the member out of the program.",
    on_resources=check_members,
    of_whole_run=True,
)
DORMANT_ACCOUNT = Policy(
    "dormant-account",
    Level.ADVISORY,
    ("CIS 5.3", "NIST AC-2(3)"),
    "No enabled account goes without a sign-in for `dormant` (by default 45 days). Needs the directories' word: "
    "signInActivity (Entra, with a P1 licence), lastLogin (Okta).",
    "Ask the person; then write `disabled: true`, or a departure.",
    on_sign_ins=check_dormant,
)
