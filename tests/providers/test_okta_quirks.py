"""What the real okta plugin does that one would not expect, kept in the stand-in on purpose."""

from __future__ import annotations

from typing import Any

import pytest
from okta_harness import (
    GROUP,
    GROUP_MEMBERSHIPS,
    USER,
    USER_GROUP_MEMBERSHIPS,
    Answer,
    Failed,
    InitFailed,
    Org,
    Plugin,
)

from leaver.providers.base.values import UNKNOWN, Bag

ID = "00u1"
PERSON: Bag = {
    "firstName": "Dana",
    "lastName": "Reyes",
    "login": "dana.reyes@acme.example",
    "email": "dana.reyes@acme.example",
}
FORBIDDEN = Answer(403, {"errorSummary": "You do not have permission", "errorCauses": []})


def user(status: str = "ACTIVE", **profile: object) -> Answer:
    return Answer(200, {"id": ID, "status": status, "profile": {**PERSON, **profile}, "type": {"id": "oty1"}})


def state(standin: Plugin, server: Org, status: str = "ACTIVE", **inputs: object) -> tuple[Bag, Bag]:
    """A user as the stack keeps it: (inputs, outputs), after a create that Okta answered with `status`."""
    checked, _ = standin.check(USER, {**PERSON, **inputs})
    profile = {key: value for key, value in inputs.items() if key not in ("status", "password")}
    server.play(user(status, **profile), *[user(status, **profile)] * 4)
    _, outputs = standin.create(USER, checked)
    return checked, outputs


def calls(server: Org) -> list[str]:
    return [f"{request.method} {request.path.removeprefix('/api/v1/')}" for request in server.seen]


# --- status ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("found", ["LOCKED_OUT", "SUSPENDED", "DEPROVISIONED", "STAGED"])
def test_a_refresh_and_an_apply_would_undo_a_block_made_by_hand(
    standin: Plugin, server: Org, found: str
) -> None:
    inputs, outputs = state(standin, server)
    server.play(user(found))
    _, refreshed, _ = standin.read(USER, ID, outputs, inputs)
    assert refreshed["status"] == found
    assert standin.changes(USER, refreshed, inputs) == {"status": "update"}


@pytest.mark.parametrize(
    ("found", "kept"),
    [("PASSWORD_EXPIRED", "ACTIVE"), ("RECOVERY", "ACTIVE"), ("PROVISIONED", "PROVISIONED")],
)
def test_a_user_who_has_yet_to_sign_in_shows_no_change(
    standin: Plugin, server: Org, found: str, kept: str
) -> None:
    inputs, outputs = state(standin, server)
    server.play(user(found))
    _, refreshed, _ = standin.read(USER, ID, outputs, inputs)
    assert (refreshed["status"], refreshed["rawStatus"]) == (kept, found)
    assert standin.changes(USER, refreshed, inputs) == {}


@pytest.mark.parametrize(
    ("found", "verb"),
    [
        ("SUSPENDED", "unsuspend"),
        ("LOCKED_OUT", "unlock"),
        ("DEPROVISIONED", "activate"),
        ("STAGED", "activate"),
    ],
)
def test_how_a_user_becomes_active_depends_on_what_okta_says_now(
    standin: Plugin, server: Org, found: str, verb: str
) -> None:
    inputs, outputs = state(standin, server)
    server.play(user(found), Answer(200, {}), user(), user())
    updated = standin.update(USER, ID, {**outputs, "status": found}, inputs)
    assert calls(server) == [
        f"GET users/{ID}",
        f"POST users/{ID}/lifecycle/{verb}",
        f"GET users/{ID}",
        f"GET users/{ID}",
    ]
    assert updated["status"] == "ACTIVE"


def test_an_expired_password_is_left_alone(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server)
    server.play(user("PASSWORD_EXPIRED"), user("PASSWORD_EXPIRED"))
    standin.update(USER, ID, {**outputs, "status": "SUSPENDED"}, inputs)
    assert calls(server) == [f"GET users/{ID}"] * 2


