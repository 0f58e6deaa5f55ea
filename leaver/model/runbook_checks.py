"""The rules about the tasks by hand of a client's runbook."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.model.client import Client
from leaver.model.departure import ON_CALL
from leaver.model.finding import Finding, person_subject, unknown


def check_task_owners(client: Client) -> Iterator[Finding]:
    """Whoever owns a task is an address, whoever is on call, or a person of the client."""
    for key, task in client.settings.runbook.tasks.items():
        path, subject = ("runbook", "tasks", key, "owner"), f'client "{client.key}"'
        if task.owner in (None, ON_CALL):
            if client.settings.on_call is None:
                yield Finding(
                    "client",
                    path,
                    subject,
                    f'task "{key}" has no owner',
                    "Add `owner:` to it, or `on call:` to client.yaml.",
                )
        elif task.owner is not None and "@" not in task.owner and task.owner not in client.people:
            yield unknown(
                "client", path, subject, "owner", task.owner, client.people, "write an e-mail address"
            )


def check_ticks(client: Client) -> Iterator[Finding]:
    """What is ticked is a task of the client's runbook."""
    known = client.settings.runbook.tasks
    for person, record in client.people.items():
        for key in record.departure.tasks_done if record.departure else ():
            if key not in known:
                path = (person, "departure", "tasks done", key)
                yield unknown(
                    "people", path, person_subject(person), "task", key, known, "add it to client.yaml"
                )
