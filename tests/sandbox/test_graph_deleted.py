from __future__ import annotations

import pytest

from tests.sandbox.graph_client import Graph, refusal

DAY = 86_400


def test_a_deleted_user_comes_back_with_his_groups_and_manager(graph: Graph) -> None:
    dana, lee = graph.new_user("dana"), graph.new_user("lee")
    group = graph.new_group("finance", dana, lee)
    graph.put(f"/v1.0/users/{dana}/manager/$ref", json={"@odata.id": graph.object_url(lee)})
    assert graph.delete(f"/v1.0/users/{dana}").status_code == 204
    assert graph.ids("/v1.0/users") == [lee]
    assert graph.ids(f"/v1.0/groups/{group}/members") == [lee]
    deleted = graph.get(f"/v1.0/directory/deletedItems/{dana}").json()
    assert deleted["userPrincipalName"] == f"{dana.replace('-', '')}dana@acme.example"
    restored = graph.post(f"/v1.0/directory/deletedItems/{dana}/restore")
    assert restored.status_code == 200
    assert restored.json()["userPrincipalName"] == "dana@acme.example"
    assert graph.ids(f"/v1.0/groups/{group}/members") == [dana, lee]
    assert graph.get(f"/v1.0/users/{dana}/manager").json()["id"] == lee


def test_a_deleted_users_name_is_free_and_then_blocks_his_restore(graph: Graph) -> None:
    old = graph.new_user("dana")
    graph.delete(f"/v1.0/users/{old}")
    new = graph.new_user("dana")
    assert new != old
    assert refusal(graph.post(f"/v1.0/directory/deletedItems/{old}/restore"))[2] == (
        "Another object with the same value for property userPrincipalName already exists."
    )


@pytest.mark.parametrize(("days", "kept"), [(29, True), (31, False)])
def test_a_deleted_user_is_kept_for_thirty_days(graph: Graph, days: int, kept: bool) -> None:
    dana = graph.new_user("dana")
    graph.delete(f"/v1.0/users/{dana}")
    graph.box.admin("POST", "/clock", {"offset_seconds": days * DAY})
    with Graph(graph.box, graph.box.credentials("acme")["entra"]) as later:
        assert later.ids("/v1.0/directory/deletedItems/microsoft.graph.user") == ([dana] if kept else [])
        restored = later.post(f"/v1.0/directory/deletedItems/{dana}/restore")
        assert restored.status_code == (200 if kept else 404)


def test_a_purged_user_is_gone_for_good(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("finance", dana)
    assert graph.delete(f"/v1.0/directory/deletedItems/{dana}").status_code == 404, (
        "a live user is not purged"
    )
    graph.delete(f"/v1.0/users/{dana}")
    assert graph.delete(f"/v1.0/directory/deletedItems/{dana}").status_code == 204
    assert graph.get(f"/v1.0/directory/deletedItems/{dana}").status_code == 404
    assert graph.ids(f"/v1.0/groups/{group}/members") == []


def test_a_microsoft_365_group_can_be_restored(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("team", dana, groupTypes=["Unified"], mailEnabled=True)
    graph.delete(f"/v1.0/groups/{group}")
    assert graph.ids("/v1.0/directory/deletedItems/microsoft.graph.group") == [group]
    assert graph.post(f"/v1.0/directory/deletedItems/{group}/restore").status_code == 200
    assert graph.ids(f"/v1.0/groups/{group}/members") == [dana]
