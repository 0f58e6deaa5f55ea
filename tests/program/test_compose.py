"""What a run declares, decided from records, directories and the last state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leaver.actions import LiveDirectory
from leaver.desired import desired
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.plan import NewAccount, PlanError, PlannedAccount
from leaver.source.state import ENTRA_USER, StackState, parse
from tests.estates import NOW, account_id, change_account, client, group_id, settled

EMPTY = StackState()
NOTHING = {"entra": LiveDirectory()}
DANA = {"name": "Dana Reyes", "groups": ["finance"]}
SAM = {"name": "Sam Okafor", "groups": ["finance"], "title": "Clerk"}
FINANCE = {"finance": {"directory": "entra"}}


def two_people(**changes: object) -> Client:
    return client({"dana.reyes": {**DANA, **changes}, "sam.okafor": SAM}, FINANCE)


def planned(made: Client, live: dict[str, LiveDirectory], state: StackState, person: str) -> PlannedAccount:
    _, plan = compose(made, NOW, live, state)
    return next(account for account in plan.accounts if account.person == person)


def test_a_joiner_gets_a_new_account_and_is_declared_a_member_of_the_group() -> None:
    _, plan = compose(two_people(), NOW, NOTHING, EMPTY)
    assert [account.new for account in plan.accounts] == [True, True]
    assert plan.groups[0].members == (NewAccount("dana.reyes", "entra"), NewAccount("sam.okafor", "entra"))
    assert plan.accounts[0].inputs == {
        "display_name": "Dana Reyes",
        "mail_nickname": "dana.reyes",
        "user_principal_name": "dana.reyes@acme.example",
        "account_enabled": True,
        "force_password_change": True,
    }


def test_a_second_run_declares_what_the_directory_shows_and_nothing_is_stale() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    _, plan = compose(made, NOW, live, state)
    assert (plan.stale, plan.notices) == ((), ())
    assert plan.groups[0].members == (account_id("dana.reyes", "entra"), account_id("sam.okafor", "entra"))
    assert all(account.known and not account.new for account in plan.accounts)


def test_disabling_a_record_disables_the_account_and_takes_the_groups() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    _, plan = compose(two_people(disabled=True), NOW, live, state)
    assert plan.accounts[0].inputs["account_enabled"] is False
    assert plan.groups[0].members == (account_id("sam.okafor", "entra"),)


def test_attributes_that_the_record_does_not_manage_are_declared_as_the_directory_has_them() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    live = change_account(
        live,
        "entra",
        account_id("dana.reyes", "entra"),
        attributes={"city": "Boston", "faxNumber": "555-0100"},
    )
    inputs = planned(made, live, state, "dana.reyes").inputs
    assert (inputs["city"], inputs["fax_number"]) == ("Boston", "555-0100")


def test_an_attribute_that_the_record_manages_wins_over_the_directory() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, "entra", account_id("sam.okafor", "entra"), attributes={"jobTitle": "Boss"})
    assert planned(made, live, state, "sam.okafor").inputs["job_title"] == "Clerk"


def test_an_account_disabled_in_the_directory_stays_disabled_and_is_reported() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, "entra", account_id("dana.reyes", "entra"), enabled=False, status="disabled")
    _, plan = compose(made, NOW, live, state)
    assert plan.accounts[0].inputs["account_enabled"] is False
    assert [str(notice) for notice in plan.notices] == [
        "dana.reyes in entra: disabled in the directory, and stays so. Write `reinstate: true` to enable it"
    ]


def test_an_account_disabled_in_the_directory_is_put_into_no_group() -> None:
    made = two_people()
    wanted = desired(made, NOW)
    live, state = settled(made, wanted)
    dana = account_id("dana.reyes", "entra")
    live = change_account(live, "entra", dana, enabled=False, status="disabled")
    live = {"entra": replace(live["entra"], members={})}
    _, plan = compose(made, NOW, live, state)
    assert [dana in (group.members or ()) for group in plan.groups] == [False]


def test_reinstate_enables_it_and_asks_for_a_refresh_where_the_last_state_hides_the_difference() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, "entra", account_id("dana.reyes", "entra"), enabled=False, status="disabled")
    _, plan = compose(two_people(reinstate=True), NOW, live, state)
    assert plan.accounts[0].inputs["account_enabled"] is True
    assert plan.stale == ((ENTRA_USER, "dana.reyes/entra"),)


def test_a_title_changed_by_hand_asks_for_a_refresh_where_the_last_state_hides_it() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    key = (ENTRA_USER, "sam.okafor/entra")
    live = change_account(live, "entra", account_id("sam.okafor", "entra"), attributes={"jobTitle": "King"})
    assert compose(made, NOW, live, state)[1].stale == (), "the state has another title: the engine sees it"
    same = replace(state, inputs={**state.inputs, key: {**state.inputs[key], "jobTitle": "Clerk"}})
    assert compose(made, NOW, live, same)[1].stale == (key,)


def test_a_title_as_the_record_has_it_hides_nothing() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    key = (ENTRA_USER, "sam.okafor/entra")
    same = replace(state, inputs={**state.inputs, key: {**state.inputs[key], "jobTitle": "Clerk"}})
    assert compose(made, NOW, live, same)[1].stale == ()


def test_an_account_that_exists_is_refused_with_what_to_write() -> None:
    made = two_people()
    live, _ = settled(made, desired(made, NOW))
    with pytest.raises(PlanError) as caught:
        compose(made, NOW, live, EMPTY)
    assert caught.value.reasons == (
        'acme: group "finance": "Finance" exists already in entra. '
        "Write `existing: true` to use that group, or choose another name.",
        'acme: person "dana.reyes": dana.reyes@acme.example exists already in entra. '
        "Write `adopt: true` in the record to take the account over, or choose another username.",
        'acme: person "sam.okafor": sam.okafor@acme.example exists already in entra. '
        "Write `adopt: true` in the record to take the account over, or choose another username.",
    )


def test_adopt_imports_the_account_without_a_password() -> None:
    made = client({"dana.reyes": {"adopt": True}})
    live, _ = settled(made, desired(made, NOW))
    account = planned(made, live, EMPTY, "dana.reyes")
    assert (account.id, account.known, account.new) == (account_id("dana.reyes", "entra"), False, False)
    assert "password" in account.ignore


def test_a_create_that_a_killed_run_left_open_is_imported_and_not_made_twice() -> None:
    made = client({"dana.reyes": {}})
    live, _ = settled(made, desired(made, NOW))
    state = StackState(interrupted=frozenset({(ENTRA_USER, "dana.reyes/entra")}))
    account = planned(made, live, state, "dana.reyes")
    assert (account.id, account.known) == (account_id("dana.reyes", "entra"), False)


def test_a_deleted_record_is_disabled_stripped_and_kept_with_its_date() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    without = client({"dana.reyes": DANA}, FINANCE)
    _, plan = compose(without, NOW, live, state)
    sam = next(account for account in plan.accounts if account.person == "sam.okafor")
    assert (sam.inputs["account_enabled"], sam.protect) == (False, False)
    assert plan.people["sam.okafor"] == {"entra": f"{NOW.isoformat()}/{NOW.replace(month=12).isoformat()}"}
    assert plan.groups[0].members == (account_id("dana.reyes", "entra"),)
    assert [str(notice) for notice in plan.notices] == [
        "sam.okafor in entra: the record is gone: disabled, kept until 2026-12-22, then deleted"
    ]


def test_a_kept_account_is_deleted_when_its_time_is_over_and_not_before() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    memory = replace(
        state.memory,
        accounts={
            key: replace(account, removed=NOW if key[0] == "sam.okafor" else None)
            for key, account in state.memory.accounts.items()
        },
    )
    live = change_account(live, "entra", account_id("sam.okafor", "entra"), enabled=False, status="disabled")
    state = replace(state, memory=memory)
    without = client({"dana.reyes": DANA}, FINANCE)
    end = datetime(2026, 12, 22, 12, 0, tzinfo=UTC)
    _, before = compose(without, end - timedelta(seconds=1), live, state)
    _, after = compose(without, end, live, state)
    assert [account.person for account in before.accounts] == ["dana.reyes", "sam.okafor"]
    assert [account.person for account in after.accounts] == ["dana.reyes"]


def test_what_was_said_when_a_record_went_holds_whatever_the_client_says_since() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, "entra", account_id("sam.okafor", "entra"), enabled=False, status="disabled")
    kept = NOW + timedelta(days=30)
    memory = {
        key: replace(account, removed=NOW, kept=kept) if key[0] == "sam.okafor" else account
        for key, account in state.memory.accounts.items()
    }
    state = replace(state, memory=replace(state.memory, accounts=memory))
    for change in ({"retain": "1 day"}, {"on removal": "delete"}):
        without = client({"dana.reyes": DANA}, FINANCE, **change)
        _, before = compose(without, kept - timedelta(seconds=1), live, state)
        _, after = compose(without, kept, live, state)
        assert [account.person for account in before.accounts] == ["dana.reyes", "sam.okafor"]
        assert before.people["sam.okafor"] == {"entra": f"{NOW.isoformat()}/{kept.isoformat()}"}
        assert [account.person for account in after.accounts] == ["dana.reyes"]


def test_the_last_state_knows_since_when_and_until_when() -> None:
    urn = "urn:pulumi:acme::leaver::leaver:index:Person::sam.okafor"
    user = f"urn:pulumi:acme::leaver::leaver:index:Person${ENTRA_USER}::sam.okafor/entra"
    for said, since, until in (
        ("2026-11-22T12:00:00+00:00/2026-12-22T12:00:00+00:00", NOW, NOW.replace(month=12)),
        ("2026-11-22T12:00:00+00:00", NOW, None),
    ):
        resources = [
            {"urn": urn, "inputs": {"removed": {"entra": said}}},
            {"urn": user, "id": "/users/x", "inputs": {"userPrincipalName": "sam@acme.example"}},
        ]
        found = parse({"deployment": {"resources": resources}}).memory.accounts["sam.okafor", "entra"]
        assert (found.removed, found.kept) == (since, until)


def test_accounts_are_protected_from_deletion_unless_the_client_chose_to_delete() -> None:
    kept = client({"dana.reyes": {}})
    deleting = client({"dana.reyes": {}}, **{"on removal": "delete"})
    assert planned(kept, NOTHING, EMPTY, "dana.reyes").protect is True
    assert planned(deleting, NOTHING, EMPTY, "dana.reyes").protect is False


def test_a_directory_that_vanished_from_the_settings_is_an_error_and_no_mass_departure() -> None:
    both = client({"dana.reyes": {}}, directories=("entra", "okta"))
    live, state = settled(both, desired(both, NOW))
    with pytest.raises(Exception, match=r'no longer names the directory "okta" \(1 accounts\)'):
        compose(client({"dana.reyes": {}}), NOW, live, state)


def test_a_member_added_by_hand_to_an_exact_group_makes_it_stale_so_that_a_refresh_finds_him() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    shown = live["entra"]
    members = {group_id("finance"): shown.members[group_id("finance")] | {"stranger"}}
    _, plan = compose(made, NOW, {"entra": replace(shown, members=members)}, state)
    assert plan.stale == (("azuread:index/group:Group", "group/finance"),)


def test_somebody_whose_record_says_nothing_of_groups_stays_in_an_exact_group() -> None:
    made = two_people()
    live, state = settled(made, desired(made, NOW))
    silent = client({"dana.reyes": {"name": "Dana Reyes"}, "sam.okafor": SAM}, FINANCE)
    _, plan = compose(silent, NOW, live, state)
    assert plan.groups[0].members == (account_id("dana.reyes", "entra"), account_id("sam.okafor", "entra"))


def test_a_groups_file_that_vanished_is_no_order_to_delete_every_group() -> None:
    groups = {"finance": {"directory": "entra"}, "vpn": {"directory": "entra"}}
    made = client({"dana.reyes": {"name": "Dana Reyes"}}, groups)
    live, state = settled(made, desired(made, NOW))
    with pytest.raises(PlanError) as caught:
        compose(client({"dana.reyes": {"name": "Dana Reyes"}}), NOW, live, state)
    assert str(caught.value) == (
        "acme: the records name no group, and the last run looked after 2. "
        "Put groups.yaml back; to let groups go, remove them from it one by one."
    )
    _, plan = compose(
        client({"dana.reyes": {"name": "Dana Reyes"}}, {"vpn": groups["vpn"]}), NOW, live, state
    )
    assert [group.key for group in plan.groups] == ["vpn"]
