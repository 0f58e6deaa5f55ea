"""Roles, licences, devices, sign-in methods, app roles and grants: what else a leaver has."""

from __future__ import annotations

import pytest

from leaver.sandbox.graph.licences import SKUS
from tests.sandbox.graph_client import Graph, refusal

READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
E3 = SKUS["SPE_E3"]
DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"


def test_a_role_is_activated_once_and_given_and_taken_by_reference(graph: Graph) -> None:
    dana = graph.new_user("dana")
    assert READERS in graph.ids("/v1.0/directoryRoleTemplates")
    assert graph.ids("/v1.0/directoryRoles") == []
    role = graph.post("/v1.0/directoryRoles", json={"roleTemplateId": READERS}).json()["id"]
    assert graph.post("/v1.0/directoryRoles", json={"roleTemplateId": READERS}).status_code == 400
    assert graph.ids("/v1.0/directoryRoles", **{"$filter": f"roleTemplateId eq '{READERS}'"}) == [role]
    members = f"/v1.0/directoryRoles/{role}/members"
    assert graph.post(f"{members}/$ref", json={"@odata.id": graph.object_url(dana)}).status_code == 204
    assert graph.post(f"{members}/$ref", json={"@odata.id": graph.object_url(dana)}).status_code == 400
    assert graph.ids(members) == [dana]
    assert graph.ids(f"/v1.0/users/{dana}/memberOf") == [role]
    assert graph.delete(f"{members}/{dana}/$ref").status_code == 204
    assert graph.delete(f"{members}/{dana}/$ref").status_code == 404


def test_an_assignment_and_a_role_member_are_the_same_thing(graph: Graph) -> None:
    dana = graph.new_user("dana")
    body = {"principalId": dana, "roleDefinitionId": READERS, "directoryScopeId": "/"}
    path = "/v1.0/roleManagement/directory/roleAssignments"
    made = graph.post(path, json=body)
    assert made.status_code == 201
    assert graph.post(path, json=body).status_code == 400
    assert graph.ids(f"/v1.0/directoryRoles/{READERS}/members") == [dana]
    assert graph.ids(path, **{"$filter": f"principalId eq '{dana}'"}) == [made.json()["id"]]
    assert graph.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert graph.delete(f"{path}/{made.json()['id']}").status_code == 404
    assert graph.ids(f"/v1.0/directoryRoles/{READERS}/members") == []


def test_a_group_must_be_role_assignable_to_hold_a_role(graph: Graph) -> None:
    body = {"roleDefinitionId": READERS, "directoryScopeId": "/"}
    path = "/v1.0/roleManagement/directory/roleAssignments"
    plain, special = graph.new_group("plain"), graph.new_group("special", isAssignableToRole=True)
    assert graph.post(path, json={**body, "principalId": plain}).status_code == 400
    assert graph.post(path, json={**body, "principalId": special}).status_code == 201


def test_a_licence_needs_a_usage_location(graph: Graph) -> None:
    dana = graph.new_user("dana")
    order = {"addLicenses": [{"skuId": E3}], "removeLicenses": []}
    assert refusal(graph.post(f"/v1.0/users/{dana}/assignLicense", json=order))[2] == (
        "License assignment cannot be done for user with invalid usage location."
    )
    graph.patch(f"/v1.0/users/{dana}", json={"usageLocation": "GB"})
    assert graph.post(f"/v1.0/users/{dana}/assignLicense", json=order).status_code == 200
    found = graph.get(f"/v1.0/users/{dana}?$select=assignedLicenses").json()["assignedLicenses"]
    assert found == [{"skuId": E3, "disabledPlans": []}]
    sku = next(each for each in graph.get("/v1.0/subscribedSkus").json()["value"] if each["skuId"] == E3)
    assert sku["consumedUnits"] == 1
    back = {"addLicenses": [], "removeLicenses": [E3]}
    assert graph.post(f"/v1.0/users/{dana}/assignLicense", json=back).status_code == 200
    assert refusal(graph.post(f"/v1.0/users/{dana}/assignLicense", json=back))[2] == (
        "User does not have a corresponding license."
    )


def test_an_inherited_licence_goes_with_the_group(graph: Graph) -> None:
    dana = graph.new_user("dana", usageLocation="GB")
    group = graph.new_group("staff", dana)
    order = {"addLicenses": [{"skuId": E3}], "removeLicenses": []}
    assert graph.post(f"/v1.0/groups/{group}/assignLicense", json=order).status_code == 202
    details = graph.get(f"/v1.0/users/{dana}/licenseDetails").json()["value"]
    assert [each["skuPartNumber"] for each in details] == ["SPE_E3"]
    states = graph.get(f"/v1.0/users/{dana}?$select=licenseAssignmentStates").json()[
        "licenseAssignmentStates"
    ]
    assert states[0]["assignedByGroup"] == group
    back = {"addLicenses": [], "removeLicenses": [E3]}
    assert "inherited from a group" in refusal(graph.post(f"/v1.0/users/{dana}/assignLicense", json=back))[2]
    graph.delete(f"/v1.0/groups/{group}/members/{dana}/$ref")
    assert graph.get(f"/v1.0/users/{dana}/licenseDetails").json()["value"] == []


