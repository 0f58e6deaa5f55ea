"""One plan that has something of everything, and the files that show it. Bless with: python -m tests.plan.golden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from leaver.desired import Change, Effect
from leaver.model import AllLimits, Client
from leaver.plan import EngineView, FoundBreak, LimitUse, Plan, Standing, compare, markdown, page
from leaver.plan import document as documents
from leaver.plan.compare import compare_limits
from leaver.plan.text import lines
from tests.estates import NOW, client

FOLDER = Path(__file__).with_name("golden")
HOSTILE = "Eve <script>alert(1)</script> @everyone [x](https://evil.example) \u202egro"
GROUPS = {"everyone": {"directory": "entra"}, "finance": {"directory": "entra"}}
COMMIT = "3f2a9c1b2d4e5f60718293a4b5c6d7e8f9010203"


def acme(before: bool) -> Client:
    """A client: Dana leaves on Friday, Sam joins, Lee's record goes, Eve's name is hostile."""
    dana = {"name": "Dana Reyes", "groups": ["everyone", "finance"]}
    leaves = {"at": "2026-11-27 17:00", "kind": "contentious", "hold": "none", "ticket": "HD-4711"}
    people = {
        "dana.reyes": dana if before else {**dana, "departure": leaves},
        "eve": {"name": HOSTILE, "groups": ["everyone"], **({} if before else {"title": HOSTILE})},
        "moss": {"name": "Moss Quah", "groups": ["everyone", *([] if before else ["finance"])]},
        **({"lee.park": {"name": "Lee Park", "groups": ["everyone"]}} if before else {}),
        **(
            {}
            if before
            else {"sam": {"name": "Sam Okafor", "groups": ["everyone"], "starts": "2026-12-01 09:00"}}
        ),
    }
    limits = {} if before else {"limits": {"removals": 50}}
    return client(people, GROUPS, **limits)


def plan() -> Plan:
    """The plan of that, with breaks of policies, limits and the engine's view."""
    place = "identities/acme/people.yaml"
    second = replace(client({"ann": {}}), key="brightwater")
    changed = replace(client({"ann": {"disabled": True}}), key="brightwater")
    return Plan(
        now=NOW,
        since="origin/main",
        commit=COMMIT,
        clients=(compare(acme(before=True), acme(before=False)), compare(second, changed)),
        gone=("kestrel",),
        bounds=compare_limits(AllLimits(), AllLimits(removals=500)),
        unchanged=498,
        findings=(
            FoundBreak(
                "acme", "has-manager", False, Standing.NEW, f'{place}:9:3: person "sam": no manager. Add one.'
            ),
            FoundBreak(
                "acme", "signed-nda", True, Standing.NEW, f'{place}:2:3: person "moss": no NDA. Sign one.'
            ),
            FoundBreak(
                "acme", "has-start", False, Standing.STAYS, f'{place}:5:3: person "eve": no start. Add it.'
            ),
            FoundBreak("acme", "has-manager", False, Standing.GONE, 'person "lee.park": no manager'),
        ),
        limits=(
            LimitUse("acme", "acme", "people", 1, 2, 4),
            LimitUse("brightwater", "brightwater", "people", 1, 0, 1),
            LimitUse(None, "all clients", "people", 2, 50, 49_000, about=True),
        ),
        refusals=("brightwater: 1 of 1 people would lose their access (ann); the limits allow 0",),
        engine={
            "acme": EngineView(
                changes=(Change("lee.park", "entra", Effect.DISABLED, "lee.park@acme.example"),),
                steps=("lee.park in entra: disable the account; revoke the sessions",),
                beyond=("moss in entra: changed title: a → b: the record did not change",),
                short=("moss in entra: the records give, and the directory shows already: group Finance",),
                notices=("eve in entra: mastered by on-premises",),
            ),
            "brightwater": EngineView(error="brightwater: the directory does not answer.", exit_code=3),
        },
    )


def shown() -> Mapping[str, str]:
    """Every format of that plan, by the name of its file."""
    made = plan()
    return {
        "plan.txt": "".join(f"{role.value:8}|{line}\n" for role, line in lines(made)),
        "plan.md": markdown.render(made, "The whole is in the run's artefacts."),
        "plan.html": page.render(made) + "\n",
        "plan.json": documents.dump(made),
    }


if __name__ == "__main__":
    for name, content in shown().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
