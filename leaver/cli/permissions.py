"""The check of `leaver doctor` of what each directory lets Leaver do, held against what its runbook needs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leaver.actions import CallFailed, Credentials, OktaCredentials, Unauthorised
from leaver.cli.checkup import Finding, Level
from leaver.cli.output import count
from leaver.cli.progress import progress
from leaver.fleet import Progress
from leaver.model import Client, EntraSettings
from leaver.runbook.choice import choose
from leaver.runbook.permissions import LICENCES, RETURNS, ROLES, SIGN_INS, Need, gives, needed

if TYPE_CHECKING:
    from collections.abc import Callable

    from leaver.actions.granted import Granted

_AT_ONCE = 16
PAGE = "docs/permissions.md"


def permissions(held: Sequence[tuple[Client, str, Credentials]]) -> Iterator[Finding]:
    """One finding for each directory, in this order. Signs in to all of them, many at once."""
    with progress(len(held)) as tell:
        found = asyncio.run(_all(held, tell))
    yield from found


def needs_of(client: Client, directory: str) -> tuple[Need, ...]:
    """What a directory of the client must let Leaver do."""
    settings = client.settings.directories[directory]
    uses = [ROLES] if any(person.roles for person in client.people.values()) else []
    if any(person.reinstate for person in client.people.values()):
        uses.append(RETURNS)
    if any(
        client.licence_directory(key) == directory for each in client.people.values() for key in each.licences
    ):
        uses.append(LICENCES)
    if isinstance(settings, EntraSettings) and settings.sign_ins:
        uses.append(SIGN_INS)
    return needed(settings.kind, choose(client.settings.runbook, settings.kind).steps, uses=uses)


def judged(subject: str, needs: Sequence[Need], granted: Granted) -> Finding:
    """What is missing of `needs`; what a run or a cut cannot do without is a failure."""
    missing = [need for need in needs if _lacks(granted, need.permission)]
    unknown = [
        need for need in needs if need not in missing and not gives(granted.permissions, need.permission)
    ]
    if missing:
        named = ", ".join(f"{need.permission} ({', '.join(need.by)})" for need in missing)
        basic = any(need.basic for need in missing)
        remedy = f"Grant what is missing ({PAGE})"
        remedy += "." if basic else ", or leave those steps out: `runbook:` in client.yaml."
        return Finding("fail" if basic else "warn", subject, f"lacks {named}; {granted.how}", remedy)
    if unknown:
        named = ", ".join(need.permission for need in unknown)
        remedy = f"Look in its administration that they are granted ({PAGE})."
        return Finding("warn", subject, f"nobody can tell of {named}; {granted.how}", remedy)
    return Finding("ok", subject, f"all {count(len(needs), 'permission')}, {granted.how}")


def _lacks(granted: Granted, permission: str) -> bool:
    """Whether it is known to be lacked: it was refused, and nothing that was granted gives as much."""
    return permission in granted.refused and not gives(granted.permissions, permission)


async def _all(
    held: Sequence[tuple[Client, str, Credentials]], tell: Callable[[Progress], None]
) -> list[Finding]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(client: Client, directory: str, credentials: Credentials) -> Finding:
        async with gate:
            found = await _one(client, directory, credentials)
        tell(Progress(f"{client.key}/{directory}", "done"))
        return found

    return list(await asyncio.gather(*(one(*each) for each in held)))


async def _one(client: Client, directory: str, credentials: Credentials) -> Finding:
    from leaver.actions.call import Policy
    from leaver.actions.connect import open_api
    from leaver.actions.granted import granted

    subject = f"permissions {client.key}/{directory}"
    needs = needs_of(client, directory)
    api = open_api(
        client.key,
        directory,
        client.settings.directories[directory],
        sandbox=client.settings.sandbox,
        credentials=credentials,
        policy=Policy(connect=5.0, read=10.0, call=15.0),
    )
    by_token = isinstance(credentials, OktaCredentials) and credentials.api_token is not None
    try:
        found = await granted(api, (need.permission for need in needs), token_of_a_user=by_token)
    except CallFailed as error:
        level: Level = "fail" if isinstance(error, Unauthorised) else "warn"
        return Finding(level, subject, f"cannot be read: {error.subject}: {error.fault}", error.remedy)
    finally:
        await api.close()
    return judged(subject, needs, found)