def test_an_unknown_licence_is_refused(graph: Graph) -> None:
    dana = graph.new_user("dana", usageLocation="GB")
    order = {"addLicenses": [{"skuId": READERS}], "removeLicenses": []}
    assert (
        "does not correspond to a valid company License"
        in refusal(graph.post(f"/v1.0/users/{dana}/assignLicense", json=order))[2]
    )


def _device(graph: Graph, owner: str, system: str) -> str:
    body = {
        "accountEnabled": True,
        "displayName": "LAPTOP-7",
        "operatingSystem": system,
        "operatingSystemVersion": "10",
    }
    made: str = graph.post("/v1.0/devices", json=body).json()["id"]
    for relation in ("registeredOwners", "registeredUsers"):
        answer = graph.post(
            f"/v1.0/devices/{made}/{relation}/$ref", json={"@odata.id": graph.object_url(owner)}
        )
        assert answer.status_code == 204
    return made


def test_a_windows_device_is_found_by_its_owner_and_disabled(graph: Graph) -> None:
    dana = graph.new_user("dana")
    device = _device(graph, dana, "Windows")
    assert graph.ids(f"/v1.0/users/{dana}/ownedDevices") == [device]
    assert graph.ids(f"/v1.0/users/{dana}/registeredDevices") == [device]
    assert graph.ids(f"/v1.0/devices/{device}/registeredOwners") == [dana]
    assert graph.patch(f"/v1.0/devices/{device}", json={"accountEnabled": False}).status_code == 204
    assert graph.get(f"/v1.0/devices/{device}").json()["accountEnabled"] is False


def test_an_application_may_not_disable_another_systems_device(graph: Graph) -> None:
    device = _device(graph, graph.new_user("dana"), "iOS")
    assert refusal(graph.patch(f"/v1.0/devices/{device}", json={"accountEnabled": False}))[:2] == (
        403,
        "Authorization_RequestDenied",
    )


def test_sign_in_methods_are_listed_and_deleted_by_their_kind(graph: Graph) -> None:
    methods = [
        {"segment": "fido2Methods", "displayName": "Key", "model": "Example Key 5"},
        {"segment": "microsoftAuthenticatorMethods", "displayName": "Phone"},
    ]
    users = [{"userPrincipalName": "dana@acme.example", "methods": methods}]
    graph.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "users": users})
    base = "/v1.0/users/dana@acme.example/authentication"
    phone = graph.post(f"{base}/phoneMethods", json={"phoneNumber": "+44 5550100", "phoneType": "mobile"})
    assert phone.status_code == 201
    kinds = {each["@odata.type"].rpartition(".")[2] for each in graph.get(f"{base}/methods").json()["value"]}
    assert kinds == {
        "passwordAuthenticationMethod",
        "fido2AuthenticationMethod",
        "microsoftAuthenticatorAuthenticationMethod",
        "phoneAuthenticationMethod",
    }
    for segment in ("fido2Methods", "microsoftAuthenticatorMethods", "phoneMethods"):
        (method,) = graph.ids(f"{base}/{segment}")
        assert graph.delete(f"{base}/{segment}/{method}").status_code == 204
        assert graph.delete(f"{base}/{segment}/{method}").status_code == 404
    (password,) = graph.ids(f"{base}/passwordMethods")
    assert graph.delete(f"{base}/passwordMethods/{password}").status_code == 405


def test_app_roles_are_given_and_taken_at_either_end(graph: Graph) -> None:
    dana = graph.new_user("dana")
    portal = graph.post("/v1.0/servicePrincipals", json={"displayName": "Portal"}).json()["id"]
    body = {"principalId": dana, "resourceId": portal, "appRoleId": DEFAULT_ROLE}
    made = graph.post(f"/v1.0/servicePrincipals/{portal}/appRoleAssignedTo", json=body)
    assert made.status_code == 201
    assert made.json()["principalDisplayName"] == "Dana"
    assert graph.post(f"/v1.0/users/{dana}/appRoleAssignments", json=body).status_code == 400
    assert graph.ids(f"/v1.0/users/{dana}/appRoleAssignments") == [made.json()["id"]]
    assert graph.ids(f"/v1.0/servicePrincipals/{portal}/appRoleAssignedTo") == [made.json()["id"]]
    assert graph.delete(f"/v1.0/users/{dana}/appRoleAssignments/{made.json()['id']}").status_code == 204
    assert graph.ids(f"/v1.0/servicePrincipals/{portal}/appRoleAssignedTo") == []


