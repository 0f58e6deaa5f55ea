"""An apply of an approved plan uses no override that names another plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from leaver.fleet import PreviewReport
from leaver.fleet.approval import held_to_overrides
from leaver.limits import Judgement
from leaver.model import Client, Override
from leaver.plan import Plan, compare
from tests.estates import NOW, client

PLAN = Plan(NOW, "main", "c", (compare(client({"dana": {}, "sam": {}}), client({"dana": {}})),))
"""Sam's record goes."""
APPROVAL = PLAN.approval("acme")
OTHER = f"sha256:{'0' * 64}"


def override(losses: str, plan: str | None, hours: int = 24) -> Override:
    return Override(losses=losses, plan=plan, reason="HD-4822", expires=NOW + timedelta(hours=hours))


def with_overrides(*overrides: Override) -> tuple[Client, PreviewReport]:
    """A client, and the preview of a run that uses the first of its overrides."""
    used = Judgement("acme", (), (), overrides[0].losses, override=overrides[0])
    return replace(client({"dana": {}}), overrides=overrides), PreviewReport("acme", limits=used)


L1, L2 = f"sha256:{'1' * 32}", f"sha256:{'2' * 32}"


@pytest.mark.parametrize(
    "overrides",
    [
        (override(L1, None),),
        (override(L1, APPROVAL),),
        (override(L1, OTHER), override(L1, APPROVAL, hours=48)),
    ],
    ids=["no plan", "this plan", "another beside this"],
)
def test_an_override_of_this_plan_or_of_none_is_used(overrides: tuple[Override, ...]) -> None:
    state, preview = with_overrides(*overrides)
    assert held_to_overrides(PLAN, [preview], {"acme": state}, NOW) == [preview]


@pytest.mark.parametrize("beside", [(), (override(L2, APPROVAL),), (override(L1, APPROVAL, hours=-1),)])
def test_an_override_of_another_plan_is_refused_with_what_to_write(beside: tuple[Override, ...]) -> None:
    state, preview = with_overrides(override(L1, OTHER), *beside)
    [held] = held_to_overrides(PLAN, [preview], {"acme": state}, NOW)
    assert (held.ok, held.changes) == (False, None)
    assert held.error == (
        f"acme: identities/acme/overrides.yaml: overrides[0]: is for another plan ({OTHER}) than this "
        f'({APPROVAL}). If it is meant, write `plan: "{APPROVAL}"`'
    )


def test_the_output_of_a_plain_preview_is_no_plan_that_an_override_could_name() -> None:
    state, preview = with_overrides(override(L1, OTHER))
    plain = replace(PLAN, since="")
    assert held_to_overrides(plain, [preview], {"acme": state}, NOW) == [preview]