def test_a_user_cannot_go_back_to_staged_and_the_state_says_that_he_did(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server)
    server.play()
    with pytest.raises(InitFailed, match="Okta will not allow a user to be updated to STAGED") as failed:
        standin.update(USER, ID, outputs, {**inputs, "status": "STAGED"})
    assert failed.value.outputs["status"] == "STAGED"
    assert server.seen == []


def test_deprovisioning_with_another_change_deprovisions_and_then_fails(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server)
    server.play(user(), Answer(200, {}), user("DEPROVISIONED"))
    with pytest.raises(InitFailed, match="Only the status of a DEPROVISIONED user") as failed:
        standin.update(USER, ID, outputs, {**inputs, "status": "DEPROVISIONED", "title": "CEO"})
    assert f"POST users/{ID}/lifecycle/deactivate" in calls(server)
    assert failed.value.id == ID
    # The state believes the new title although Okta never got it.
    assert failed.value.outputs["title"] == "CEO"


def test_a_change_to_a_deprovisioned_user_fails_without_a_request(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server)
    server.play()
    with pytest.raises(InitFailed, match="Only the status of a DEPROVISIONED user"):
        standin.update(
            USER,
            ID,
            {**outputs, "status": "DEPROVISIONED"},
            {**inputs, "status": "DEPROVISIONED", "title": "CEO"},
        )
    assert server.seen == []


def test_a_half_made_user_is_read_and_no_more_at_the_next_run(standin: Plugin, server: Org) -> None:
    inputs, _ = standin.check(USER, {**PERSON, "status": "SUSPENDED"})
    server.play(user("PROVISIONED"), user("PROVISIONED"), FORBIDDEN)
    with pytest.raises(InitFailed, match="failed to update user status") as failed:
        standin.create(USER, inputs)
    assert (failed.value.id, failed.value.outputs["status"]) == (ID, "SUSPENDED")
    server.play(user("PROVISIONED"))
    healed = standin.update(USER, ID, failed.value.outputs, inputs)
    assert calls(server) == [f"GET users/{ID}"]
    assert healed["status"] == "PROVISIONED"


# --- profile -----------------------------------------------------------------------------------------


def test_an_attribute_cleared_in_okta_is_not_noticed(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server, department="Finance")
    server.play(user(department=None))
    _, refreshed, _ = standin.read(USER, ID, outputs, inputs)
    assert refreshed["department"] == "Finance"
    assert standin.changes(USER, refreshed, inputs) == {}


def test_an_attribute_set_in_okta_is_noticed(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server, department="Finance")
    server.play(user(department="Sales", city="Riga"))
    _, refreshed, _ = standin.read(USER, ID, outputs, inputs)
    assert standin.changes(USER, refreshed, inputs) == {"department": "update", "city": "delete"}


def test_custom_attributes_that_nobody_manages_show_no_change_and_are_sent_back(
    standin: Plugin, server: Org
) -> None:
    inputs, outputs = state(standin, server)
    server.play(user(badge="B-7", floor=3, tags=["a", "<b>"]))
    _, refreshed, _ = standin.read(USER, ID, outputs, inputs)
    assert refreshed["customProfileAttributes"] == '{"badge":"B-7","floor":3,"tags":["a","\\u003cb\\u003e"]}'
    assert standin.changes(USER, refreshed, inputs) == {}
    server.play(user(), user())
    standin.update(USER, ID, refreshed, {**inputs, "title": "Controller"})
    profile = server.seen[0].body["profile"]
    assert (profile["badge"], profile["floor"], profile["tags"]) == ("B-7", 3, ["a", "<b>"])


def test_custom_attributes_compare_as_values_and_not_as_text(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server)
    outputs["customProfileAttributes"] = '{"a":1,"b":[2]}'
    for text, changed in (('{ "b": [2], "a": 1 }', {}), ('{"a":2}', {"customProfileAttributes": "update"})):
        assert standin.changes(USER, outputs, {**inputs, "customProfileAttributes": text}) == changed


def test_ignored_custom_attributes_keep_what_okta_has(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server)
    outputs["customProfileAttributes"] = '{"badge":"B-7","pin":"1"}'
    outputs["customProfileAttributesToIgnores"] = ["pin"]
    given = {
        **inputs,
        "customProfileAttributes": '{"badge":"B-8"}',
        "customProfileAttributesToIgnores": ["pin"],
    }
    server.play(user(), user(badge="B-8", pin="1"))
    standin.update(USER, ID, outputs, given)
    assert server.seen[0].body["profile"]["pin"] == "1"


