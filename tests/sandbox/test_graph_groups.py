from __future__ import annotations

from tests.sandbox.graph_client import Graph, refusal

EVENTUAL = {"ConsistencyLevel": "eventual"}


def test_a_group_starts_with_its_owners_and_members(graph: Graph) -> None:
    dana, lee = graph.new_user("dana"), graph.new_user("lee")
    group = graph.new_group("finance", dana, **{"owners@odata.bind": [graph.object_url(lee)]})
    assert graph.ids(f"/v1.0/groups/{group}/members") == [dana]
    assert graph.ids(f"/v1.0/groups/{group}/owners") == [lee]
    found = graph.get(f"/beta/groups/{group}").json()
    assert (found["displayName"], found["securityEnabled"], found["groupTypes"]) == ("finance", True, [])
    assert found["createdDateTime"] == "2026-11-22T14:00:00Z"


def test_a_group_is_renamed_and_found_by_its_new_name_at_once(graph: Graph) -> None:
    group = graph.new_group("finance")
    assert (
        graph.patch(f"/beta/groups/{group}", json={"displayName": "Money", "description": None}).status_code
        == 204
    )
    assert graph.ids("/beta/groups", **{"$filter": "displayName eq 'Money'"}) == [group]
    assert graph.ids("/beta/groups", **{"$filter": "displayName eq 'finance'"}) == []


def test_members_come_and_go_by_reference(graph: Graph) -> None:
    dana, lee = graph.new_user("dana"), graph.new_user("lee")
    group = graph.new_group("finance")
    assert graph.add_member(group, dana).status_code == 204
    assert graph.add_member(group, lee).status_code == 204
    assert graph.ids(f"/v1.0/groups/{group}/members") == [dana, lee]
    assert graph.ids(f"/v1.0/groups/{group}/members", **{"$filter": f"id eq '{lee}'"}) == [lee]
    assert graph.delete(f"/v1.0/groups/{group}/members/{dana}/$ref").status_code == 204
    assert graph.ids(f"/v1.0/groups/{group}/members") == [lee]
    assert graph.get(f"/v1.0/users/{dana}").status_code == 200


def test_a_member_is_not_added_twice(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("finance", dana)
    assert refusal(graph.add_member(group, dana)) == (
        400,
        "Request_BadRequest",
        "One or more added object references already exist for the following modified properties: 'members'.",
    )


def test_an_absent_member_cannot_be_removed(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("finance")
    assert refusal(graph.delete(f"/v1.0/groups/{group}/members/{dana}/$ref"))[:2] == (
        404,
        "Request_ResourceNotFound",
    )


def test_leaving_out_ref_deletes_the_user_himself(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("finance", dana)
    assert graph.delete(f"/v1.0/groups/{group}/members/{dana}").status_code == 204
    assert graph.get(f"/v1.0/users/{dana}").status_code == 404
    assert graph.ids("/v1.0/directory/deletedItems/microsoft.graph.user") == [dana]


def test_members_are_paged_counted_and_cast(graph: Graph) -> None:
    users = [graph.new_user(f"u{number}") for number in range(3)]
    inner = graph.new_group("inner")
    group = graph.new_group("outer", users[0], inner, users[1], users[2])
    assert graph.ids(f"/v1.0/groups/{group}/members?$top=2") == [users[0], inner, users[1], users[2]]
    assert graph.ids(f"/v1.0/groups/{group}/members/microsoft.graph.user?$top=2") == users
    assert graph.get(f"/v1.0/groups/{group}/members/$count", headers=EVENTUAL).text == "4"
    assert (
        graph.get(f"/v1.0/groups/{group}/members/microsoft.graph.group/$count", headers=EVENTUAL).text == "1"
    )
    kinds = [each["@odata.type"] for each in graph.get(f"/v1.0/groups/{group}/members").json()["value"]]
    assert kinds.count("#microsoft.graph.user") == 3


def test_membership_through_a_group_is_transitive(graph: Graph) -> None:
    dana = graph.new_user("dana")
    inner = graph.new_group("inner", dana)
    outer = graph.new_group("outer", inner)
    graph.add_member(inner, outer)  # a circle must not hang the directory
    assert graph.ids(f"/v1.0/users/{dana}/memberOf") == [inner]
    assert set(graph.ids(f"/v1.0/users/{dana}/transitiveMemberOf")) == {inner, outer}
    assert dana in graph.ids(f"/v1.0/groups/{outer}/transitiveMembers")
    names = graph.post(f"/v1.0/users/{dana}/getMemberGroups", json={"securityEnabledOnly": False}).json()[
        "value"
    ]
    assert set(names) == {inner, outer}


def test_a_deleted_security_group_is_gone_for_good_with_its_memberships(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("finance", dana)
    assert graph.delete(f"/v1.0/groups/{group}").status_code == 204
    assert graph.get(f"/v1.0/groups/{group}").status_code == 404
    assert graph.ids(f"/v1.0/users/{dana}/memberOf") == []
    assert graph.ids("/v1.0/directory/deletedItems/microsoft.graph.group") == []


def test_a_dynamic_group_takes_no_members_by_hand(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group(
        "all", groupTypes=["DynamicMembership"], membershipRule="user.accountEnabled -eq true"
    )
    assert graph.add_member(group, dana).status_code == 400


def test_objects_are_looked_up_by_their_ids(graph: Graph) -> None:
    dana, group = graph.new_user("dana"), graph.new_group("finance")
    answer = graph.post("/v1.0/directoryObjects/getByIds", json={"ids": [dana, group], "types": ["user"]})
    assert [each["id"] for each in answer.json()["value"]] == [dana]
    assert graph.get(f"/v1.0/directoryObjects/{group}").json()["@odata.type"] == "#microsoft.graph.group"
