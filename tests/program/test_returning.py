"""Somebody comes back to an account that is not there: which deleted one is theirs, and what is said if none is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from leaver.actions import Account
from leaver.actions.live import Live
from leaver.desired import ChangeReport, Effect, NotApproved, Restored, desired, refuse_unapproved
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.decide import decide
from leaver.program.plan import PlanError
from leaver.program.returning import Past, directories_of
from leaver.source.state import ENTRA_USER, OKTA_USER, StackState
from tests.estates import NOW, change_account, client, settled

UPN = "dana.reyes@acme.example"
GROUPS = {"finance": {"directory": "entra"}}
SAM = {"name": "Sam Okafor", "groups": ["finance"]}
DANA = {"name": "Dana Reyes", "title": "Controller", "groups": ["finance"], "reinstate": True}
PROPOSE = "have a new record proposed: leaver reinstate acme dana.reyes --as KEY"
NEW = f"For a new account make one by hand and write `adopt: true` in the record, or {PROPOSE}"
AZ = "az rest --method post --url https://graph.microsoft.com/v1.0/directory/deletedItems/ID/restore"


def deleted(id_: str = "old", username: str = UPN, at: str | None = "2026-11-10T17:00:00Z") -> Account:
    attributes = {} if at is None else {"deletedDateTime": at}
    return Account(id=id_, username=username, enabled=False, status="disabled", attributes=attributes)


def past(accounts: Iterable[Account], owners: Mapping[str, str] | None = None, **more: Any) -> Past:
    return Past(
        {"entra": {each.id: each for each in accounts}},
        {("entra", id_): person for id_, person in (owners or {}).items()},
        **more,
    )


def acme(**dana: Any) -> Client:
    return client({"dana.reyes": {**DANA, **dana}, "sam.okafor": SAM}, GROUPS)


def without_dana() -> tuple[Live, StackState]:
    """Sam works here; of Dana nothing is left, in the directory or in the last state."""
    made = client({"sam.okafor": SAM}, GROUPS)
    return settled(made, desired(made, NOW))


def with_dana_deleted() -> tuple[Live, StackState]:
    """Somebody deleted Dana's account by hand: the last state still has it."""
    made = acme()
    live, state = settled(made, desired(made, NOW))
    gone = id_of_dana(live)
    accounts = {id_: each for id_, each in live["entra"].accounts.items() if id_ != gone}
    return {"entra": replace(live["entra"], accounts=accounts, members=members_without(gone, live))}, state


def id_of_dana(live: Live) -> str:
    return next(id_ for id_, each in live["entra"].accounts.items() if each.username == UPN)


def members_without(id_: str, live: Live) -> dict[str, frozenset[str]]:
    return {group: ids - {id_} for group, ids in live["entra"].members.items()}


def said(made: Client, known: Past, *, now: datetime = NOW, lost: str | None = None) -> tuple[str, ...]:
    """What the restores are, or else what the notices say."""
    live, state = without_dana()
    if lost is not None:
        state = replace(state, lost={("dana.reyes", "entra"): lost})
    _, plan = compose(made, now, live, state, known)
    assert not [each for each in plan.accounts if each.person == "dana.reyes"]
    assert not [member for group in plan.groups for member in group.members or () if "dana" in str(member)]
    if plan.restores:
        return tuple(each.account.id for each in plan.restores)
    return tuple(str(notice) for notice in plan.notices)


