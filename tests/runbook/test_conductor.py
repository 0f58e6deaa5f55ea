from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from leaver.evidence import Entry, Kind, Outcome
from leaver.runbook.book import Runbook
from leaver.runbook.order import Circle, tiers
from leaver.runbook.step import Ask, Case, Item, Reply, Seen
from leaver.runbook.transport import Answered
from leaver.runbook.watch import look_over
from tests.runbook.stage import (
    CASE,
    Empty,
    World,
    conducted,
    failing,
    forbidden,
    outcomes,
    unreachable,
)

GROUPS, DEVICES, MAIL = Empty("groups"), Empty("devices"), Empty("mail")


def test_all_steps_ask_together_act_together_and_are_read_back() -> None:
    world = World(groups=["sales", "everyone"], devices=["phone"], mail=[])
    found = conducted(world, GROUPS, DEVICES, MAIL)
    assert outcomes(found) == {
        "groups": Outcome.DONE,
        "devices": Outcome.DONE,
        "mail": Outcome.ALREADY,
    }
    assert world.lists == {"groups": [], "devices": [], "mail": []}
    assert world.rounds == [
        ["GET /devices", "GET /groups", "GET /mail"],
        ["DELETE /devices/phone", "DELETE /groups/everyone", "DELETE /groups/sales"],
        ["GET /devices", "GET /groups"],
    ]


def test_a_second_run_changes_nothing() -> None:
    world = World(groups=["sales"], devices=["phone"])
    conducted(world, GROUPS, DEVICES)
    first = world.writes()
    assert set(outcomes(conducted(world, GROUPS, DEVICES)).values()) == {Outcome.ALREADY}
    assert world.writes() == first


def test_steps_that_ask_the_same_share_one_answer() -> None:
    world = World(things=["a"])
    conducted(world, Empty("one", source="things"), Empty("two", ("one",), source="things"))
    assert world.rounds[0] == ["GET /things"]
    assert world.writes() == ["DELETE /things/a"]


def test_a_step_waits_for_the_steps_before_it_and_sees_what_they_left() -> None:
    world = World(mail=["forwarding"], licences=["E5"])
    licences = Empty("licences", ("mail",))
    conducted(world, licences, Empty("mail"))
    assert world.writes() == ["DELETE /mail/forwarding", "DELETE /licences/E5"]


def test_a_step_does_not_act_when_what_it_waits_for_failed() -> None:
    world = World(mail=["forwarding"], licences=["E5"])
    world.forever["DELETE /mail/forwarding"] = forbidden()
    found = conducted(world, Empty("licences", ("mail",)), Empty("mail"))
    assert outcomes(found) == {"mail": Outcome.FAILED, "licences": Outcome.FAILED}
    assert found["licences"].why == "it waits for another step that is not over: empty mail"
    assert world.lists["licences"] == ["E5"]


def test_sessions_are_revoked_even_where_the_account_cannot_be_disabled() -> None:
    world = World(account=["enabled"], sessions=["browser"])
    world.forever["DELETE /account/enabled"] = forbidden()
    disable = Empty("disable", source="account")
    found = conducted(world, disable, Empty("sessions", ("disable",)))
    assert outcomes(found) == {"disable": Outcome.FAILED, "sessions": Outcome.DONE}


def test_every_receipt_is_recorded_before_the_next_tier_and_the_image_before_the_first() -> None:
    world = World(mail=["forwarding"], licences=["E5"])
    told: list[tuple[str, int]] = []

    def record(entry: Entry) -> None:
        told.append((entry.step or entry.kind.value, len(world.writes())))

    conducted(world, Empty("mail"), Empty("licences", ("mail",)), record=record)
    assert told == [("before", 0), ("mail", 1), ("licences", 2)]


def test_a_record_that_cannot_be_written_ends_the_run() -> None:
    world = World(mail=["forwarding"], licences=["E5"])

    def record(entry: Entry) -> None:
        if entry.kind is Kind.STEP:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        conducted(world, Empty("mail"), Empty("licences", ("mail",)), record=record)
    assert world.lists["licences"] == ["E5"]


def test_an_entry_says_what_was_there_and_what_is_left() -> None:
    entries: list[Entry] = []
    conducted(World(groups=["sales"]), GROUPS, record=entries.append)
    image, step = entries
    assert image.seen["has"] == {"groups": {"left": ["sales"]}}
    assert (step.step, step.outcome, step.agreed) == ("groups", Outcome.DONE, CASE.cut)
    assert step.seen == {"before": {"left": ["sales"]}, "now": {"left": []}}
    assert (step.request_id, step.directory_date) == ("r-get", CASE.cut)