def test_ignore_changes_protects_a_status_found_in_okta(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server)
    outputs |= {"status": "SUSPENDED", "rawStatus": "SUSPENDED"}
    assert standin.changes(USER, outputs, inputs, ["status"]) == {}
    server.play(user("SUSPENDED", title="VP"), user("SUSPENDED", title="VP"))
    updated = standin.update(USER, ID, outputs, {**inputs, "title": "VP"}, ["status"])
    assert calls(server) == [f"PUT users/{ID}", f"GET users/{ID}"]
    assert updated["status"] == "SUSPENDED"


def test_the_old_password_goes_to_change_password(standin: Plugin, server: Org) -> None:
    inputs, outputs = state(standin, server, password="first")
    server.play(user(), user(), Answer(200, {}), user())
    standin.update(USER, ID, outputs, {**inputs, "password": "second", "oldPassword": "first"})
    assert calls(server)[2] == f"POST users/{ID}/credentials/change_password"
    assert server.seen[2].body == {"oldPassword": {"value": "first"}, "newPassword": {"value": "second"}}


def test_a_hook_and_a_password_conflict(standin: Plugin) -> None:
    _, faults = standin.check(USER, {**PERSON, "password": "x", "passwordInlineHook": "default"})
    assert "conflicts with password" in faults["passwordInlineHook"]


def test_a_preview_asks_nothing_and_knows_nothing_new(standin: Plugin, server: Org) -> None:
    server.play()
    inputs, _ = standin.check(USER, PERSON)
    _, outputs = standin.create(USER, inputs, preview=True)
    assert server.seen == []
    assert (outputs["id"], outputs["rawStatus"], outputs["title"]) == (UNKNOWN, UNKNOWN, None)


def test_an_import_proposes_what_okta_has_and_no_password(standin: Plugin, server: Org) -> None:
    server.play(user("PROVISIONED", title="VP"), user("PROVISIONED", title="VP"))
    found, _, inputs = standin.read(USER, "dana.reyes@acme.example", {}, {})
    assert found == ID
    given = {name: value for name, value in inputs.items() if value is not None}
    assert given == {
        **PERSON,
        "title": "VP",
        "status": "PROVISIONED",
        "customProfileAttributes": "{}",
        "type": {"id": "oty1", "__defaults": []},
        "__defaults": [],
    }


def test_an_id_cannot_leave_its_place_in_the_path(standin: Plugin, server: Org) -> None:
    server.play(Answer(404, {}))
    assert standin.read(USER, "../groups/00g1?x=y", {"status": "ACTIVE"}, {})[0] == ""
    assert server.seen[0].path == "/api/v1/users/..%2Fgroups%2F00g1%3Fx=y"


# --- groups and memberships --------------------------------------------------------------------------


def members(*users: str, **more: Any) -> Bag:
    return {"groupId": "00g1", "users": list(users), "trackAllUsers": False, "id": "00g1", **more}


def test_an_update_of_memberships_swallows_a_refusal_and_reads_nothing(standin: Plugin, server: Org) -> None:
    server.play(FORBIDDEN, FORBIDDEN)
    updated = standin.update(GROUP_MEMBERSHIPS, "00g1", members("a", "b"), members("b", "c"))
    assert calls(server) == ["PUT groups/00g1/users/c", "DELETE groups/00g1/users/a"]
    assert updated["users"] == ["b", "c"]


def test_the_first_refusal_ends_the_adding_but_not_the_removing(standin: Plugin, server: Org) -> None:
    server.play(FORBIDDEN, Answer(204))
    standin.update(GROUP_MEMBERSHIPS, "00g1", members("a"), members("b", "c"))
    assert calls(server) == ["PUT groups/00g1/users/b", "DELETE groups/00g1/users/a"]


def test_an_empty_membership_is_made_without_a_request(standin: Plugin, server: Org) -> None:
    server.play()
    inputs, _ = standin.check(GROUP_MEMBERSHIPS, {"groupId": "00g1", "users": []})
    made, outputs = standin.create(GROUP_MEMBERSHIPS, inputs)
    assert (made, outputs["users"], server.seen) == ("00g1", [], [])


