"""Invariant 6: an apply does nothing that the approved preview did not name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import Change, ChangeReport, Effect, NotApproved, desired, refuse_unapproved
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.report import report
from tests.estates import settled
from tests.invariants.oracle import PROFILE
from tests.strategies import clients, instants

CHANGES = st.builds(
    Change,
    subject=st.sampled_from(["dana", "sam", "group VPN"]),
    directory=st.sampled_from(["entra", "okta"]),
    effect=st.sampled_from(list(Effect)),
    what=st.sampled_from(["group VPN", "title: a → b", "dana@acme.example"]),
    why=st.sampled_from(["", "departed 2026-11-27 17:00 EST"]),
)
REPORTS = st.builds(
    ChangeReport,
    client=st.just("acme"), name=st.just("Acme"), zone=st.just("UTC"), now=st.just("2026-11-27T17:00:00+00:00"),
    next_change=st.none(), people=st.just(3), accounts=st.just(3), groups=st.just(1),
    changes=st.lists(CHANGES, max_size=6).map(tuple), notices=st.just(()), stale=st.just(()),
)  # fmt: skip


def said(change: Change) -> tuple[str, str, Effect, str]:
    return (change.subject, change.directory, change.effect, change.what)


@PROFILE
@given(REPORTS, REPORTS)
def test_invariant_06_anything_that_was_not_approved_is_refused_by_name(
    would: ChangeReport, approved: ChangeReport
) -> None:
    extra = {said(change) for change in would.changes} - {said(change) for change in approved.changes}
    if not extra:
        refuse_unapproved(would, approved)
        return
    with pytest.raises(NotApproved) as caught:
        refuse_unapproved(would, approved)
    for subject, directory, effect, what in extra:
        assert f"  {subject} in {directory}: {effect} {what}" in str(caught.value)


@PROFILE
@given(REPORTS)
def test_invariant_06_an_approval_survives_its_file(approved: ChangeReport) -> None:
    assert ChangeReport.from_json(approved.to_json()) == approved


@PROFILE
@given(st.data(), clients())
def test_invariant_06_a_preview_approves_itself_and_doing_less(data: st.DataObject, client: Client) -> None:
    first, second = sorted([data.draw(instants(client)), data.draw(instants(client))])
    live, state = settled(client, desired(client, first))
    wanted, plan = compose(client, second, live, state)
    approved = report(client, wanted, plan, live, state)
    refuse_unapproved(approved, approved)
    refuse_unapproved(replace(approved, changes=approved.changes[1:]), approved)
    # The steps for somebody who has left were approved when the departure was, and need no second approval.
    needed = [change for change in approved.changes if not (change.effect is Effect.STEPS and change.agreed)]
    if needed:
        less = tuple(change for change in approved.changes if change != needed[0])
        with pytest.raises(NotApproved):
            refuse_unapproved(approved, replace(approved, changes=less))