def test_an_answer_that_got_lost_after_the_write_is_read_back_and_done() -> None:
    world = World(groups=["sales"])
    world.faults["DELETE /groups/sales"] = [unreachable(maybe_done=True)]
    found = conducted(world, GROUPS)
    assert found["groups"].outcome is Outcome.DONE
    assert found["groups"].why == "an answer got lost (the connection broke), but it was read back"


def test_a_refusal_is_a_failure_with_its_remedy_and_what_is_left() -> None:
    world = World(groups=["sales", "everyone"], devices=["phone"])
    world.forever["DELETE /groups/sales"] = forbidden()
    found = conducted(world, GROUPS, DEVICES)
    assert outcomes(found) == {"groups": Outcome.FAILED, "devices": Outcome.DONE}
    assert found["groups"].why == ("403 (Authorization_RequestDenied). Grant Group.All. Still there: sales.")
    assert found["groups"].left == ("sales",)


def test_the_same_refusal_of_several_calls_is_told_once_with_the_first_request() -> None:
    world = World(groups=["sales", "everyone"])
    for number, name in enumerate(("sales", "everyone")):
        refused = forbidden()
        refused.request_id = f"r{number}"
        world.forever[f"DELETE /groups/{name}"] = refused
    assert conducted(world, GROUPS)["groups"].why == (
        "403 (Authorization_RequestDenied) [request r0]. Grant Group.All. Still there: sales, everyone."
    )


def test_a_directory_that_shows_the_old_state_for_a_while_is_asked_again() -> None:
    world = World(groups=["sales"])
    world.stale = 0
    first = Empty("groups")

    class Late(World):
        async def exchange(self, sent):  # type: ignore[no-untyped-def]
            answers = await super().exchange(sent)
            if any(each.ask.method == "DELETE" for each in sent.values()):
                self.stale = 2
            return answers

    late = Late(groups=["sales"])
    assert conducted(late, first)["groups"].outcome is Outcome.DONE
    assert late.writes() == ["DELETE /groups/sales"]


def test_what_is_never_shown_is_unverified_and_never_done() -> None:
    class Deaf(World):
        def _one(self, ask: Ask) -> Reply:
            return Reply(200, ["sales"]) if ask.method == "GET" else Reply(204, None)

    found = conducted(Deaf(groups=["sales"]), GROUPS)
    assert found["groups"].outcome is Outcome.UNVERIFIED
    assert found["groups"].why == "the directory accepted it, and after 0.4 s still shows: sales"


def test_what_cannot_be_read_stops_no_other_step() -> None:
    world = World(groups=["sales"], devices=["phone"])
    world.forever["GET /groups"] = forbidden()
    found = conducted(world, GROUPS, DEVICES)
    assert outcomes(found) == {"groups": Outcome.FAILED, "devices": Outcome.DONE}
    assert found["groups"].why == "it cannot be read: 403 (Authorization_RequestDenied). Grant Group.All."


def test_what_was_done_and_cannot_be_read_back_is_unverified() -> None:
    world = World(groups=["sales"])
    world.faults["GET /groups"] = []

    class Dark(World):
        async def exchange(self, sent):  # type: ignore[no-untyped-def]
            answers = await super().exchange(sent)
            if any(each.ask.method == "DELETE" for each in sent.values()):
                self.forever["GET /groups"] = failing()
            return answers

    found = conducted(Dark(groups=["sales"]), GROUPS)
    assert found["groups"].outcome is Outcome.UNVERIFIED
    assert found["groups"].why == "it may have been done, but cannot be read back: 503. Try again."


def test_an_answer_of_another_form_is_unverified_and_stops_no_other_step() -> None:
    world = World(groups=["sales"], devices=["phone"])

    class Odd(Empty):
        def left(self, case: Case, seen: Seen) -> Sequence[Item]:
            return super().left(case, {"groups": Reply(200, {"value": "?"})})

    found = conducted(world, Odd("groups"), DEVICES)
    assert outcomes(found) == {"groups": Outcome.UNVERIFIED, "devices": Outcome.DONE}
    assert found["groups"].why == "it cannot be read: groups: the answer is no list"


def test_a_fault_in_a_step_itself_stops_no_other_one() -> None:
    class Broken(Empty):
        def look(self, case: Case, seen: Seen) -> Sequence[Ask]:
            raise TypeError("secret details")

    found = conducted(World(groups=[], devices=["phone"]), Broken("groups"), DEVICES)
    assert outcomes(found) == {"groups": Outcome.UNVERIFIED, "devices": Outcome.DONE}
    assert (
        found["groups"].why == "it cannot be read: unexpected TypeError in Leaver itself. Please report it."
    )


def test_what_no_call_can_mend_fails_with_what_to_do_and_the_rest_is_done() -> None:
    found = conducted(World(groups=["hand", "sales"]), GROUPS)
    assert found["groups"].outcome is Outcome.FAILED
    assert found["groups"].why == "hand: only by hand"
    assert found["groups"].left == ("hand",)