def test_a_member_added_by_hand_is_seen_only_when_all_users_are_tracked(standin: Plugin, server: Org) -> None:
    listed = Answer(200, [{"id": "a"}, {"id": "stranger"}])
    for track, users in ((False, ["a"]), (True, ["a", "stranger"])):
        server.play(listed)
        inputs = {"groupId": "00g1", "users": ["a"], "trackAllUsers": track}
        _, outputs, _ = standin.read(GROUP_MEMBERSHIPS, "00g1", members("a", trackAllUsers=track), inputs)
        assert outputs["users"] == users


def test_another_group_replaces_the_memberships(standin: Plugin) -> None:
    new = {"groupId": "00g2", "users": ["a"]}
    assert standin.changes(GROUP_MEMBERSHIPS, members("a"), new) == {"groupId": "update-replace"}
    old = {"userId": ID, "groups": ["00g1"], "id": ID}
    assert standin.changes(USER_GROUP_MEMBERSHIPS, old, {"userId": "00u2", "groups": ["00g1"]}) == {
        "userId": "update-replace"
    }


def test_the_order_of_members_means_nothing(standin: Plugin) -> None:
    assert standin.changes(GROUP_MEMBERSHIPS, members("a", "b"), members("b", "a")) == {}


def test_memberships_already_gone_are_no_error_at_a_delete(standin: Plugin, server: Org) -> None:
    server.play(Answer(404, {}), Answer(204))
    standin.delete(GROUP_MEMBERSHIPS, "00g1", members("a", "b"))
    assert len(server.seen) == 2


def test_a_refusal_at_a_users_memberships_is_an_error(standin: Plugin, server: Org) -> None:
    server.play(FORBIDDEN)
    old = {"userId": ID, "groups": ["00g1"], "id": ID}
    with pytest.raises(InitFailed, match="failed to remove user"):
        standin.update(USER_GROUP_MEMBERSHIPS, ID, old, {"userId": ID, "groups": []})


def test_a_users_memberships_cannot_be_imported_and_nothing_is_asked(standin: Plugin, server: Org) -> None:
    server.play()
    assert standin.read(USER_GROUP_MEMBERSHIPS, ID, {}, {})[0] == ""
    assert server.seen == []


def test_one_missing_group_drops_a_users_memberships_from_the_state(standin: Plugin, server: Org) -> None:
    server.play(Answer(200, [{"id": "00g1"}]))
    old = {"userId": ID, "groups": ["00g1", "00g2"], "id": ID}
    assert standin.read(USER_GROUP_MEMBERSHIPS, ID, old, {"userId": ID, "groups": ["00g1", "00g2"]})[0] == ""


def test_a_group_that_never_shows_is_given_up_without_state(standin: Plugin, server: Org) -> None:
    server.play(Answer(200, {"id": "00g9"}), *[Answer(404, {})] * 7)
    inputs, _ = standin.check(GROUP, {"name": "staff"})
    with pytest.raises(Failed, match="group '00g9' hasn't been created after multiple checks"):
        standin.create(GROUP, inputs)
    assert sum(standin.waits) == pytest.approx(10.4, abs=0.1)


def test_custom_attributes_of_a_group_are_kept_unless_the_program_sets_them(
    standin: Plugin, server: Org
) -> None:
    server.play(Answer(200, {"id": "00g1", "profile": {"name": "staff", "cost": "7"}}))
    outputs: Bag = {"name": "staff", "description": "", "customProfileAttributes": "{}", "skipUsers": False}
    _, refreshed, _ = standin.read(GROUP, "00g1", outputs, {"name": "staff"})
    assert refreshed["customProfileAttributes"] == '{"cost":"7"}'
    assert standin.changes(GROUP, refreshed, {"name": "staff"}) == {}
    server.play(*[Answer(200, {"id": "00g1", "profile": {"name": "crew"}})] * 2)
    standin.update(GROUP, "00g1", refreshed, {"name": "crew"})
    assert server.seen[0].body == {"profile": {"name": "crew", "description": "", "cost": "7"}}
