"""Deleted accounts are restored ahead of the engine, on the sandbox: read back, disabled, in the evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.actions.answer import moment
from leaver.actions.credentials import client_credentials
from leaver.actions.deleted import read_deleted
from leaver.desired import Restored
from leaver.evidence import Entry, EvidenceError, Kind, Outcome, open_store
from leaver.evidence.disk import DiskEvidence
from leaver.evidence.owners import account_owners
from leaver.fleet.restore import restore
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.estates import DIRECTORIES, client
from tests.sandbox.graph_client import Graph

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
UPN = "dana.reyes@acme.example"
ACME = client({"dana.reyes": {"name": "Dana Reyes", "reinstate": True}}, sandbox=True)


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with running_sandbox(tmp_path_factory.mktemp("home") / "sandbox", lambda: datetime.now(UTC)) as found:
        yield found


@pytest.fixture
def graph(box: Endpoint) -> Iterator[Graph]:
    credential = box.register("acme", "entra", "entra", DIRECTORIES["entra"]["tenant"], ["acme.example"])
    with Graph(box, credential) as found:
        yield found
    box.admin("DELETE", "/tenants/acme/entra")
    box.admin("POST", "/reset", {})


@pytest.fixture
def home(tmp_path: Path, box: Endpoint) -> Path:
    (tmp_path / "sandbox").symlink_to(box.home)
    return tmp_path


def deleted(box: Endpoint, graph: Graph, *, enabled: bool = False) -> Restored:
    users = [{"userPrincipalName": UPN, "displayName": "Dana Reyes", "accountEnabled": enabled}]
    made = box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "users": users})
    id_ = made["users"][UPN]
    assert graph.delete(f"/v1.0/users/{id_}").status_code == 204
    return Restored("dana.reyes", "entra", UPN, id_)


def restored(home: Path, *wanted: Restored) -> tuple[str, ...]:
    return restore(home, ACME, wanted, NOW, environ={}, home=home, clock=lambda: NOW, plan="a" * 64)


def shown(graph: Graph, wanted: Restored) -> tuple[str, bool]:
    found = graph.get(f"/v1.0/users/{wanted.account}?$select=accountEnabled,userPrincipalName").json()
    return found["userPrincipalName"], found["accountEnabled"]


def entries(home: Path) -> list[Entry]:
    with open_store(home) as store:
        return [each.entry for each in store.read("acme")]


@pytest.mark.parametrize(("enabled", "then"), [(False, Outcome.ALREADY), (True, Outcome.DONE)])
def test_it_comes_back_disabled_whatever_it_was_and_that_is_read_back(
    box: Endpoint, graph: Graph, home: Path, enabled: bool, then: Outcome
) -> None:
    dana = deleted(box, graph, enabled=enabled)
    assert restored(home, dana) == ()
    assert shown(graph, dana) == (UPN, False)
    found = entries(home)
    assert {each.kind for each in found} == {Kind.RETURN}
    assert {each.plan for each in found} == {"a" * 64}
    assert [(each.step, each.outcome) for each in found] == [
        ("restore", None),
        ("restore", Outcome.DONE),
        ("disable", then),
    ]
    assert found[1].seen["now"] == {"exists": True, "deleted": None}
    assert found[1].request_id
    with open_store(home) as store:
        assert account_owners(store, "acme") == {("entra", dana.account): "dana.reyes"}


def test_the_deleted_items_are_read_with_the_name_that_each_had_and_a_fault_of_it_is_told(
    box: Endpoint, graph: Graph, home: Path
) -> None:
    dana = deleted(box, graph, enabled=True)
    found = client_credentials(ACME, {}, home)
    read, faults = asyncio.run(read_deleted(ACME, ["entra"], found))
    account = read["entra"][dana.account]
    assert (account.username, account.enabled, faults) == (UPN, True, {})
    assert moment(account.attributes["deletedDateTime"]) is not None
    box.fault("forbidden", client="acme", method="GET", path="*/deletedItems/*", count=None)
    read, faults = asyncio.run(read_deleted(ACME, ["entra"], found))
    assert read == {}
    assert faults["entra"].startswith("acme/entra: deleted accounts: 403")


def test_one_that_is_back_already_is_left_as_it_is(box: Endpoint, graph: Graph, home: Path) -> None:
    dana = deleted(box, graph, enabled=True)
    graph.post(f"/v1.0/directory/deletedItems/{dana.account}/restore")
    assert restored(home, dana) == ()
    assert shown(graph, dana) == (UPN, True)
    assert [each.outcome for each in entries(home)] == [None, Outcome.ALREADY]


def test_a_refusal_names_the_permission_and_stops_no_other_one(
    box: Endpoint, graph: Graph, home: Path
) -> None:
    dana = deleted(box, graph)
    nobody = Restored("sam.okafor", "entra", "sam@acme.example", "00000000-0000-4000-8000-000000000001")
    box.fault("forbidden", client="acme", method="POST", path="*/restore", count=None)
    first, second = restored(home, nobody, dana)
    assert first.startswith(
        "acme: sam.okafor in entra: the deleted account 00000000-0000-4000-8000-000000000001: restore the deleted "
        "account: failed: the account sam@acme.example does not exist: It is gone for good"
    )
    assert second.startswith(
        f"acme: dana.reyes in entra: the deleted account {dana.account}: restore the deleted account: failed: 403"
    )
    assert "User.DeleteRestore.All" in second
    box.admin("DELETE", "/faults")
    assert restored(home, dana) == ()


def test_nothing_is_restored_of_which_the_evidence_cannot_tell(
    box: Endpoint, graph: Graph, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana = deleted(box, graph)

    def full(*_: object) -> None:
        raise EvidenceError("evidence: the disk is full.")

    monkeypatch.setattr(DiskEvidence, "_append", full)
    assert restored(home, dana) == (
        f"acme: dana.reyes in entra: the deleted account {dana.account} may not be restored: "
        "evidence: the disk is full.",
    )
    assert graph.get(f"/v1.0/users/{dana.account}").status_code == 404