def test_a_call_waits_for_those_it_names_and_is_not_sent_when_they_fail() -> None:
    class Handover(Empty):
        def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
            return [
                Ask("remove", "/owners/dana", "DELETE", after=("add",)),
                Ask("add", "/owners/nobody", "POST"),
            ]

    world = World(owners=["dana"])
    assert conducted(world, Handover("owners"))["owners"].outcome is Outcome.DONE
    assert world.writes() == ["POST /owners/nobody", "DELETE /owners/dana"]
    world = World(owners=["dana"])
    world.forever["POST /owners/nobody"] = forbidden()
    assert conducted(world, Handover("owners"))["owners"].outcome is Outcome.FAILED
    assert world.writes() == ["POST /owners/nobody"]


def test_what_a_lost_answer_has_changed_is_told_anew() -> None:
    """The owner was added and the answer lost; trying again is refused, so the last owner would never go."""

    class Handover(Empty):
        def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
            added = "lee" in seen["colleague"].data
            add = [] if added else [Ask("add", "/colleague/new", "POST")]
            return [*add, Ask("remove", "/owners/dana", "DELETE", after=("add",))]

        def look(self, case: Case, seen: Seen) -> Sequence[Ask]:
            return (Ask("owners", "/owners"), Ask("colleague", "/colleague"))

    class Picky(World):
        def _one(self, ask: Ask) -> Answered:
            if ask.method != "POST":
                return super()._one(ask)
            self.lists["colleague"] = ["lee"]
            refused = forbidden()
            refused.maybe_done = True
            return refused

    world = Picky(owners=["dana"], colleague=[])
    found = conducted(world, Handover("owners"))
    assert found["owners"].outcome is Outcome.DONE, found["owners"].why
    assert world.writes() == ["POST /colleague/new", "DELETE /owners/dana"]


def test_a_step_of_once_is_done_once_and_again_only_when_something_came_back() -> None:
    sessions = Empty("sessions", once=True)
    world = World(sessions=[], groups=["sales"])
    first = conducted(world, GROUPS, sessions)
    assert first["sessions"].outcome is Outcome.DONE
    again = conducted(world, GROUPS, sessions, done_once={"sessions"})
    assert again["sessions"].outcome is Outcome.ALREADY
    assert world.writes().count("DELETE /sessions/all") == 1
    world.lists["groups"] = ["sales"]
    conducted(world, GROUPS, sessions, done_once={"sessions"})
    assert world.writes().count("DELETE /sessions/all") == 2


def test_a_step_of_once_whose_answer_got_lost_is_unverified() -> None:
    world = World(sessions=[])
    world.faults["DELETE /sessions/all"] = [unreachable(maybe_done=True)]
    found = conducted(world, Empty("sessions", once=True))
    assert found["sessions"].outcome is Outcome.UNVERIFIED


def test_a_step_that_does_not_apply_says_why() -> None:
    class Skipped(Empty):
        def skip(self, case: Case, seen: Seen) -> str | None:
            return "there is no mailbox"

    found = conducted(World(mail=["x"]), Skipped("mail"))
    assert (found["mail"].outcome, found["mail"].why) == (Outcome.SKIPPED, "there is no mailbox")


def test_the_clients_settings_reach_the_step_and_its_order_the_conductor() -> None:
    seen: list[object] = []

    class Told(Empty):
        def left(self, case: Case, seen_: Seen) -> Sequence[Item]:
            seen.append(dict(case.settings))
            return super().left(case, seen_)

    world = World(groups=["sales"], devices=["phone"])
    conducted(world, Told("groups"), DEVICES, settings={"groups": {"after": ["devices"], "text": "bye"}})
    assert seen[0] == {"text": "bye"}
    assert world.writes() == ["DELETE /devices/phone", "DELETE /groups/sales"]


def test_steps_that_wait_for_each_other_are_refused_by_name() -> None:
    with pytest.raises(Circle, match=r"^devices, groups$"):
        tiers([GROUPS, DEVICES, Empty("x", ("groups",))], {"groups": ["devices"], "devices": ["groups"]})


def test_looking_over_changes_nothing_and_names_what_is_no_longer_true() -> None:
    world = World(groups=["sales"], devices=[], mail=[])
    world.forever["GET /mail"] = forbidden()
    book = Runbook(steps=(GROUPS, DEVICES, MAIL, Empty("sessions", once=True)))
    found = asyncio.run(look_over(book, replace(CASE, departure=False), world))
    assert [(each.step, each.good, each.left) for each in found] == [
        ("groups", False, ("sales",)),
        ("devices", True, ()),
        ("mail", False, ()),
    ]
    assert found[2].trouble == "403 (Authorization_RequestDenied). Grant Group.All."
    assert world.writes() == []
