"""Dana leaves: every Okta step against the sandbox, read back by its API and by Okta's own SDK."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.evidence import Kind, Outcome
from leaver.sandbox.endpoint import Endpoint
from tests.runbook.leaving import ALREADY, DONE, FAILED, SKIPPED
from tests.runbook.okta_leaver import DANA, GROUPS, LEE, USUAL, Dana, at
from tests.sandbox.okta_api import code
from tests.sandbox.test_okta_sdk import run

pytestmark = [
    pytest.mark.slow,
    # The SDK's own use of aiohttp.
    pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning"),
]


def test_nothing_is_left_behind(box: Endpoint) -> None:
    okta = Dana(box)
    receipts = okta.take()
    assert {name: receipt.outcome for name, receipt in receipts.items()} == {
        "suspend": DONE,
        "sessions": DONE,
        "api-tokens": DONE,
        "client-tokens": ALREADY,
        "grants": DONE,
        "admin-roles": DONE,
        "groups": FAILED,
        "apps": DONE,
        "factors": DONE,
    }
    assert receipts["groups"].why == (
        "group AD Controllers: the application Active Directory sets its members: take the account out there. "
        "group AD Boston: the application Active Directory sets its members: take the account out there."
    )
    assert (
        receipts["factors"].why
        == "The account's own e-mail address stays a factor: Okta enrols it by itself."
    )
    assert okta.status(okta.dana) == "SUSPENDED"
    assert {each["username"] for each in okta.sessions()} == {LEE}
    assert okta.names(f"/users/{okta.dana}/groups") == ["AD Boston", "AD Controllers", "Everyone"]
    assert okta.get(f"/users/{okta.dana}/roles").json() == []
    assert okta.get(f"/users/{okta.dana}/grants").json() == []
    assert [each["label"] for each in okta.get(f"/users/{okta.dana}/appLinks").json()] == ["Intranet"]
    assert [each["factorType"] for each in okta.get(f"/users/{okta.dana}/factors").json()] == ["email"]
    assert [each["name"] for each in okta.get("/api-tokens").json()] == ["sandbox", "nightly export"]


def test_the_colleague_keeps_everything(box: Endpoint) -> None:
    okta = Dana(box)
    okta.take(*USUAL, "devices", "deactivate")
    assert okta.status(okta.lee) == "ACTIVE"
    assert okta.names(f"/users/{okta.lee}/groups") == sorted(
        [*GROUPS, "AD Boston", "AD Controllers", "Everyone"]
    )
    assert len(okta.get(f"/users/{okta.lee}/roles").json()) == 3
    assert len(okta.get(f"/users/{okta.lee}/grants").json()) == 5
    assert len(okta.get(f"/users/{okta.lee}/factors").json()) == 5
    assert len(okta.get(f"/users/{okta.lee}/devices").json()) == 2
    assert len(okta.get(f"/users/{okta.lee}/appLinks").json()) == 5


def test_the_sdk_of_okta_finds_nothing(box: Endpoint) -> None:
    okta = Dana(box)
    okta.take(*USUAL, "devices")

    async def read(client: Any) -> None:
        user, _, error = await client.get_user(okta.dana)
        assert (error, user.status.value) == (None, "SUSPENDED")
        for question in ("list_assigned_roles_for_user", "list_user_grants", "list_user_clients"):
            found, _, error = await getattr(client, question)(okta.dana)
            assert (error, found) == (None, [])
        devices, _, error = await client.list_user_devices(okta.dana)
        assert (error, devices) == (None, [])
        factors, _, error = await client.list_factors(okta.dana)
        assert (error, [each.factor_type for each in factors]) == (None, ["email"])
        groups, _, error = await client.list_user_groups(okta.dana)
        assert error is None
        assert {each.type.value for each in groups} == {"BUILT_IN", "APP_GROUP"}
        owned, _, error = await client.list_api_tokens()
        assert (error, [each for each in owned if each.user_id == okta.dana]) == (None, [])

    run(box, read, token=okta.token)


def test_a_second_run_finds_all_done_and_changes_nothing(box: Endpoint) -> None:
    okta = Dana(box)
    okta.take()
    since = len(okta.everything("/logs", limit=1000))
    again = okta.take()
    assert {name: receipt.outcome for name, receipt in again.items()} == {
        **dict.fromkeys(USUAL, ALREADY),
        "sessions": DONE,
        "groups": FAILED,
    }
    changed = okta.everything("/logs", limit=1000)[since:]
    assert [each["eventType"] for each in changed] == ["user.session.clear"]


def test_the_before_image_is_recorded_first_and_tells_what_there_was(box: Endpoint) -> None:
    okta = Dana(box)
    okta.take()
    image = okta.entries[0]
    assert image.kind is Kind.BEFORE
    has = image.seen["has"]
    assert has["groups"] == {
        "groups": sorted(GROUPS),
        "of applications": ["AD Boston", "AD Controllers"],
        "built in": ["Everyone"],
    }
    assert has["admin-roles"] == {
        "roles": [
            "role Read-Only Administrator",
            "role Report Administrator",
            "role Help Desk Administrator by group Help desk",
        ]
    }
    assert has["apps"] == {"direct": ["Archive", "Ledger", "Payslips"], "by group": ["Intranet", "Wiki"]}
    assert has["client-tokens"]["tokens"] == {
        "CRM": 1,
        "Mailer": 2,
        "Scanner": 1,
        "0oaunknown": 1,
        "okta.dashboard": 2,
        "Calendar": 0,
        "Notes": 0,
    }
    assert "sms by OKTA (pending)" in has["factors"]["factors"]
    assert [entry.step for entry in okta.entries[1:]] == [receipt.step for receipt in okta.receipts]


def test_the_tokens_of_applications_are_revoked_without_the_sessions_step(box: Endpoint) -> None:
    okta = Dana(box)
    receipt = okta.take("client-tokens")["client-tokens"]
    assert receipt.outcome is DONE
    assert receipt.seen["before"]["tokens"]["Mailer"] == 2
    assert sum(receipt.seen["now"]["tokens"].values()) == 0
    assert [each["kind"] for each in okta.sessions() if each["username"] == DANA] == ["session", "session"]


def test_what_comes_back_is_found_later_and_mended(box: Endpoint) -> None:
    okta = Dana(box)
    okta.take()
    okta.post(f"/users/{okta.dana}/lifecycle/unsuspend")
    okta.put(f"/groups/{okta.group_ids['Board']}/users/{okta.dana}")
    found = okta.look_over()
    assert {name for name, finding in found.items() if not finding.good} == {"suspend", "groups"}
    assert found["suspend"].left == (f"{DANA} is ACTIVE",)
    assert "group Board" in found["groups"].left
    okta.take()
    assert {name for name, finding in okta.look_over().items() if not finding.good} == {"groups"}
    assert "group Board" not in okta.look_over()["groups"].left


def test_a_rule_that_put_somebody_into_a_group_excepts_them(box: Endpoint) -> None:
    okta = Dana(box)
    rule = okta.get("/groups/rules").json()[0]
    assert okta.look_over("groups")["groups"].notes == (
        'The rule "Boston people" puts users into Boston: Okta makes the account one of its exceptions.',
    )
    okta.take("groups")
    after = okta.get(f"/groups/rules/{rule['id']}").json()
    assert after["conditions"]["people"]["users"]["exclude"] == [okta.dana]
    assert "Boston" not in okta.names(f"/users/{okta.dana}/groups")


def test_a_rule_without_room_puts_them_back_and_that_is_told(box: Endpoint) -> None:
    okta = Dana(box, things={})
    full = {
        "name": "Full",
        "groups": ["Board"],
        "members": [DANA],
        "excepted": [f"00uother{number:03}" for number in range(100)],
    }
    box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "rules": [full]})
    receipt = okta.take("groups")["groups"]
    assert receipt.outcome is FAILED
    assert "group Board" in receipt.left
    assert okta.look_over("groups")["groups"].notes == (
        'The rule "Full" puts users into Board and has no room for another exception (100 users): it puts the '
        "account back. Take somebody off its exceptions.",
    )


def test_an_active_account_is_suspended_and_any_other_deactivated(box: Endpoint) -> None:
    for status, ended in (
        ("ACTIVE", "SUSPENDED"),
        ("LOCKED_OUT", "DEPROVISIONED"),
        ("STAGED", "DEPROVISIONED"),
        ("PASSWORD_EXPIRED", "DEPROVISIONED"),
    ):
        okta = Dana(box, things={})
        okta.order("/status", login=DANA, status=status)
        assert okta.take("suspend")["suspend"].outcome is DONE
        assert okta.status(okta.dana) == ended
        box.admin("POST", "/reset", {"client": "acme"})


def test_deactivation_comes_last_and_may_take_its_time(box: Endpoint) -> None:
    okta = Dana(box)
    okta.order("/transition", seconds=60)
    receipt = okta.take(*USUAL, "deactivate")["deactivate"]
    assert okta.receipts[-1] == receipt
    assert (receipt.outcome, receipt.why) == (
        Outcome.UNVERIFIED,
        f"the directory accepted it, and after 1 s still shows: {DANA} is SUSPENDED",
    )
    okta.later(61)
    assert okta.take("deactivate")["deactivate"].outcome is ALREADY
    assert okta.status(okta.dana) == "DEPROVISIONED"
    assert [each["name"] for each in okta.get("/api-tokens").json()] == ["sandbox", "nightly export"]


def test_of_a_deactivated_account_okta_shows_no_factors(box: Endpoint) -> None:
    okta = Dana(box)
    okta.order("/status", login=DANA, status="DEPROVISIONED")
    receipts = okta.take()
    assert receipts["factors"].outcome is SKIPPED
    assert receipts["factors"].why == (
        "the account is deactivated, and Okta shows no factors of such an account"
    )
    assert receipts["suspend"].outcome is ALREADY
    assert receipts["groups"].outcome is FAILED
    assert okta.names(f"/users/{okta.dana}/groups") == ["AD Boston", "AD Controllers", "Everyone"]


def test_the_account_is_deleted_when_it_has_been_kept_long_enough(box: Endpoint) -> None:
    okta = Dana(box, things={})
    okta.take("suspend")
    for kept, why in (
        (None, "nothing says until when the account is kept"),
        (at(2), "the account is kept until 2026-11-22T14:02:00+00:00"),
    ):
        receipt = okta.take("delete", case=okta.case(retained_until=kept))["delete"]
        assert (receipt.outcome, receipt.why) == (SKIPPED, why)
    assert okta.status(okta.dana) == "SUSPENDED"
    assert okta.take("delete", case=okta.case(retained_until=at(1)))["delete"].outcome is DONE
    assert code(okta.get(f"/users/{okta.dana}")) == (404, "E0000007")
    again = okta.take(*USUAL, "deactivate", "delete", case=okta.case(retained_until=at(1)))
    assert {name: receipt.outcome for name, receipt in again.items()} == {
        **dict.fromkeys((*USUAL, "deactivate"), SKIPPED),
        "delete": ALREADY,
    }
    assert {receipt.why for receipt in again.values()} == {"the account does not exist any more"}


def test_a_user_of_another_directory_is_ended_and_the_order_to_that_directory_told(box: Endpoint) -> None:
    okta = Dana(box, things={}, provider="ACTIVE_DIRECTORY corp.example")
    order = (
        "Active Directory corp.example masters the account: disable dana.reyes@acme.example there too, then "
        "import into Okta, or Okta's next import can activate it again."
    )
    receipts = okta.take("suspend", "delete", case=okta.case(retained_until=at(0)))
    assert (receipts["suspend"].outcome, receipts["suspend"].why) == (DONE, order)
    assert receipts["delete"].outcome is SKIPPED
    assert receipts["delete"].why == f"a deleted account would be imported again. {order}"
    assert okta.status(okta.dana) == "SUSPENDED"


def test_a_user_whom_an_hr_system_sources_is_told(box: Endpoint) -> None:
    okta = Dana(box, things={})
    workday = {
        "label": "Workday",
        "name": "workday",
        "features": ["PROFILE_MASTERING"],
        "groups": ["Everyone"],
    }
    box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "apps": [workday]})
    receipt = okta.take("apps")["apps"]
    assert receipt.outcome is ALREADY
    assert receipt.why == (
        "Workday masters the account: end the employment of dana.reyes@acme.example there too, or its next import "
        "can activate the account again. Applications that come with a group and go with it: Wiki, Intranet, "
        "Workday."
    )


def test_a_role_through_a_group_of_an_application_is_for_a_person(box: Endpoint) -> None:
    okta = Dana(box, things={})
    roles = {"AD Boston": ["ORG_ADMIN"], "Everyone": ["REPORT_ADMIN"]}
    box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "group_roles": roles})
    receipt = okta.take("admin-roles")["admin-roles"]
    assert receipt.outcome is FAILED
    assert set(receipt.left) == {
        "role Organization Administrator by group AD Boston",
        "role Report Administrator by group Everyone",
    }
    assert "Everybody is in this group: take the role from the group." in receipt.why
    assert "Help desk" not in okta.names(f"/users/{okta.dana}/groups")


def test_a_device_of_two_people_is_left_to_a_person(box: Endpoint) -> None:
    okta = Dana(box)
    shared = okta.made[DANA]["devices"][0]
    okta.order("/equip", login=LEE, devices=[{"id": shared}])
    receipt = okta.take("devices")["devices"]
    assert receipt.outcome is FAILED
    assert receipt.why == (
        f"Dana's laptop (MACOS): {LEE} uses it too: take the account off the device by hand."
    )
    assert okta.get(f"/devices/{shared}").json()["status"] == "ACTIVE"
    assert okta.get(f"/devices/{okta.made[DANA]['devices'][1]}").json()["status"] == "DEACTIVATED"


def test_devices_are_suspended_where_the_runbook_says_so(box: Endpoint) -> None:
    okta = Dana(box)
    receipt = okta.take("devices", settings={"devices": {"action": "suspend"}})["devices"]
    assert receipt.outcome is DONE
    assert receipt.seen["now"] == {
        "devices": ["Dana's laptop (MACOS): SUSPENDED", "Dana's phone (IOS): SUSPENDED"]
    }


def test_leavers_own_token_is_not_revoked(box: Endpoint) -> None:
    okta = Dana(box, things={})
    own = okta.get("/users/me").json()["id"]
    case = okta.case()
    receipt = okta.take("api-tokens", case=type(case)(**{**_fields(case), "account": own}))["api-tokens"]
    assert receipt.outcome is FAILED
    assert receipt.why == (
        "API token sandbox: Leaver signs in with a token of this account: give Leaver another one first."
    )
    assert okta.get("/org").status_code == 200


def _fields(case: Any) -> dict[str, Any]:
    return {name: getattr(case, name) for name in case.__dataclass_fields__}


def test_the_number_of_requests(box: Endpoint) -> None:
    okta = Dana(box)
    okta.take(*USUAL, "devices", "deactivate")
    # 87 on 2026-11-22: one for each thing that is taken, and what is read before and after.
    assert okta.requests <= 90
