"""The okta stand-in asks what the real plugin asked: every recorded operation of our types, in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from okta_harness import exchanges, org, plugin
from okta_recording import OPERATIONS, Result, replay

pytestmark = pytest.mark.slow

DEVIATIONS: dict[str, str] = {}
"""Operation → why the stand-in asks something else. Exact: an entry that holds no longer fails too."""

ERRORS = {
    "user.create.suspended_no_password": "failed to update user status: the API returned an error: "
    "Api validation failed: suspendUser. Causes: errorSummary: Cannot suspend a user that is not active",
    "user.update.password_while_provisioned": "can not change password for provisioned user, the activation "
    "workflow should be finished first. Please, check this diagram "
    "https://developer.okta.com/docs/reference/api/users/#user-status for more clarity.",
    "user.update.deprovision_with_profile_change": "Only the status of a DEPROVISIONED user can be updated, "
    "we detected other change",
    "getUser.not_found": 'no users found using search criteria: profile.login eq "nobody@corp.example"',
    "groupMemberships.create.missing_user": "failed to add user (00unope) to group (00gsim00000000000002): "
    "the API returned an error: Not found: Resource not found: 00unope (User)",
    "groupMemberships.create.deprovisioned_user": "failed to add user (00usim00000000000001) to group "
    "(00gsim00000000000002): the API returned an error: Api validation failed: user deactivated",
    "userGroupMemberships.create.empty": "user (00usim00000000000004) did not have expected group "
    "memberships after multiple checks",
    "group.delete.missing": "failed to delete group: the API returned an error: Not found: Resource not "
    "found: 00gsim00000000000002 (UserGroup)",
    "user.delete.missing": "failed to deprovision or delete user from Okta: the API returned an error: Not "
    "found: Resource not found: 00usim00000000000004 (User)",
    "user.delete.provisioned_stale_state_but_already_deprovisioned": "failed to deprovision or delete user "
    "from Okta: the API returned an error: Not found: Resource not found: 00usim00000000000001 (User)",
    "fault.read_500": "failed to get user: the API returned an error: Internal Server Error",
    "fault.read_403": "failed to get user: the API returned an error: You do not have permission to perform "
    "the requested action",
    "fault.create_503_after_effect": "failed to create user: the API returned an error: Api validation "
    "failed: login. Causes: errorSummary: login: An object with this field already exists in the current "
    "organization",
    "fault.create_hidden_3s": "expected non-nil error with nil state during Create of okta:user/user:User: "
    "00usim00000000000009",
    "fault.create_conflict": "failed to create user: the API returned an error: Api validation failed: "
    "login. Causes: errorSummary: login: An object with this field already exists in the current "
    "organization",
}
KEPT = {
    "user.create.suspended_no_password": "00usim00000000000005",
    "user.update.password_while_provisioned": "00usim00000000000001",
    "user.update.deprovision_with_profile_change": "00usim00000000000001",
}
"""Failures that leave a half-made resource in the state; every other failure leaves nothing."""

WAITS = {
    "fault.create_429_reset_in_3": [1.0],
    "fault.read_429_retry_after_4": [4.0],
    "fault.read_503": [1.0],
    "fault.create_503_after_effect": [1.0],
    "user.update.deprovision_transitioning_3s": [0.1],
    "group.create.hidden_3s": [0.5, 0.75, 1.125, 1.6875],
    "userGroupMemberships.create.empty": [0.5, 0.75, 1.125, 1.6875, 2.53125, 3.796875],
}


@pytest.fixture(scope="module")
def results() -> Iterator[dict[str, Result]]:
    with org() as server, plugin() as standin:
        yield replay(standin, server)


def test_every_recorded_operation_is_driven_in_the_recorded_order() -> None:
    assert list(OPERATIONS) == list(exchanges())


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_the_stand_in_asks_what_the_real_plugin_asked(results: dict[str, Result], operation: str) -> None:
    result = results[operation]
    if operation in DEVIATIONS:
        assert result.seen != result.expected, f"{operation}: equal now; take it out of DEVIATIONS"
    else:
        assert result.seen == result.expected


def test_at_least_95_percent_of_the_operations_are_equal(results: dict[str, Result]) -> None:
    equal = sum(result.seen == result.expected for result in results.values())
    assert equal / len(results) >= 0.95
    assert set(DEVIATIONS) <= set(OPERATIONS)


def test_failures_have_the_real_plugins_words(results: dict[str, Result]) -> None:
    assert {name: r.error for name, r in results.items() if r.error} == ERRORS


def test_only_what_exists_is_kept_after_a_failure(results: dict[str, Result]) -> None:
    assert {name: r.kept for name, r in results.items() if r.kept} == KEPT


def test_waits_between_tries_are_the_real_plugins(results: dict[str, Result]) -> None:
    assert {name: r.waits for name, r in results.items() if r.waits} == WAITS


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ("user.update.profile", {"title": "update"}),
        ("user.update.remove_department", {"department": "delete"}),
        ("user.update.login", {"login": "update", "email": "update"}),
        ("user.update.password", {"password": "update"}),
        ("user.update.suspend", {"status": "update"}),
        ("user.update.reactivate_and_profile", {"status": "update", "title": "update"}),
        ("user.update.noop_after_provisioned", {}),
        ("group.update.rename", {"name": "update"}),
        ("groupMemberships.update.remove", {"users[1]": "delete"}),
        ("groupMemberships.update.add_missing_user", {"users[0]": "add"}),
        ("userGroupMemberships.update.remove", {"groups[1]": "delete"}),
    ],
)
def test_what_an_update_was_about(
    results: dict[str, Result], operation: str, changed: dict[str, str]
) -> None:
    assert results[operation].value == changed
