"""Every recorded operation of the real azuread plugin that we use, done by the stand-in, request by request."""

from __future__ import annotations

import itertools

import pytest
from azuread_stage import OPERATIONS, TRACE, Result
from scripted import Failed, settled

pytestmark = pytest.mark.slow

UNUSED = {name for name in TRACE if name.startswith("conditionalAccessPolicy.")}

DEVIATIONS = {
    "fault.user.create.timeout_12s": "the stand-in does not wait 5 s between its five looks, so 12 s suffice",
}
"""Operations whose requests differ from the recording, and why. An entry that does not differ fails."""

FAILING = {
    "getUser.not_found": "was not found",
    "group.create.prevent_dup": "`prevent_duplicate_names` is set",
    "groupMember.create.already_exists": "needs to be imported into the State",
    "groupMember.delete.missing": "404 (404 Not Found) with error: Request_ResourceNotFound",
    "group.delete.missing": "was not found",
    "user.delete.missing": "404 (404 Not Found) with error: Request_ResourceNotFound",
    "directoryRoleAssignment.delete.missing": "404 (404 Not Found)",
    "appRoleAssignment.delete.missing": "404 (404 Not Found)",
    "fault.user.create.503_after_effect": "userPrincipalName already exists",
    "fault.user.create.503_with_create_timeout_30": "503 (503 Service Unavailable)",
    "fault.group.create.member_not_found": "Could not add members",
    "fault.user.read.403_once": "403 (403 Forbidden)",
    "fault.user.update.404_once": "Could not update",
    "fault.user.create.conflict": "userPrincipalName already exists",
    "fault.user.create.403": "Insufficient privileges",
    "fault.user.create.showInAddressList_403": "Setting `showInAddressList`",
}
"""Operations that end in an error, and a part of its text."""

GONE = {"user.import.bad_id", "user.import.not_found", "user.read.missing", "group.read.missing"} | {
    "groupMember.read.missing"
}
"""Reads that find nothing: the engine drops the resource."""


def expected(name: str) -> list[tuple[str, str, str]]:
    return [settled(item.method, item.path, item.body) for item in TRACE[name]]


def test_every_recorded_operation_of_our_types_is_done() -> None:
    assert set(OPERATIONS) == set(TRACE) - UNUSED


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in DEVIATIONS])
def test_an_operation_asks_what_the_real_plugin_asks(name: str, results: dict[str, Result]) -> None:
    assert results[name].asked == expected(name)


@pytest.mark.parametrize("name", sorted(DEVIATIONS))
def test_a_listed_deviation_still_deviates(name: str, results: dict[str, Result]) -> None:
    assert results[name].asked != expected(name)


def test_at_most_one_operation_in_twenty_deviates() -> None:
    assert len(DEVIATIONS) <= 0.05 * len(OPERATIONS)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in DEVIATIONS])
def test_an_operation_ends_as_the_real_one(name: str, results: dict[str, Result]) -> None:
    answer = results[name].answer
    if name in FAILING:
        assert isinstance(answer, Failed)
        assert FAILING[name] in answer.message
    elif name in GONE:
        assert isinstance(answer, tuple)
        assert answer[0] == ""
    else:
        assert not isinstance(answer, Failed), answer


@pytest.mark.parametrize(
    "name",
    [
        "fault.post_user_429_retry_after_4",
        "fault.read_429_no_header_x3",
        "fault.read_429_httpdate",
        "fault.user.create.hidden_3s",
        "fault.group.create.hidden_3s",
        "fault.user.create.503_once",
        "fault.user.create.503_after_effect",
        "fault.user.create.503_with_create_timeout_30",
        "fault.user.create.400_invalid_property_values_x2",
        "fault.user.read.424_once",
    ],
)
def test_it_waits_before_a_retry_as_long_as_the_real_one(name: str, results: dict[str, Result]) -> None:
    moments = [item.waited for item in TRACE[name]]
    pauses = [round(later - earlier) for earlier, later in itertools.pairwise(moments)]
    # Pauses of 5 s lie between the real plugin's five looks at what it made; the stand-in takes none.
    assert [round(nap) for nap in results[name].naps] == [pause for pause in pauses if pause not in (0, 5)]


def test_graph_requests_carry_the_recorded_headers(results: dict[str, Result]) -> None:
    for headers in results["user.create"].headers:
        assert headers["accept"] == "application/json; charset=utf-8; IEEE754Compatible=false"
        assert headers["content-type"] == "application/json; charset=utf-8"
        assert (headers["odata-version"], headers["odata-maxversion"]) == ("4.0", "4.0")
        assert headers["authorization"].startswith("Bearer ")
