"""A plan as a file: written by `leaver preview --since`, read by `leaver apply --approved`.

The output of a plain `leaver preview --json` is read as one too: of records that are as they were, with every effect
that the engine named.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from leaver.desired import ChangeReport
from leaver.errors import LeaverError
from leaver.model import Client
from leaver.plan import canonical
from leaver.plan.compare import compare
from leaver.plan.outline import outline
from leaver.plan.plan import (
    VERSION,
    EngineView,
    FoundBreak,
    LimitUse,
    Plan,
    bounds_of,
    client_json,
    client_of,
)

FORMAT = "leaver plan"
_FINDINGS: TypeAdapter[tuple[FoundBreak, ...]] = TypeAdapter(tuple[FoundBreak, ...])
_LIMITS: TypeAdapter[tuple[LimitUse, ...]] = TypeAdapter(tuple[LimitUse, ...])
_VIEW: TypeAdapter[EngineView] = TypeAdapter(EngineView)


class NoPlan(LeaverError):
    """The file is no plan."""


def to_json(plan: Plan) -> dict[str, Any]:
    """The whole plan as plain data: what is hashed in `plan`, the rest beside it."""
    found = outline(plan)
    return {
        "format": FORMAT,
        "hash": plan.hash,
        **(
            {"approvals": {each.key: plan.approval(each.key) for each in plan.clients}}
            if plan.refusals
            else {}
        ),
        "made": plan.now.isoformat(),
        "since": plan.since,
        "commit": plan.commit,
        "unchanged": plan.unchanged,
        "refused": plan.refused,
        "plan": plan.canonical(),
        "findings": _FINDINGS.dump_python(plan.findings, mode="json"),
        "limits": _LIMITS.dump_python(plan.limits, mode="json"),
        "refusals": list(plan.refusals),
        "engine": {key: _VIEW.dump_python(view, mode="json") for key, view in plan.engine.items()},
        "told": {
            part.change.key: {
                "summary": part.counted,
                "people": [
                    {
                        "person": person.key,
                        "verb": person.verb.value,
                        "at": person.at.isoformat() if person.at else None,
                        "said": person.said,
                        "lines": list(person.lines),
                    }
                    for person in part.told.people
                ],
                **{topic.value: list(lines) for topic, lines in part.blocks},
            }
            for part in found.parts
        },
    }


def dump(plan: Plan) -> str:
    """The text of the file: plain ASCII."""
    return json.dumps(to_json(plan), indent=2) + "\n"


def load(text: str, name: str) -> Plan:
    """Read a plan back; `name` is the file's, for messages.

    Raises:
        NoPlan: it is none, or of another version, or not what its hash says.
    """
    try:
        data = json.loads(text)
    except ValueError:
        raise NoPlan(f"{name}: is no JSON. Make it with: leaver preview --since REF --format json") from None
    if isinstance(data, list):
        return _of_previews(data, name)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NoPlan(f"{name}: is no plan. Make one with: leaver preview --since REF --format json")
    stated = data.get("plan")
    version = stated.get("version") if isinstance(stated, dict) else None
    if not isinstance(stated, dict) or version != VERSION:
        raise NoPlan(
            f"{name}: is a plan of version {version}, and this Leaver reads version {VERSION}. "
            "Make it again with this Leaver."
        )
    try:
        plan = Plan(
            now=datetime.fromisoformat(data["made"]),
            since=str(data["since"]),
            commit=str(data["commit"]),
            clients=tuple(client_of(each) for each in stated["clients"]),
            gone=tuple(str(each) for each in stated["gone"]),
            bounds=bounds_of(stated["bounds"]),
            unchanged=int(data["unchanged"]),
            findings=_FINDINGS.validate_python(data["findings"]),
            limits=_LIMITS.validate_python(data["limits"]),
            refusals=tuple(str(each) for each in data["refusals"]),
            engine={str(key): _VIEW.validate_python(each) for key, each in data["engine"].items()},
        )
        same = canonical.digest(stated) == plan.hash == data.get("hash")
    except (ValidationError, LookupError, TypeError, ValueError, AttributeError):
        raise NoPlan(
            f"{name}: is a plan with something missing or misplaced. Make it again, and do not edit it."
        ) from None
    if not same:
        raise NoPlan(
            f"{name}: its content is not what its hash says: it was edited after it was made. Make it again."
        )
    return plan


def records_of(client: Client) -> Any:
    """What `leaver preview --json` says of the records that it read, so that its output is a plan too."""
    return client_json(compare(client, client))


def _of_previews(data: Sequence[Any], name: str) -> Plan:
    """The plan that the output of `leaver preview --json` is: the records of then, and the engine's effects."""
    try:
        reports = {each["client"]: ChangeReport.from_json(each["report"]) for each in data if each["ok"]}
        clients = {each["client"]: client_of(each["records"]) for each in data if each["ok"]}
        failed = {str(each["client"]): str(each["error"]) for each in data if not each["ok"]}
        if any(key != change.key for key, change in clients.items()):
            raise ValueError(name)
    except (ValidationError, LookupError, TypeError, ValueError, AttributeError):
        raise NoPlan(f"{name}: is no plan, and not the output of `leaver preview --json` either.") from None
    if failed:
        said = "\n".join(f"  {error}" for _, error in sorted(failed.items()))
        raise NoPlan(f"{name}: some of the previews were refused or failed, and nothing is applied:\n{said}")
    if not reports:
        raise NoPlan(f"{name}: holds no preview of any client.")
    return Plan(
        now=max(datetime.fromisoformat(report.now) for report in reports.values()),
        since="",
        commit="",
        clients=tuple(change for _, change in sorted(clients.items())),
        engine={
            key: EngineView(changes=report.changes, notices=report.notices)
            for key, report in sorted(reports.items())
        },
    )
