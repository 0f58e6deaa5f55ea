"""Dana, who has everything that an Entra account can have, in the sandbox; and a runbook to take it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from leaver.actions.call import Policy
from leaver.actions.connect import open_api
from leaver.actions.credentials import EntraCredentials
from leaver.actions.secret import Secret
from leaver.model import EntraSettings
from leaver.runbook.entra import RESTORE, STEPS
from leaver.runbook.graph_transport import GraphTransport
from leaver.runbook.step import Case, Reply, Step
from leaver.sandbox.endpoint import Endpoint
from tests.runbook.leaving import QUICK, Leaving
from tests.sandbox.conftest import NOW
from tests.sandbox.graph_client import TENANT, Graph

DANA = "dana.reyes@acme.example"
LEE = "lee.park@acme.example"
STEP: dict[str, Step] = {step.name: step for step in (*STEPS, RESTORE)}
USUAL = tuple(step.name for step in STEPS if not step.on_request)
ON_REQUEST = ("managed-devices", "automatic-reply", "meetings", "mailbox-handover", "files-handover")
REPLY = "Dana has left.\nPlease write to <lee.park@acme.example> & ask."
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "automatic-reply": {"text": REPLY},
    "managed-devices": {"wipe": True},
    "forwarding": {"to": "handover"},
}
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
ASSIGNMENTS = "/v1.0/roleManagement/directory/roleAssignments"
READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"


class Dana(Leaving, Graph):
    """A tenant of the sandbox in which Dana has all of it, and Lee some."""

    steps = STEP
    usual = USUAL

    def __init__(self, box: Endpoint, credential: dict[str, str], **dana: Any) -> None:
        super().__init__(box, credential)
        self.credential = credential
        users = [
            {"userPrincipalName": DANA, "displayName": "Dana Reyes", "mail": DANA, **dana},
            {"userPrincipalName": LEE, "displayName": "Lee Park", "mail": LEE},
        ]
        # Their history began an hour before the cut.
        box.admin("POST", "/clock", {"offset_seconds": -3600})
        made = box.admin("POST", "/seed", self._seed(users=users, belongings=[DANA, LEE]))
        box.admin("POST", "/clock", {"offset_seconds": 0})
        self.dana, self.lee = (made["users"][name] for name in (DANA, LEE))
        self.given: dict[str, int] = made["belongings"][DANA]

    def _seed(self, **content: Any) -> dict[str, Any]:
        return {"client": "acme", "directory": "entra", **content}

    def case(self, **fields: Any) -> Case:
        fields = {"handover": LEE, "cut": NOW, "now": NOW + timedelta(minutes=1), **fields}
        return Case("acme", "dana.reyes", "entra", self.dana, DANA, **fields)

    def transport(self, policy: Policy = QUICK) -> GraphTransport:
        settings = EntraSettings(kind="entra", tenant=TENANT, domain="acme.example")
        credentials = EntraCredentials(
            tenant=TENANT,
            client_id=self.credential["client_id"],
            client_secret=Secret(self.credential["client_secret"]),
            login=self.box.http,
            graph=self.box.http,
        )
        return GraphTransport(
            open_api("acme", "entra", settings, sandbox=True, credentials=credentials, policy=policy)
        )

    def walk(self, step: Step, case: Case) -> list[str]:
        """Take one step by single calls, and tell which writes it made: a conductor as small as can be."""
        seen = self.read(step, case)
        if step.skip(case, seen) is not None:
            return []
        asks = step.act(case, seen, [item for item in step.left(case, seen) if not item.why])
        for ask in asks:
            answer = self.request(ask.method, ask.path, json=ask.json)
            assert answer.is_success or answer.status_code in ask.fine, answer.text
        return [f"{ask.method} {ask.path}" for ask in asks]

    def read(self, step: Step, case: Case) -> dict[str, Reply]:
        """What the step reads, until it knows all."""
        seen: dict[str, Reply] = {}
        while asks := step.look(case, seen):
            for ask in asks:
                answer = self.request(ask.method, ask.path, json=ask.json)
                assert answer.is_success or answer.status_code in ask.fine, answer.text
                data = answer.json() if answer.content else None
                if ask.paged and answer.is_success:
                    data = data["value"] + self._further(data)
                seen[ask.key] = Reply(answer.status_code, data)
        return seen

    def _further(self, data: Any) -> list[Any]:
        rows: list[Any] = []
        while url := data.get("@odata.nextLink"):
            data = self.get(url).json()
            rows += data["value"]
        return rows

    def rows(self, path: str) -> list[dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["value"]
        return found

    def titles(self, path: str) -> list[str]:
        return sorted(str(row["displayName"]) for row in self.rows(path))

    def valid_sessions(self, username: str) -> int:
        found = self.box.admin("GET", "/sessions")["sessions"]
        return sum(each["valid"] for each in found if each["username"] == username)