CASES: Mapping[str, tuple[Past, str]] = {
    "the one of that name": (past([deleted()]), "old"),
    "the evidence knows it as theirs": (past([deleted()], {"old": "dana.reyes"}), "old"),
    "the name differs in case only": (past([deleted(username="Dana.Reyes@ACME.example")]), "old"),
    "nobody says since when": (past([deleted(at=None)]), "old"),
    "others are deleted, too": (past([deleted(), deleted("x", "sam.two@acme.example")]), "old"),
    "the evidence knows another one as theirs": (
        past([deleted()], {"first": "dana.reyes"}),
        "dana.reyes in entra: the deleted account old was dana.reyes@acme.example, but that of somebody else: it is "
        f"left alone. {NEW}",
    ),
    "the evidence knows it as somebody else's": (
        past([deleted()], {"old": "dana.reyes.first"}),
        'dana.reyes in entra: the deleted account old was dana.reyes@acme.example, but that of "dana.reyes.first": '
        f"it is left alone. {NEW}",
    ),
    "two of that name, whatever the evidence knows": (
        past([deleted(), deleted("b", at=None)], {"old": "dana.reyes"}),
        "dana.reyes in entra: 2 deleted accounts were dana.reyes@acme.example: b (nobody says since when), old "
        f"(deleted 2026-11-10). Restore the right one by hand: {AZ}",
    ),
    "theirs had another name": (
        past([deleted(username="dana@acme.example")], {"old": "dana.reyes"}),
        "dana.reyes in entra: the deleted account old was dana@acme.example, and the record says "
        "dana.reyes@acme.example: write its own username into the record to have it restored",
    ),
    "deleted 30 days ago": (
        past([deleted(at="2026-10-23T12:00:00Z")]),
        "dana.reyes in entra: the account was deleted 2026-10-23, and Entra keeps one for 30 days: by then it is "
        f"gone for good. {NEW}",
    ),
    "purged": (
        past([], {"old": "dana.reyes"}),
        f"dana.reyes in entra: the account is gone for good. {NEW}",
    ),
    "not to be read": (
        past([], faults={"entra": "403 Forbidden"}),
        "dana.reyes in entra: the account is not there, and whether it can be restored is not known: 403 Forbidden",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_only_what_was_theirs_is_restored_and_nothing_is_made_in_its_place(case: str) -> None:
    known, expected = CASES[case]
    assert said(acme(), known) == (expected,)


def test_a_key_of_before_is_theirs_too() -> None:
    assert said(acme(was="d.reyes"), past([deleted()], {"old": "d.reyes"})) == ("old",)


@pytest.mark.parametrize(("lost", "found"), [("old", True), ("other", False)])
def test_what_the_last_state_knows_counts_for_more_than_the_evidence(lost: str, found: bool) -> None:
    known = past([deleted()], {"old": "dana.reyes", "other": "dana.reyes"})
    assert (said(acme(), known, lost=lost) == ("old",)) is found


def test_a_later_moment_shows_that_it_will_be_purged_by_then() -> None:
    known = past([deleted()])
    assert said(acme(), known, now=NOW + timedelta(days=18)) == ("old",)
    assert "by then it is gone for good" in said(acme(), known, now=NOW + timedelta(days=19))[0]


def test_somebody_of_whom_nobody_knows_an_account_gets_a_new_one() -> None:
    live, state = without_dana()
    _, plan = compose(acme(), NOW, live, state, past([]))
    assert [each.new for each in plan.accounts if each.person == "dana.reyes"] == [True]
    assert (plan.restores, plan.notices) == ((), ())


@pytest.mark.parametrize("fields", [{"reinstate": False}, {"disabled": True}, {"starts": "2026-12-24 09:00"}])
def test_nothing_is_restored_for_somebody_who_does_not_come_back_now(fields: Mapping[str, Any]) -> None:
    live, state = without_dana()
    assert directories_of(acme(**fields), NOW, live, state) == ()
    assert compose(acme(**fields), NOW, live, state, past([deleted()]))[1].restores == ()


def test_the_deleted_items_are_asked_for_only_where_somebody_comes_back_to_no_account() -> None:
    made = acme()
    assert directories_of(made, NOW, *without_dana()) == ("entra",)
    assert directories_of(made, NOW, *with_dana_deleted()) == ("entra",)
    assert directories_of(made, NOW, *settled(made, desired(made, NOW))) == ()


def test_okta_restores_none_so_a_new_one_is_made() -> None:
    made = client({"dana.reyes": DANA}, directories=("okta",))
    live, state = settled(made, desired(made, NOW))
    _, plan = compose(made, NOW, {"okta": replace(live["okta"], accounts={})}, state)
    assert [str(each) for each in plan.notices] == [
        "dana.reyes in okta: the account is gone, and Okta restores none: it is made anew"
    ]
    assert plan.stale == ((OKTA_USER, "dana.reyes/okta"),)


def test_a_preview_tells_what_will_be_and_declares_nothing_of_it() -> None:
    live, state = without_dana()
    decision = decide(acme(), NOW, live, state, past([deleted()]), ahead=True)
    assert [(each.effect, each.subject, each.what, each.why) for each in decision.told.changes] == [
        (
            Effect.RESTORED,
            "dana.reyes",
            "dana.reyes@acme.example, object old,",
            "until 2026-12-10 12:00 EST, then Entra purges it",
        ),
        (Effect.ENABLED, "dana.reyes", UPN, "the record says `reinstate`"),
        (Effect.ADOPTED, "dana.reyes", UPN, ""),
        (Effect.ADDED, "dana.reyes", "group Finance", ""),
    ]
    assert decision.told.restores == (Restored("dana.reyes", "entra", UPN, "old"),)
    assert [each.person for each in decision.plan.accounts] == ["sam.okafor"]
    assert [str(each) for each in decision.plan.notices] == [
        "dana.reyes in entra: the account was deleted, and this run does not restore it: leaver apply acme does, "
        "until 2026-12-10 12:00 EST, when Entra purges it"
    ]
    assert decision.told.notices == ()
    assert decision.judgement.allowed
    assert decision.judgement.counted == ()


def test_a_run_of_the_engine_alone_tells_what_it_does_and_no_more() -> None:
    live, state = without_dana()
    told = decide(acme(), NOW, live, state, past([deleted()])).told
    assert (told.changes, told.restores) == ((), ())


def test_an_account_that_the_last_state_has_stays_declared_and_untouched_until_it_is_back() -> None:
    live, state = with_dana_deleted()
    id_ = state.memory.accounts["dana.reyes", "entra"].id
    decision = decide(acme(), NOW, live, state, past([deleted(id_)]), ahead=True)
    (account,) = [each for each in decision.plan.accounts if each.person == "dana.reyes"]
    assert (account.ignore, account.gone, decision.plan.stale) == (
        ("*",),
        state.ids[ENTRA_USER, account.name],
        (),
    )
    assert [each.effect for each in decision.told.changes] == [
        Effect.RESTORED,
        Effect.ENABLED,
        Effect.ADDED,
    ]
    assert f"{ENTRA_USER} dana.reyes/entra" in decision.told.stale


def test_the_last_state_forgets_by_a_refresh_what_is_gone_for_good() -> None:
    live, state = with_dana_deleted()
    _, plan = compose(acme(), NOW, live, state, past([]))
    assert (ENTRA_USER, "dana.reyes/entra") in plan.stale
    assert "gone for good" in str(plan.notices[0])


def test_another_account_of_the_name_stands_in_the_way() -> None:
    live, state = with_dana_deleted()
    id_ = state.memory.accounts["dana.reyes", "entra"].id
    accounts = {**live["entra"].accounts, "new": replace(deleted("new"), attributes={})}
    live = {"entra": replace(live["entra"], accounts=accounts)}
    _, plan = compose(acme(), NOW, live, state, past([deleted(id_)]))
    assert plan.restores == ()
    assert "cannot be restored, as another account is dana.reyes@acme.example now" in str(plan.notices[0])


def back_again() -> tuple[Live, StackState]:
    """Dana's account was restored, and then the run was killed: the directory shows it, and no state has it."""
    made = acme()
    live, _ = settled(made, desired(made, NOW))
    id_ = id_of_dana(live)
    live = change_account(live, "entra", id_, enabled=False, status="disabled")
    return {"entra": replace(live["entra"], members=members_without(id_, live))}, without_dana()[1]


def test_after_a_kill_the_evidence_knows_whose_account_it_is() -> None:
    live, state = back_again()
    made = acme()
    assert directories_of(made, NOW, live, state) == ("entra",)
    id_ = id_of_dana(live)
    told = decide(made, NOW, live, state, past([], {id_: "dana.reyes"}), ahead=True).told
    assert {each.effect for each in told.changes if each.subject == "dana.reyes"} == {
        Effect.ADOPTED,
        Effect.ENABLED,
        Effect.ADDED,
    }


@pytest.mark.parametrize("owner", ["lee.park", None])
def test_an_account_that_is_not_known_as_theirs_is_still_refused_without_adopt(owner: str | None) -> None:
    live, state = back_again()
    id_ = id_of_dana(live)
    with pytest.raises(PlanError, match="exists already in entra"):
        compose(acme(), NOW, live, state, past([], {id_: owner} if owner else {}))


def test_what_a_restored_account_looked_like_needs_no_approval_of_its_own() -> None:
    live, state = without_dana()
    approved = decide(acme(), NOW, live, state, past([deleted()]), ahead=True).told
    live, _ = back_again()
    id_ = id_of_dana(live)
    live = change_account(live, "entra", id_, attributes={"jobTitle": "Clerk"})
    told = decide(acme(), NOW, live, state, past([], {id_: "dana.reyes"})).told
    assert Effect.CHANGED in {each.effect for each in told.changes}
    refuse_unapproved(told, ChangeReport.from_json(approved.to_json()))
    with pytest.raises(NotApproved, match="job title"):
        refuse_unapproved(told, replace(approved, restores=()))
