"""`leaver run --once`: what is due now, and nothing that waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from leaver.actions import CutReport
from leaver.errors import EXIT_CLEAN, EXIT_DIRECTORY, EXIT_PROBLEMS, LeaverError
from leaver.model import Client
from leaver.schedule import Due, overdue_or_due
from leaver.service.bulletin import Bulletin
from leaver.service.cutter import Cutter
from leaver.service.queue import Run
from leaver.service.work import Worked


async def end_due(
    clients: dict[str, Client], cutter: Cutter, bulletin: Bulletin, clock: Callable[[], datetime]
) -> bool:
    """End the access of everybody who is due and still has it; whether all of it was read back."""
    wanted = sorted(due for client in clients.values() for due in overdue_or_due(client, clock()))

    async def still_open(client: Client) -> list[Due]:
        dues = [due for due in wanted if due.client == client.key]
        try:
            return await cutter.still_open(client, dues) if dues else []
        except LeaverError as error:
            bulletin.log("check", str(error), level="warning", client=client.key)
            return dues

    looked = await asyncio.gather(*(still_open(client) for client in clients.values()))
    left = {due for dues in looked for due in dues}
    for due in wanted:
        if due not in left:
            bulletin.found_ended(due)

    async def end(due: Due) -> bool:
        report: CutReport = await cutter.cut(
            clients[due.client],
            due.person,
            lambda trouble: bulletin.trouble(due, trouble),
            lambda found: bulletin.directory_ended(due, found),
        )
        await bulletin.noted(due)
        return bulletin.cut(due, report, unseen=True)

    try:
        return all(await asyncio.gather(*(end(due) for due in wanted if due in left)))
    finally:
        await cutter.close()


def bring_all(clients: dict[str, Client], run: Run, bulletin: Bulletin, jobs: int) -> int:
    """Bring every client about whose directories disagree with its records; the exit code."""

    def work(key: str) -> Worked:
        worked = run(key, True)
        bulletin.worked(worked, 0)
        return worked

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        return max((_code(worked) for worked in pool.map(work, sorted(clients))), default=EXIT_CLEAN)


def _code(worked: Worked) -> int:
    if worked.ok:
        return EXIT_CLEAN
    return EXIT_PROBLEMS if worked.outcome == "partial" else EXIT_DIRECTORY
