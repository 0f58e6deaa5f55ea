"""What a departure has to end beside access: ownership, eligibility, mail, files, managed devices."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.errors import DirectoryError
from leaver.sandbox.graph.role_templates import TEMPLATES
from tests.sandbox.conftest import NOW
from tests.sandbox.graph_client import Graph, refusal

READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
ELIGIBLE = "/v1.0/roleManagement/directory/roleEligibilitySchedules"
REQUESTS = "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests"


@pytest.fixture
def dana(graph: Graph) -> str:
    """An account with all that belongings.give gives."""
    user = graph.new_user("dana")
    graph.box.admin(
        "POST", "/seed", {"client": "acme", "directory": "entra", "belongings": ["dana@acme.example"]}
    )
    return user


def test_belongings_are_given_once(graph: Graph, dana: str) -> None:
    body = {"client": "acme", "directory": "entra", "belongings": ["dana@acme.example"]}
    assert graph.box.admin("POST", "/seed", body)["belongings"] == {"dana@acme.example": {}}
    assert len(graph.ids(f"/v1.0/users/{dana}/oauth2PermissionGrants")) == 10
    with pytest.raises(DirectoryError, match=r"no account lee@acme\.example\. Create it first\."):
        graph.box.admin("POST", "/seed", {**body, "belongings": ["lee@acme.example"]})


def test_two_people_share_the_apps_and_groups_that_belongings_name(graph: Graph, dana: str) -> None:
    lee = graph.new_user("lee")
    body = {"client": "acme", "directory": "entra", "belongings": ["lee@acme.example"]}
    graph.box.admin("POST", "/seed", body)

    def clients(user: str) -> set[str]:
        grants = graph.get(f"/v1.0/users/{user}/oauth2PermissionGrants").json()["value"]
        return {each["clientId"] for each in grants}

    assert clients(lee) == clients(dana)
    shared = set(graph.ids(f"/v1.0/users/{lee}/memberOf")) & set(graph.ids(f"/v1.0/users/{dana}/memberOf"))
    assert len(shared) == 3


def test_eligibility_is_given_and_taken_by_requests(graph: Graph) -> None:
    dana = graph.new_user("dana")
    body = {"principalId": dana, "roleDefinitionId": READERS, "directoryScopeId": "/"}
    given = graph.post(REQUESTS, json={**body, "action": "adminAssign"})
    assert (given.status_code, given.json()["status"]) == (201, "Provisioned")
    assert refusal(graph.post(REQUESTS, json={**body, "action": "adminAssign"}))[1] == "RoleAssignmentExists"
    query = {"$filter": f"principalId eq '{dana}'", "$expand": "roleDefinition"}
    (held,) = graph.get(ELIGIBLE, params=query).json()["value"]
    assert held["roleDefinition"]["displayName"] == TEMPLATES[READERS][0] == "Directory Readers"
    assert (held["memberType"], held["status"]) == ("Direct", "Provisioned")
    taken = graph.post(REQUESTS, json={**body, "action": "adminRemove"})
    assert (taken.status_code, taken.json()["status"]) == (201, "Revoked")
    assert graph.ids(ELIGIBLE) == []
    assert refusal(graph.post(REQUESTS, json={**body, "action": "adminRemove"}))[:2] == (
        400,
        "RoleAssignmentDoesNotExist",
    )


def test_eligibility_for_a_group_is_given_and_taken_by_requests(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("Server administrators")
    base = "/v1.0/identityGovernance/privilegedAccess/group"
    body = {"principalId": dana, "groupId": group, "accessId": "member"}
    given = graph.post(f"{base}/eligibilityScheduleRequests", json={**body, "action": "adminAssign"})
    assert (given.status_code, given.json()["status"]) == (201, "Provisioned")
    query = {"$filter": f"principalId eq '{dana}'", "$expand": "group($select=displayName)"}
    (held,) = graph.get(f"{base}/eligibilitySchedules", params=query).json()["value"]
    assert held["id"].startswith(f"{group}_member_")
    assert held["group"] == {"id": group, "displayName": "Server administrators"}
    assert graph.ids(f"/v1.0/users/{dana}/memberOf") == []
    assert refusal(graph.get(f"{base}/eligibilitySchedules"))[0] == 400
    taken = graph.post(f"{base}/eligibilityScheduleRequests", json={**body, "action": "adminRemove"})
    assert (taken.status_code, taken.json()["status"]) == (201, "Revoked")
    again = graph.post(f"{base}/eligibilityScheduleRequests", json={**body, "action": "adminRemove"})
    assert refusal(again)[1] == "RoleAssignmentDoesNotExist"
    assert graph.get(f"{base}/eligibilitySchedules", params=query).json()["value"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"action": "selfActivate"}, "InvalidAction"),
        ({"principalId": READERS}, "SubjectNotFound"),
        ({"roleDefinitionId": "nobody"}, "Request_BadRequest"),
    ],
)
def test_a_wrong_request_for_eligibility_is_refused(graph: Graph, change: dict[str, str], code: str) -> None:
    body = {
        "action": "adminAssign",
        "principalId": graph.new_user("dana"),
        "roleDefinitionId": READERS,
        "directoryScopeId": "/",
    }
    assert refusal(graph.post(REQUESTS, json={**body, **change}))[1] == code


def test_an_assignment_shows_its_role_on_request(graph: Graph) -> None:
    body = {"principalId": graph.new_user("dana"), "roleDefinitionId": READERS, "directoryScopeId": "/"}
    path = "/v1.0/roleManagement/directory/roleAssignments"
    graph.post(path, json=body)
    (plain,) = graph.get(path).json()["value"]
    assert "roleDefinition" not in plain
    (expanded,) = graph.get(path, params={"$expand": "roleDefinition($select=displayName)"}).json()["value"]
    assert expanded["roleDefinition"] == {"id": READERS, "displayName": "Directory Readers"}


def test_applications_have_owners_and_owners_show_what_they_own(graph: Graph) -> None:
    dana, lee = graph.new_user("dana"), graph.new_user("lee")
    app = graph.post("/v1.0/applications", json={"displayName": "Script"}).json()["id"]
    portal = graph.post("/v1.0/servicePrincipals", json={"displayName": "Portal"}).json()["id"]
    group = graph.new_group("Project", **{"owners@odata.bind": [graph.object_url(dana)]})
    for path in (f"/v1.0/applications/{app}", f"/v1.0/servicePrincipals/{portal}"):
        body = {"@odata.id": graph.object_url(dana)}
        assert graph.post(f"{path}/owners/$ref", json=body).status_code == 204
        assert "already exist" in refusal(graph.post(f"{path}/owners/$ref", json=body))[2]
        assert graph.ids(f"{path}/owners") == [dana]
    owned = graph.get(f"/v1.0/users/{dana}/ownedObjects?$select=id,displayName").json()["value"]
    assert [(each["@odata.type"].rpartition(".")[2], each["displayName"]) for each in owned] == [
        ("group", "Project"),
        ("application", "Script"),
        ("servicePrincipal", "Portal"),
    ]
    assert graph.delete(f"/v1.0/applications/{app}/owners/{dana}/$ref").status_code == 204
    assert graph.delete(f"/v1.0/applications/{app}/owners/{dana}/$ref").status_code == 404
    last = refusal(graph.delete(f"/v1.0/groups/{group}/owners/{dana}/$ref"))
    assert last == (
        400,
        "Request_BadRequest",
        "The group must have at least one owner, hence this owner cannot be removed.",
    )
    graph.post(f"/v1.0/groups/{group}/owners/$ref", json={"@odata.id": graph.object_url(lee)})
    assert graph.delete(f"/v1.0/groups/{group}/owners/{dana}/$ref").status_code == 204


@pytest.mark.parametrize(
    ("group", "message"),
    [
        (
            {"groupTypes": ["DynamicMembership"]},
            "Insufficient privileges to add or remove members of a group with dynamic membership.",
        ),
        (
            {"onPremisesSyncEnabled": True},
            "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
            "currently undergoing migration.",
        ),
        ({"mailEnabled": True}, "Cannot Update a mail-enabled security groups and or distribution list."),
    ],
)
def test_members_that_another_system_decides_stay(graph: Graph, group: dict[str, Any], message: str) -> None:
    dana = graph.new_user("dana")
    groups = [{"displayName": "Special", "members": [dana], **group}]
    made = graph.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "groups": groups})
    id = made["groups"]["Special"]
    assert refusal(graph.delete(f"/v1.0/groups/{id}/members/{dana}/$ref"))[2] == message
    assert graph.ids(f"/v1.0/groups/{id}/members") == [dana]


def test_a_microsoft_365_group_has_mail_and_lets_its_members_go(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("Project", dana, groupTypes=["Unified"], mailEnabled=True)
    assert graph.delete(f"/v1.0/groups/{group}/members/{dana}/$ref").status_code == 204


def test_the_default_sign_in_method_goes_last(graph: Graph, dana: str) -> None:
    base = f"/v1.0/users/{dana}/authentication"
    preferences = graph.get(f"/beta/users/{dana}/authentication/signInPreferences").json()
    assert preferences["userPreferredMethodForSecondaryAuthentication"] == "sms"
    (phone,) = graph.ids(f"{base}/phoneMethods")
    assert "default method" in refusal(graph.delete(f"{base}/phoneMethods/{phone}"))[2]
    for segment in ("fido2Methods", "microsoftAuthenticatorMethods", "phoneMethods"):
        (method,) = graph.ids(f"{base}/{segment}")
        assert graph.delete(f"{base}/{segment}/{method}").status_code == 204
    preferences = graph.get(f"/beta/users/{dana}/authentication/signInPreferences").json()
    assert preferences["userPreferredMethodForSecondaryAuthentication"] == "unknownFutureValue"


def test_inbox_rules_are_listed_made_and_deleted(graph: Graph, dana: str) -> None:
    path = f"/v1.0/users/{dana}/mailFolders/inbox/messageRules"
    assert len(graph.ids(path)) == 2
    forward = {"forwardTo": [{"emailAddress": {"address": "lee@acme.example"}}]}
    made = graph.post(path, json={"displayName": "Forward", "sequence": 1, "actions": forward})
    assert made.status_code == 201
    rule = made.json()["id"]
    assert graph.get(f"{path}/{rule}").json()["actions"] == forward
    assert graph.delete(f"{path}/{rule}").status_code == 204
    assert refusal(graph.delete(f"{path}/{rule}"))[:2] == (404, "ErrorItemNotFound")
    assert refusal(graph.post(path, json={"displayName": "Nothing"}))[:2] == (400, "ErrorInvalidArgument")
    lee = graph.new_user("lee")
    without = graph.get(f"/v1.0/users/{lee}/mailFolders/inbox/messageRules")
    assert refusal(without)[:2] == (404, "MailboxNotEnabledForRESTAPI")


def test_a_meeting_is_called_off_by_its_organiser_and_a_series_as_a_whole(graph: Graph, dana: str) -> None:
    span = {"startDateTime": f"{NOW:%Y-%m-%d}T00:00:00Z", "endDateTime": "2027-11-22T00:00:00Z"}
    path = f"/v1.0/users/{dana}/calendarView"
    events = graph.get(path, params=span).json()["value"]
    single, weekly = "singleInstance", "occurrence"
    assert [each["type"] for each in events] == [weekly, single, single, weekly, weekly]
    assert [each["start"]["dateTime"] for each in events] == sorted(
        each["start"]["dateTime"] for each in events
    )
    (series,) = {each["seriesMasterId"] for each in events if each["seriesMasterId"]}
    assert graph.post(f"/v1.0/users/{dana}/events/{series}/cancel", json={"comment": ""}).status_code == 202
    assert [each["type"] for each in graph.get(path, params=span).json()["value"]] == [single] * 2
    again = graph.post(f"/v1.0/users/{dana}/events/{series}/cancel", json={})
    assert refusal(again)[:2] == (404, "ErrorItemNotFound")
    assert refusal(graph.get(path))[:2] == (400, "ErrorInvalidParameter")


def test_long_lists_of_exchange_come_in_pages(graph: Graph, dana: str) -> None:
    path = (
        f"/v1.0/users/{dana}/calendarView?startDateTime=2026-01-01T00:00:00Z&endDateTime=2028-01-01T00:00:00Z"
    )
    whole = graph.ids(f"{path}&$select=subject")
    assert len(whole) == 5
    assert graph.ids(f"{path}&$top=2") == whole
    assert len(graph.get(f"{path}&$top=2").json()["value"]) == 2
    assert set(graph.get(f"{path}&$select=subject").json()["value"][0]) == {"id", "subject"}


def test_files_are_opened_for_somebody_once(graph: Graph, dana: str) -> None:
    lee = graph.new_user("lee")
    root = f"/v1.0/users/{dana}/drive/root"
    body = {"recipients": [{"objectId": lee}], "requireSignIn": True, "roles": ["write"]}
    first = graph.post(f"{root}/invite", json=body).json()["value"]
    second = graph.post(f"{root}/invite", json={**body, "roles": ["read"]}).json()["value"]
    assert first[0]["id"] == second[0]["id"]
    assert graph.ids(f"{root}/permissions") == ["owner", first[0]["id"]]
    assert graph.delete(f"{root}/permissions/{first[0]['id']}").status_code == 204
    assert graph.ids(f"{root}/permissions") == ["owner"]
    assert refusal(graph.get(f"/v1.0/users/{lee}/drive"))[:2] == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    "change",
    [
        {"roles": []},
        {"roles": ["owner"]},
        {"recipients": []},
        {"recipients": ["x"]},
        {"requireSignIn": False},
    ],
)
def test_a_wrong_invitation_is_refused(graph: Graph, dana: str, change: dict[str, Any]) -> None:
    body = {"recipients": [{"objectId": dana}], "requireSignIn": True, "roles": ["write"]}
    answer = graph.post(f"/v1.0/users/{dana}/drive/root/invite", json={**body, **change})
    assert refusal(answer)[:2] == (400, "invalidRequest")


def test_managed_devices_are_retired_and_wiped(graph: Graph, dana: str) -> None:
    laptop, phone = graph.ids(f"/v1.0/users/{dana}/managedDevices")
    devices = "/v1.0/deviceManagement/managedDevices"
    assert graph.post(f"{devices}/{phone}/retire").status_code == 204
    assert graph.post(f"{devices}/{laptop}/wipe", json={"keepUserData": False}).status_code == 204
    states = [graph.get(f"{devices}/{each}").json()["managementState"] for each in (laptop, phone)]
    assert states == ["wipePending", "retirePending"]
    assert graph.ids(devices) == [laptop, phone]
    assert refusal(graph.post(f"{devices}/{dana}/retire"))[:2] == (404, "ResourceNotFound")


def test_a_batch_takes_ids_with_signs_that_a_path_must_encode(graph: Graph, dana: str) -> None:
    path = f"/users/{dana}/mailFolders/inbox/messageRules"
    rules = graph.ids(f"/v1.0{path}")
    assert all(each.endswith("=") for each in rules)
    steps = [
        {"id": str(at), "method": "DELETE", "url": f"{path}/{rule.replace('=', '%3D')}"}
        for at, rule in enumerate(rules)
    ]
    answers = graph.post("/v1.0/$batch", json={"requests": steps}).json()["responses"]
    assert [each["status"] for each in answers] == [204, 204]
    assert graph.ids(f"/v1.0{path}") == []