def test_consents_are_listed_and_withdrawn(graph: Graph) -> None:
    dana = graph.new_user("dana")
    portal = graph.post("/v1.0/servicePrincipals", json={"displayName": "Portal"}).json()["id"]
    body = {
        "clientId": portal,
        "consentType": "Principal",
        "principalId": dana,
        "resourceId": portal,
        "scope": "Mail.Read",
    }
    grant = graph.post("/v1.0/oauth2PermissionGrants", json=body).json()["id"]
    assert graph.ids(f"/v1.0/users/{dana}/oauth2PermissionGrants") == [grant]
    assert graph.ids("/v1.0/oauth2PermissionGrants", **{"$filter": f"principalId eq '{dana}'"}) == [grant]
    assert graph.delete(f"/v1.0/oauth2PermissionGrants/{grant}").status_code == 204
    assert graph.ids(f"/v1.0/users/{dana}/oauth2PermissionGrants") == []


def test_the_automatic_reply_is_set_where_there_is_a_mailbox(graph: Graph) -> None:
    without = graph.new_user("lee")
    assert refusal(graph.get(f"/v1.0/users/{without}/mailboxSettings"))[1] == "MailboxNotEnabledForRESTAPI"
    dana = graph.new_user("dana", mail="dana@acme.example")
    reply = {
        "automaticRepliesSetting": {"status": "alwaysEnabled", "internalReplyMessage": "Please ask Lee."}
    }
    assert graph.patch(f"/v1.0/users/{dana}/mailboxSettings", json=reply).status_code == 200
    found = graph.get(f"/v1.0/users/{dana}/mailboxSettings").json()["automaticRepliesSetting"]
    assert (found["status"], found["internalReplyMessage"]) == ("alwaysEnabled", "Please ask Lee.")
    assert found["externalAudience"] == "none"


def test_conditional_access_policies_are_kept(graph: Graph) -> None:
    path = "/v1.0/identity/conditionalAccess/policies"
    body = {
        "displayName": "Require MFA",
        "state": "disabled",
        "conditions": {"users": {"includeUsers": ["All"]}},
    }
    policy = graph.post(path, json=body).json()["id"]
    assert graph.patch(f"{path}/{policy}", json={"state": "enabled"}).status_code == 204
    assert graph.get(f"{path}/{policy}").json()["state"] == "enabled"
    assert graph.patch(f"{path}/{policy}", json={"state": "on"}).status_code == 400
    assert graph.delete(f"{path}/{policy}").status_code == 204
    assert graph.get(f"{path}/{policy}").status_code == 404


def test_the_organization_tells_its_domains(graph: Graph) -> None:
    (found,) = graph.get("/v1.0/organization").json()["value"]
    assert [each["name"] for each in found["verifiedDomains"]] == ["acme.example"]


@pytest.mark.parametrize("kind", ["purged", "live"])
def test_nothing_of_a_purged_user_stays(graph: Graph, kind: str) -> None:
    dana = graph.new_user("dana")
    graph.post(
        "/v1.0/roleManagement/directory/roleAssignments",
        json={"principalId": dana, "roleDefinitionId": READERS, "directoryScopeId": "/"},
    )
    if kind == "purged":
        graph.delete(f"/v1.0/users/{dana}")
        graph.delete(f"/v1.0/directory/deletedItems/{dana}")
    held = graph.ids("/v1.0/roleManagement/directory/roleAssignments")
    assert len(held) == (0 if kind == "purged" else 1)


def test_no_more_are_given_than_were_bought_and_one_that_comes_with_a_group_counts_once(graph: Graph) -> None:
    dana, lee = graph.new_user("dana", usageLocation="GB"), graph.new_user("lee", usageLocation="GB")
    order = {"addLicenses": [{"skuId": E3}], "removeLicenses": []}
    graph.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "units": {"SPE_E3": 1}})
    graph.post(f"/v1.0/groups/{graph.new_group('staff', dana)}/assignLicense", json=order)
    assert graph.post(f"/v1.0/users/{dana}/assignLicense", json=order).status_code == 200
    assert refusal(graph.post(f"/v1.0/users/{lee}/assignLicense", json=order))[2] == (
        f"Subscription with SKU {E3} does not have any available licenses."
    )
    (row,) = [each for each in graph.get("/v1.0/subscribedSkus").json()["value"] if each["skuId"] == E3]
    assert (row["prepaidUnits"]["enabled"], row["consumedUnits"]) == (1, 1)
    graph.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "units": {"SPE_E3": 2}})
    assert graph.post(f"/v1.0/users/{lee}/assignLicense", json=order).status_code == 200


def test_two_plans_of_one_service_exclude_each_other_unless_one_goes_in_the_same_call(graph: Graph) -> None:
    dana = graph.new_user("dana", usageLocation="GB")
    mail = SKUS["EXCHANGESTANDARD"]
    path = f"/v1.0/users/{dana}/assignLicense"
    assert graph.post(path, json={"addLicenses": [{"skuId": mail}], "removeLicenses": []}).is_success
    said = refusal(graph.post(path, json={"addLicenses": [{"skuId": E3}], "removeLicenses": []}))[2]
    assert said.startswith("License assignment failed because service plans ")
    assert said.endswith(" are mutually exclusive.")
    assert graph.post(path, json={"addLicenses": [{"skuId": E3}], "removeLicenses": [mail]}).is_success
