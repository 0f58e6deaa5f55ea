"""Which effects of an engine a plan names: one effect, and why it may be or may not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from leaver.desired import Change, ChangeReport, Effect
from leaver.fleet import PreviewReport
from leaver.fleet.approval import Naming, held_to
from leaver.fleet.views import merged
from leaver.model import Client
from leaver.plan import Plan, compare
from tests.estates import NOW, client

GROUPS: Mapping[str, Mapping[str, Any]] = {
    "everyone": {"directory": "entra"},
    "finance": {"directory": "entra"},
    "old": {"directory": "entra", "existing": True},
}
DANA = {"groups": ["everyone", "finance"], "title": "Controller"}
LEFT = {"departure": {"at": "2026-11-20 17:00"}, "groups": ["everyone"]}
LEAVES = {"departure": {"at": "2026-11-27 17:00"}, "groups": ["everyone"]}
DISABLED, REMOVED, ADDED = Effect.DISABLED, Effect.REMOVED, Effect.ADDED


def acme(people: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]] = GROUPS, **more: Any) -> Client:
    given = {"directories": ("entra", "okta"), "licences": {"e3": {"sku": "SPE_E3"}}}
    return client(people, groups, **{**given, **more})


def why(before: Mapping[str, Any], after: Mapping[str, Any], effect: Change) -> str | None:
    old, new = acme(before), acme(after)
    return Naming(compare(old, new), new, NOW).why(effect)


def of(person: str, effect: Effect, what: str = "x", directory: str = "entra", **more: Any) -> Change:
    return Change(person, directory, effect, what, **more)


BACK: tuple[Mapping[str, Any], Mapping[str, Any]] = (
    {"dana": {**DANA, **LEFT}},
    {"dana": {**DANA, "reinstate": True}},
)
OFF = {"dana": {**DANA, "disabled": True}}
CASES: list[tuple[str, Mapping[str, Any], Mapping[str, Any], Change, str | None]] = [
    ("disabled", {"dana": DANA}, OFF, of("dana", DISABLED), "plan"),
    ("its groups go too", {"dana": DANA}, OFF, of("dana", REMOVED, "group Finance"), "plan"),
    ("whatever group it is in", {"dana": DANA}, OFF, of("dana", REMOVED, "group Elsewhere"), "plan"),
    ("its steps", {"dana": DANA}, OFF, of("dana", Effect.STEPS), "plan"),
    ("never deleted with that", {"dana": DANA}, OFF, of("dana", Effect.DELETED), None),
    ("nor enabled", {"dana": DANA}, OFF, of("dana", Effect.ENABLED), None),
    ("somebody else", {"dana": DANA, "sam": {}}, {**OFF, "sam": {}}, of("sam", DISABLED), None),
    ("restored", BACK[0], BACK[1], of("dana", Effect.RESTORED), "plan"),
    ("and taken care of again", BACK[0], BACK[1], of("dana", Effect.ADOPTED), "plan"),
    ("and enabled", BACK[0], BACK[1], of("dana", Effect.ENABLED), "plan"),
    ("restored for no reason", {"dana": DANA}, OFF, of("dana", Effect.RESTORED), None),
    (
        "said before",
        {"dana": BACK[1]["dana"]},
        {"dana": {**BACK[1]["dana"], "title": "X"}},
        of("dana", Effect.RESTORED),
        None,
    ),
    ("a removed record", {"dana": DANA}, {}, of("dana", Effect.DELETED), "plan"),
    (
        "one group of two",
        {"dana": DANA},
        {"dana": {**DANA, "groups": ["everyone"]}},
        of("dana", REMOVED, "group Finance"),
        "plan",
    ),
    (
        "the other group",
        {"dana": DANA},
        {"dana": {**DANA, "groups": ["everyone"]}},
        of("dana", REMOVED, "group Everyone"),
        None,
    ),
    (
        "a group more",
        {"dana": {"groups": []}},
        {"dana": {"groups": ["finance"]}},
        of("dana", ADDED, "group Finance"),
        "plan",
    ),
    (
        "a group not given",
        {"dana": {"groups": []}},
        {"dana": {"groups": ["finance"]}},
        of("dana", ADDED, "group Everyone"),
        None,
    ),
    ("a role more", {"dana": {}}, {"dana": {"roles": ["Reader"]}}, of("dana", ADDED, "role Reader"), "plan"),
    (
        "a role not given",
        {"dana": {}},
        {"dana": {"roles": ["Reader"]}},
        of("dana", ADDED, "role Global Administrator"),
        None,
    ),
    (
        "a licence more",
        {"dana": {"licences": [], "usage location": "GB"}},
        {"dana": {"licences": ["e3"], "usage location": "GB"}},
        of("dana", ADDED, "licence e3"),
        "plan",
    ),
    (
        "a licence less",
        {"dana": {"licences": ["e3"], "usage location": "GB"}},
        {"dana": {"usage location": "GB"}},
        of("dana", REMOVED, "licence e3"),
        "plan",
    ),
    (
        "a licence not given",
        {"dana": {"licences": ["e3"], "usage location": "GB"}},
        {"dana": {"licences": ["e3"], "usage location": "US"}},
        of("dana", ADDED, "licence e3"),
        None,
    ),
    (
        "left before, the licence",
        {"dana": LEFT},
        {"dana": LEFT},
        of("dana", REMOVED, "licence e3"),
        "agreed before",
    ),
    ("a joiner", {}, {"dana": DANA}, of("dana", Effect.CREATED), "plan"),
    ("a joiner elsewhere", {}, {"dana": {"accounts": ["okta"]}}, of("dana", Effect.CREATED), None),
    ("a joiner, too early", {}, {"dana": {"starts": "2026-12-01 09:00"}}, of("dana", Effect.CREATED), None),
    (
        "another title",
        {"dana": DANA},
        {"dana": {**DANA, "title": "Head"}},
        of("dana", Effect.CHANGED, "job title: a → Head"),
        "plan",
    ),
    (
        "another title in Okta",
        {"dana": DANA},
        {"dana": {**DANA, "title": "Head"}},
        of("dana", Effect.CHANGED, "title: a → Head", "okta"),
        "plan",
    ),
    (
        "another attribute",
        {"dana": DANA},
        {"dana": {**DANA, "title": "Head"}},
        of("dana", Effect.CHANGED, "department: a → b"),
        None,
    ),
    (
        "another username",
        {"dana": {}},
        {"dana": {"username": "d@acme.example"}},
        of("dana", Effect.CHANGED, "username: a → b"),
        "plan",
    ),
    (
        "the same username",
        {"dana": {}},
        {"dana": {"title": "x"}},
        of("dana", Effect.CHANGED, "username: a → b"),
        None,
    ),
    ("taken over", {"dana": {}}, {"dana": {"adopt": True}}, of("dana", Effect.ADOPTED), "plan"),
    ("not taken over", {"dana": {}}, {"dana": {"title": "x"}}, of("dana", Effect.ADOPTED), None),
    ("reinstated", OFF, {"dana": {**DANA, "reinstate": True}}, of("dana", Effect.ENABLED), "plan"),
    ("enabled without the word", OFF, {"dana": DANA}, of("dana", Effect.ENABLED), None),
    (
        "another key",
        {"dana": {}},
        {"dana.silva": {"was": "dana", "username": "dana@acme.example"}},
        of("dana.silva", Effect.RENAMED),
        "plan",
    ),
    ("left before", {"dana": LEFT}, {"dana": LEFT}, of("dana", DISABLED), "agreed before"),
    (
        "left before, its groups",
        {"dana": LEFT},
        {"dana": LEFT},
        of("dana", REMOVED, "group Everyone"),
        "agreed before",
    ),
    ("left before, never deleted", {"dana": LEFT}, {"dana": LEFT}, of("dana", Effect.DELETED), None),
    ("left before, nothing given", {"dana": LEFT}, {"dana": LEFT}, of("dana", ADDED, "group Everyone"), None),
    ("leaves on Friday", {"dana": LEAVES}, {"dana": LEAVES}, of("dana", DISABLED), None),
    (
        "leaves on Friday, steps ahead",
        {"dana": LEAVES},
        {"dana": LEAVES},
        of("dana", Effect.STEPS),
        "agreed before",
    ),
    ("disabled before", OFF, OFF, of("dana", DISABLED), "agreed before"),
    (
        "left, in another directory",
        {"dana": {**LEFT, "accounts": ["okta"]}},
        {"dana": {**LEFT, "accounts": ["okta"]}},
        of("dana", DISABLED),
        None,
    ),
    ("a record that went before", {}, {}, of("dana", Effect.DELETED, gone=True), "agreed before"),
    ("an account without a record", {}, {}, of("x@acme.example", DISABLED), None),
    ("a stranger in a group", {"dana": DANA}, OFF, of("x@acme.example", REMOVED, "group Everyone"), None),
]


@pytest.mark.parametrize(
    ("before", "after", "effect", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_names_an_effect(
    before: Mapping[str, Any], after: Mapping[str, Any], effect: Change, said: str | None
) -> None:
    assert why(before, after, effect) == said


@pytest.mark.parametrize(
    ("groups", "effect", "said"),
    [
        ({**GROUPS, "new": {"directory": "entra"}}, of("group New", Effect.CREATED), "plan"),
        (GROUPS, of("group Finance", Effect.CREATED), None),
        ({key: GROUPS[key] for key in ("everyone", "old")}, of("group Finance", Effect.DELETED), "plan"),
        (GROUPS, of("group Finance", Effect.DELETED), None),
        (
            {**GROUPS, "old": {**GROUPS["old"], "membership": "exact"}},
            of("x@acme.example", REMOVED, "group Old"),
            "plan",
        ),
        (
            {**GROUPS, "old": {**GROUPS["old"], "membership": "exact"}},
            of("x@acme.example", REMOVED, "group Everyone"),
            None,
        ),
    ],
)
def test_what_names_an_effect_on_a_group(
    groups: Mapping[str, Mapping[str, Any]], effect: Change, said: str | None
) -> None:
    old, new = acme({}), acme({}, groups)
    assert Naming(compare(old, new), new, NOW).why(effect) == said


def test_a_departure_is_with_the_plan_from_its_moment_on() -> None:
    old, new = acme({"dana": {}}), acme({"dana": LEAVES})
    friday = NOW + timedelta(days=5, hours=10)
    change = compare(old, new)
    assert Naming(change, new, NOW).why(of("dana", DISABLED)) is None
    assert Naming(change, new, friday).why(of("dana", DISABLED)) == "plan"


def previewed(*changes: Change, error: str = "", notices: tuple[str, ...] = ()) -> PreviewReport:
    report = ChangeReport("acme", "Acme", "UTC", NOW.isoformat(), None, 1, 1, 1, changes, notices, ())
    return PreviewReport("acme", changes=report, error=error, exit_code=1 if error else 0)


def test_a_preview_that_is_refused_already_keeps_its_own_words() -> None:
    state = acme({"dana": {}})
    plan = Plan(NOW, "main", "c", (compare(state, state),))
    refused = previewed(of("dana", DISABLED), error="acme: too many")
    assert held_to(plan, [refused], {"acme": state}, NOW) == [refused]


def test_a_client_that_the_plan_does_not_have_may_do_nothing() -> None:
    [held] = held_to(Plan(NOW, "main", "c", ()), [previewed(of("dana", DISABLED))], {"acme": acme({})}, NOW)
    assert held.changes is None
    assert "\n  dana in entra: disabled x\n" in held.error


def test_the_two_views_are_compared_in_words() -> None:
    old = acme({"dana": DANA, "sam": {"groups": []}, "moss": LEFT})
    new = acme({"dana": {**DANA, "groups": ["everyone"]}, "sam": {"groups": ["finance"]}, "moss": LEFT})
    view = merged(
        compare(old, new),
        new,
        previewed(
            of("sam", ADDED, "group Finance"),
            of("moss", DISABLED, "moss@acme.example"),
            of("moss", Effect.STEPS, "end the sessions; remove the devices"),
            of("x@acme.example", REMOVED, "group Everyone"),
            of("group Old", Effect.ADOPTED, "3 members"),
            notices=("dana in entra: mastered by on-premises",),
        ),
        NOW,
    )
    assert view.steps == ("moss in entra: end the sessions; remove the devices",)
    assert view.beyond == (
        "moss in entra: disabled moss@acme.example: it follows from an end that was approved when it was merged",
        "x@acme.example in entra: removed group Everyone: no record names this account",
        "group Old in entra: adopted 3 members: the records had it before, and it does not come from Leaver",
    )
    assert view.short == (
        "dana in entra: the records take away, and the directory does not show: group Finance",
    )
    assert view.notices == ("dana in entra: mastered by on-premises",)


def test_a_refused_preview_is_told_with_what_it_would_do() -> None:
    old, new = acme({"dana": DANA}), acme(OFF)
    view = merged(compare(old, new), new, previewed(of("dana", DISABLED), error="acme: too many"), NOW)
    assert (view.error, view.exit_code) == ("acme: too many", 1)
    assert [each.subject for each in view.changes] == ["dana"]
    assert [line.partition(":")[0] for line in view.short] == ["dana in okta"]


def test_another_product_of_a_licence_is_named_for_everybody_who_has_it_and_for_nothing_else() -> None:
    people = {"dana": {"licences": ["e3"], "usage location": "GB"}}
    old, new = acme(people), acme(people, licences={"e3": {"sku": "SPE_E5"}})
    naming = Naming(compare(old, new), new, NOW)
    assert naming.why(of("dana", ADDED, "licence e3")) == "plan"
    assert naming.why(of("dana", ADDED, "licence e4")) is None
    assert naming.why(of("dana", REMOVED, "licence e3")) is None
