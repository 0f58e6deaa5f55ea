from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.graph_client import PASSWORD, Graph, refusal

DEFAULT = {
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
}


def test_an_unselected_read_answers_the_default_properties(graph: Graph) -> None:
    user = graph.new_user("dana", jobTitle="Controller", department="Finance")
    found = graph.get(f"/v1.0/users/{user}").json()
    assert set(found) - {"@odata.context"} == DEFAULT
    assert (found["jobTitle"], found["businessPhones"]) == ("Controller", [])
    assert found["@odata.context"] == f"{graph.box.http}/v1.0/$metadata#users/$entity"


def test_a_selected_read_answers_what_was_asked_for(graph: Graph) -> None:
    user = graph.new_user("dana", employeeOrgData={"costCenter": "C1", "division": None}, otherMails=[])
    found = graph.get(
        f"/v1.0/users/{user}?$select=accountEnabled,employeeOrgData,otherMails,usageLocation"
    ).json()
    found.pop("@odata.context")
    assert found == {
        "accountEnabled": True,
        "employeeOrgData": {"costCenter": "C1", "division": None},
        "otherMails": [],
        "usageLocation": None,
    }


def test_a_user_is_found_by_his_name_in_any_case(graph: Graph) -> None:
    user = graph.new_user("dana")
    assert graph.get("/v1.0/users/DANA@acme.example").json()["id"] == user


def test_a_password_is_written_and_never_read(graph: Graph) -> None:
    user = graph.new_user("dana")
    assert graph.get(f"/v1.0/users/{user}?$select=passwordProfile").json()["passwordProfile"] is None
    assert PASSWORD not in graph.get(f"/beta/users/{user}").text


def test_show_in_address_list_is_set_on_beta_and_read_on_both(graph: Graph) -> None:
    user = graph.new_user("dana")
    assert graph.patch(f"/beta/users/{user}", json={"showInAddressList": False}).status_code == 204
    assert graph.get(f"/beta/users/{user}?$select=showInAddressList").json()["showInAddressList"] is False
    assert graph.get(f"/v1.0/users/{user}?$select=showInAddressList").json()["showInAddressList"] is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"userPrincipalName": "DANA@acme.example"},
            "Another object with the same value for property userPrincipalName already exists.",
        ),
        (
            {"userPrincipalName": "sam@elsewhere.example"},
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified"
            " domain names in your organization.",
        ),
        ({"userPrincipalName": "sam"}, "Property userPrincipalName is invalid."),
        ({"passwordProfile": None}, "A password must be specified to create a new user."),
        (
            {"passwordProfile": {"password": "simple"}},
            "The specified password does not comply with password complexity requirements."
            " Please provide a different password.",
        ),
        ({"displayName": None}, "A value is required for property 'displayName' of resource 'User'."),
        ({"mailNickname": ""}, "A value is required for property 'mailNickname' of resource 'User'."),
        ({"nickname": "x"}, "Invalid property 'nickname'."),
        ({"id": "x"}, "Property 'id' is read-only and cannot be set."),
        (
            {"jobTitle": "x" * 129},
            "Invalid value specified for property 'jobTitle' of resource 'User'.",
        ),
    ],
)
def test_a_faulty_user_is_not_created(graph: Graph, change: dict[str, Any], message: str) -> None:
    graph.new_user("dana")
    body = {
        "accountEnabled": True,
        "displayName": "Sam",
        "mailNickname": "sam",
        "userPrincipalName": "sam@acme.example",
        "passwordProfile": {"password": PASSWORD},
        **change,
    }
    assert refusal(graph.post("/v1.0/users", json=body)) == (400, "Request_BadRequest", message)
    assert len(graph.ids("/v1.0/users")) == 1


def test_a_patch_changes_what_it_names_and_null_clears(graph: Graph) -> None:
    user = graph.new_user("dana", department="Finance", city="Leeds")
    assert (
        graph.patch(f"/v1.0/users/{user}", json={"department": None, "jobTitle": "Lead"}).status_code == 204
    )
    found = graph.get(f"/v1.0/users/{user}?$select=department,city,jobTitle").json()
    assert (found["department"], found["city"], found["jobTitle"]) == (None, "Leeds", "Lead")


def test_a_refused_patch_changes_nothing(graph: Graph) -> None:
    user = graph.new_user("dana", department="Finance")
    answer = graph.patch(
        f"/v1.0/users/{user}", json={"department": "Sales", "userPrincipalName": "x@elsewhere.example"}
    )
    assert answer.status_code == 400
    assert graph.get(f"/v1.0/users/{user}?$select=department").json()["department"] == "Finance"


def test_a_renamed_user_frees_his_old_name(graph: Graph) -> None:
    user = graph.new_user("dana")
    graph.patch(f"/v1.0/users/{user}", json={"userPrincipalName": "dana.reyes@acme.example"})
    assert graph.get("/v1.0/users/dana@acme.example").status_code == 404
    graph.new_user("dana")


def test_a_missing_user_is_not_found_in_graphs_words(graph: Graph) -> None:
    name = "nobody@acme.example"
    for answer in (
        graph.get(f"/v1.0/users/{name}"),
        graph.patch(f"/v1.0/users/{name}", json={}),
        graph.delete(f"/v1.0/users/{name}"),
    ):
        assert refusal(answer) == (
            404,
            "Request_ResourceNotFound",
            f"Resource '{name}' does not exist or one of its queried reference-property objects are not present.",
        )


