"""The cut against the sandbox, on good days and on bad ones: what it says is what the directory shows."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.examples import examples

from .cutting import Cutting, by_directory, ticking

DISABLING: dict[str, dict[str, str]] = {
    "entra": {"method": "PATCH", "path": "/v1.0/users/*"},
    "okta": {"method": "POST", "path": "*/lifecycle/suspend"},
}
REVOKING: dict[str, dict[str, str]] = {
    "entra": {"method": "POST", "path": "*/revokeSignInSessions"},
    "okta": {"method": "DELETE", "path": "*/sessions"},
}
BOTH = ("entra", "okta")
DEACTIVATE = {"on departure": "deactivate"}


def test_a_cut_ends_sign_in_and_sessions_in_every_directory(cutting: Cutting) -> None:
    person = cutting.person()
    report = cutting.cut(cutting.client(person), person)
    assert report.verified
    assert not report.failed
    assert [each.result for each in report.cuts] == ["cut", "cut"]
    assert cutting.is_out(person)


def test_a_cut_says_when_by_both_clocks_and_by_which_requests(cutting: Cutting) -> None:
    person = cutting.person()
    report = cutting.cut(cutting.client(person), person)
    for each in report.cuts:
        assert each.at is not None
        assert each.directory_at is not None
        assert report.started <= each.at <= ticking()
        assert abs(each.at - each.directory_at) < timedelta(seconds=2)
        assert 0 < each.seconds < 10
        assert [step.step for step in each.steps] == ["disable", "revoke"]
        assert all(step.request_id for step in each.steps)
    assert report.at == max(each.at for each in report.cuts if each.at)


def test_disable_comes_before_revoke(cutting: Cutting) -> None:
    person = cutting.person()
    before = len(cutting.box.log(client="acme", limit=100_000))
    cutting.cut(cutting.client(person), person)
    calls = [
        f"{each['method']} {each['path'].rsplit('/', 1)[-1]}"
        for each in cutting.box.log(client="acme", limit=100_000)[before:]
        if each["method"] in ("PATCH", "POST", "DELETE") and "/token" not in each["path"]
    ]
    entra = [each for each in calls if each.startswith("PATCH") or "revoke" in each]
    okta = [each for each in calls if "suspend" in each or "sessions" in each]
    assert [each.split()[0] for each in entra] == ["PATCH", "POST"]
    assert okta == ["POST suspend", "DELETE sessions"]


def test_the_account_is_found_without_a_list(cutting: Cutting) -> None:
    person = cutting.person()
    before = len(cutting.box.log(client="acme", limit=100_000))
    cutting.cut(cutting.client(person), person)
    paths = {each["path"] for each in cutting.box.log(client="acme", limit=100_000)[before:]}
    assert not paths & {"/v1.0/users", "/beta/users", "/api/v1/users"}


def test_a_second_cut_does_no_harm_and_is_verified_too(cutting: Cutting) -> None:
    person = cutting.person()
    client = cutting.client(person)
    assert cutting.cut(client, person).verified
    again = cutting.cut(client, person)
    assert again.verified
    assert {name: each.was for name, each in by_directory(again).items()} == {
        "entra": "disabled",
        "okta": "SUSPENDED",
    }
    assert cutting.is_out(person)


def test_only_the_directories_of_the_record_are_touched(cutting: Cutting) -> None:
    person = cutting.person()
    report = cutting.cut(cutting.client(person, record={"accounts": ["okta"]}), person)
    assert list(by_directory(report)) == ["okta"]
    assert cutting.sign_in(f"{person}@acme.example")


def test_case_of_a_username_does_not_matter(cutting: Cutting) -> None:
    person = cutting.person()
    client = cutting.client(person, record={"username": f"{person.upper()}@Acme.Example"})
    assert cutting.cut(client, person).verified
    assert cutting.is_out(person)


def test_a_directory_without_the_account_says_so(cutting: Cutting) -> None:
    person = cutting.person(okta=False)
    report = cutting.cut(cutting.client(person), person)
    found = by_directory(report)
    assert found["entra"].result == "cut"
    assert found["okta"].result == "absent"
    assert found["okta"].why == f"there is no account {person}@acme.example"
    assert not report.verified
    assert not report.failed


def test_the_part_before_the_at_sign_finds_nobody_else(cutting: Cutting) -> None:
    person = cutting.person(entra=False)
    client = cutting.client(person, record={"accounts": ["okta"], "username": f"{person}@other.example"})
    assert cutting.cut(client, person).cuts[0].result == "absent"
    assert cutting.sign_in(f"{person}@acme.example", directory="okta")


@pytest.mark.parametrize("status", ["STAGED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"])
def test_okta_accounts_that_cannot_be_suspended_are_deactivated(cutting: Cutting, status: str) -> None:
    person = cutting.person(entra=False, status=status)
    report = cutting.cut(cutting.client(person, record={"accounts": ["okta"]}), person)
    assert report.verified, report
    assert report.cuts[0].steps[0].seen == 'status="DEPROVISIONED"'


def test_okta_leaves_the_deactivation_to_the_runbook_which_has_to_take_factors_first(
    cutting: Cutting,
) -> None:
    person = cutting.person(entra=False)
    client = cutting.client(person, record={"accounts": ["okta"]}, **{"on departure": "deactivate last"})
    report = cutting.cut(client, person)
    assert report.verified
    assert [(step.step, step.seen) for step in report.cuts[0].steps] == [
        ("disable", 'status="SUSPENDED"'),
        ("revoke", "204"),
    ]


def test_okta_deactivates_after_the_sessions_are_gone_where_the_client_says_so(cutting: Cutting) -> None:
    person = cutting.person(entra=False)
    client = cutting.client(person, record={"accounts": ["okta"]}, **DEACTIVATE)
    report = cutting.cut(client, person)
    assert report.verified
    assert [(step.step, step.seen) for step in report.cuts[0].steps] == [
        ("disable", 'status="SUSPENDED"'),
        ("revoke", "204"),
        ("deactivate", 'status="DEPROVISIONED"'),
    ]
    assert cutting.cut(client, person).verified


def test_a_deactivation_that_fails_leaves_the_cut_standing_and_is_told(cutting: Cutting) -> None:
    person = cutting.person(entra=False)
    cutting.fault("forbidden", "okta", path="*/lifecycle/deactivate", count=None)
    client = cutting.client(person, record={"accounts": ["okta"]}, **DEACTIVATE)
    report = cutting.cut(client, person)
    assert report.cuts[0].result == "cut"
    assert report.cuts[0].at is not None
    assert not report.verified
    assert report.failed
    assert "deactivate: " in report.cuts[0].why
    assert cutting.is_out(person)


@pytest.mark.parametrize("directory", BOTH)
@pytest.mark.parametrize("step", [DISABLING, REVOKING])
def test_a_refusal_in_one_directory_stops_no_other_and_says_what_to_do(
    cutting: Cutting, directory: str, step: dict[str, dict[str, str]]
) -> None:
    person = cutting.person()
    cutting.fault("forbidden", directory, **step[directory], count=None)
    report = cutting.cut(cutting.client(person), person)
    found = by_directory(report)
    (other,) = set(BOTH) - {directory}
    assert found[other].result == "cut"
    assert found[directory].result == "failed"
    assert found[directory].at is None
    assert "Grant " in found[directory].why
    assert f"{person}@acme.example" in (found[directory].by_hand or "")
    assert report.failed


def test_sessions_are_revoked_even_where_the_account_cannot_be_disabled(cutting: Cutting) -> None:
    person = cutting.person(okta=False)
    cutting.fault("forbidden", **DISABLING["entra"], count=None)
    cutting.cut(cutting.client(person), person, only=("entra",))
    assert cutting.sessions(person) == 0


@pytest.mark.slow
@pytest.mark.parametrize("directory", BOTH)
@pytest.mark.parametrize("step", [DISABLING, REVOKING])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttle", "retry_after": 0, "count": 2},
        {"kind": "error", "status": 503, "count": 2},
        {"kind": "drop_before"},
        {"kind": "drop_after"},
        {"kind": "stale", "seconds": 0.2},
    ],
    ids=lambda fault: str(fault["kind"]),
)
def test_passing_trouble_ends_in_a_verified_cut(
    cutting: Cutting, directory: str, step: dict[str, dict[str, str]], fault: dict[str, Any]
) -> None:
    person = cutting.person()
    # On a busy machine the usual 0.4 s pass before the reading is fresh.
    cutting.policy = replace(cutting.policy, settling=5.0)
    cutting.fault(directory=directory, **fault, **step[directory])
    report = cutting.cut(cutting.client(person), person)
    assert report.verified, report
    assert cutting.is_out(person)


@pytest.mark.slow
@pytest.mark.parametrize("directory", BOTH)
def test_trouble_that_outlasts_the_calls_is_tried_again_and_told(cutting: Cutting, directory: str) -> None:
    person = cutting.person()
    cutting.patience = 20.0
    cutting.fault("throttle", directory, **DISABLING[directory], count=1, retry_after=1)
    report = cutting.cut(cutting.client(person), person)
    assert report.verified, report
    assert by_directory(report)[directory].tries == 2
    assert [(each.cut.directory, each.again_in) for each in cutting.troubles] == [(directory, 1.0)]
    assert "429" in cutting.troubles[0].cut.why


def test_a_reading_that_stays_stale_is_never_called_done(cutting: Cutting) -> None:
    person = cutting.person(okta=False)
    cutting.fault("stale", **DISABLING["entra"], seconds=600)
    found = cutting.cut(cutting.client(person), person, only=("entra",))
    entra = by_directory(found)["entra"]
    assert entra.result == "unverified"
    assert entra.at is None
    assert entra.by_hand is not None


def test_without_the_right_to_read_the_write_is_tried_and_stays_unverified(cutting: Cutting) -> None:
    person = cutting.person(okta=False)
    cutting.fault("forbidden", method="GET", path="/v1.0/users/*", count=None)
    entra = by_directory(cutting.cut(cutting.client(person), person))["entra"]
    assert entra.result == "unverified"
    cutting.box.admin("DELETE", "/faults")
    assert not cutting.sign_in(f"{person}@acme.example")


def test_a_refusal_is_not_repeated_for_ever(cutting: Cutting, monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's function `cut` hides its module from a dotted name.
    monkeypatch.setattr(sys.modules["leaver.actions.cut_account"], "_FIRST_PAUSE", 0.01)
    person = cutting.person(okta=False)
    cutting.patience = 600.0
    cutting.fault("forbidden", **DISABLING["entra"], count=None)
    found = by_directory(cutting.cut(cutting.client(person), person, only=("entra",)))["entra"]
    assert found.tries == 3
    assert [each.again_in is None for each in cutting.troubles if each.cut.directory == "entra"] == [
        False,
        False,
        True,
    ]


def test_the_user_whose_token_leaver_signs_in_with_is_refused(cutting: Cutting) -> None:
    async def own() -> str:
        directory = cutting.open(cutting.client(), "okta")
        try:
            account = await directory.account(await directory.own_account() or "")
        finally:
            await directory.close()
        assert account is not None
        return account.username

    record = {"accounts": ["okta"], "username": asyncio.run(own())}
    (found,) = cutting.cut(cutting.client("me", record=record), "me").cuts
    assert found.result == "failed"
    assert "whose API token Leaver signs in with" in found.why
    assert found.steps == ()


def test_an_account_that_is_mastered_elsewhere_is_cut_with_a_warning(cutting: Cutting) -> None:
    user = {
        "userPrincipalName": "synced@acme.example",
        "displayName": "Synced",
        "accountEnabled": True,
        "onPremisesSyncEnabled": True,
    }
    cutting.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "users": [user]})
    client = cutting.client("synced", record={"accounts": ["entra"]})
    (found,) = cutting.cut(client, "synced").cuts
    assert found.notes == (
        "The account is mastered by on-premises: disable it there too, "
        "or its next synchronisation may enable it again.",
    )


def test_a_directory_that_is_not_connected_is_a_failure(cutting: Cutting) -> None:
    person = cutting.person()
    report = cutting.cut(cutting.client(person), person, only=("okta",))
    found = by_directory(report)
    assert found["entra"].result == "failed"
    assert found["okta"].result == "cut"
    assert report.failed


KINDS = [
    {"kind": "throttle", "retry_after": 0},
    {"kind": "throttle", "retry_after": 30},
    {"kind": "error", "status": 503},
    {"kind": "error", "status": 500},
    {"kind": "forbidden"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "stale", "seconds": 0.1},
    {"kind": "stale", "seconds": 600},
]
CALLS: list[dict[str, str]] = [
    *DISABLING.values(),
    *REVOKING.values(),
    {"method": "GET", "path": "/v1.0/users/*"},
    {"method": "GET", "path": "/api/v1/users/*"},
    {"method": "POST", "path": "*/token"},
    {"method": "POST", "path": "*/lifecycle/deactivate"},
]
faults = st.fixed_dictionaries(
    {"of": st.sampled_from(KINDS), "on": st.sampled_from(CALLS), "skip": st.integers(0, 1)},
    optional={"count": st.sampled_from([1, 2, None])},
)


@examples(25, HealthCheck.function_scoped_fixture)
@given(ordered=st.lists(faults, min_size=1, max_size=4), deactivate=st.booleans())
def test_whatever_goes_wrong_a_cut_is_only_called_one_when_nobody_gets_in(
    cutting: Cutting, ordered: list[dict[str, Any]], deactivate: bool
) -> None:
    cutting.box.admin("DELETE", "/faults")
    person = cutting.person()
    client = cutting.client(person, **(DEACTIVATE if deactivate else {}))
    for each in ordered:
        fields = {**each["of"], **each["on"], "skip": each["skip"], "count": each.get("count", 1)}
        cutting.box.fault(client="acme", **fields)
    report = cutting.cut(client, person)
    cutting.box.admin("DELETE", "/faults")
    for name, found in by_directory(report).items():
        assert (found.at is None) == (found.result != "cut")
        assert (found.by_hand is None) == found.verified
        if found.result == "cut":
            assert not cutting.sign_in(f"{person}@acme.example", directory=name)
            assert cutting.sessions(person, directory=name) == 0
        assert found.result != "absent"