def test_a_synchronised_user_is_changed_on_premises_only(graph: Graph) -> None:
    user = graph.new_user("dana", onPremisesSyncEnabled=True, department="Finance")
    refused = graph.patch(f"/v1.0/users/{user}", json={"department": "Sales"})
    assert refusal(refused)[2].startswith(
        "Unable to update the specified properties for on-premises mastered"
    )
    assert graph.patch(f"/v1.0/users/{user}", json={"accountEnabled": False}).status_code == 204


def test_a_manager_is_set_read_changed_and_removed(graph: Graph) -> None:
    dana, lee, kim = (graph.new_user(name) for name in ("dana", "lee", "kim"))
    missing = graph.get(f"/v1.0/users/{dana}/manager")
    assert refusal(missing)[2].startswith("Resource 'manager' does not exist")
    for boss in (lee, kim):
        assert (
            graph.put(
                f"/v1.0/users/{dana}/manager/$ref", json={"@odata.id": graph.object_url(boss)}
            ).status_code
            == 204
        )
        found = graph.get(f"/v1.0/users/{dana}/manager").json()
        assert (found["id"], found["@odata.type"]) == (boss, "#microsoft.graph.user")
    assert graph.ids(f"/v1.0/users/{kim}/directReports") == [dana]
    assert graph.ids(f"/v1.0/users/{lee}/directReports") == []
    expanded = graph.get(f"/v1.0/users/{dana}?$select=id&$expand=manager($select=id)").json()
    assert expanded["manager"] == {"@odata.type": "#microsoft.graph.user", "id": kim}
    assert graph.delete(f"/v1.0/users/{dana}/manager/$ref").status_code == 204
    assert graph.delete(f"/v1.0/users/{dana}/manager/$ref").status_code == 404
    assert graph.get(f"/v1.0/users/{dana}/manager").status_code == 404


def test_a_manager_must_exist(graph: Graph) -> None:
    dana = graph.new_user("dana")
    ghost = "00000000-0000-4000-8000-00000000dead"
    answer = graph.put(f"/v1.0/users/{dana}/manager/$ref", json={"@odata.id": graph.object_url(ghost)})
    assert refusal(answer)[:2] == (404, "Request_ResourceNotFound")


def test_revoking_sessions_moves_their_valid_from_to_now(graph: Graph) -> None:
    user = graph.new_user("dana")
    graph.box.admin("POST", "/clock", {"offset_seconds": 600})
    answer = graph.post(f"/v1.0/users/{user}/revokeSignInSessions")
    assert (answer.status_code, answer.json()["value"]) == (200, True)
    found = graph.get(f"/v1.0/users/{user}?$select=signInSessionsValidFromDateTime,createdDateTime").json()
    assert found["signInSessionsValidFromDateTime"] == "2026-11-22T14:10:00Z"
    assert found["createdDateTime"] == "2026-11-22T14:00:00Z"


def _signed_in(graph: Graph) -> list[bool]:
    return [each["valid"] for each in graph.box.admin("GET", "/sessions", client="acme")["sessions"]]


def _sign_in(graph: Graph) -> dict[str, Any]:
    found: dict[str, Any] = graph.box.admin(
        "POST", "/signin", {"client": "acme", "directory": "entra", "username": "Dana@acme.example"}
    )
    return found


def test_a_disabled_account_cannot_sign_in_and_its_sessions_rest(graph: Graph) -> None:
    user = graph.new_user("dana")
    assert _sign_in(graph)["ok"] is True
    graph.patch(f"/v1.0/users/{user}", json={"accountEnabled": False})
    assert _sign_in(graph) == {"ok": False, "error": "AADSTS50057: The user account is disabled."}
    assert _signed_in(graph) == [False]
    graph.patch(f"/v1.0/users/{user}", json={"accountEnabled": True})
    assert _signed_in(graph) == [True], "disabling alone revokes nothing for good"


@pytest.mark.parametrize("how", ["revoke", "password"])
def test_a_revoked_session_stays_dead_and_a_later_one_lives(graph: Graph, how: str) -> None:
    user = graph.new_user("dana")
    _sign_in(graph)
    if how == "revoke":
        graph.post(f"/v1.0/users/{user}/revokeSignInSessions")
    else:
        graph.patch(f"/v1.0/users/{user}", json={"passwordProfile": {"password": "Another-Horse-7"}})
    assert _signed_in(graph) == [False]
    _sign_in(graph)
    assert sorted(_signed_in(graph)) == [False, True]


def test_an_unknown_user_cannot_sign_in(graph: Graph) -> None:
    assert _sign_in(graph)["error"].startswith("AADSTS50034")


def test_an_unknown_path_and_a_wrong_method_are_told_apart(graph: Graph) -> None:
    assert refusal(graph.get("/v1.0/persons")) == (
        400,
        "BadRequest",
        "Resource not found for the segment 'persons'.",
    )
    assert refusal(graph.put("/v1.0/users", json={}))[0] == 405


def test_a_body_that_is_not_json_is_refused(graph: Graph) -> None:
    answer = graph.post("/v1.0/users", content=b"{")
    assert refusal(answer)[:2] == (400, "Request_BadRequest")
    assert graph.post("/v1.0/users", json=[1]).status_code == 400
