"""Invariant 3: an account that its directory shows ended is never enabled, unless its record says so."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import Effect, desired
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.plan import PlannedAccount
from leaver.program.report import report
from tests.estates import account_id, change_account, settled
from tests.invariants.oracle import PROFILE, unlimited
from tests.strategies import clients, instants

OKTA_ENDED = ("SUSPENDED", "LOCKED_OUT", "DEPROVISIONED")
OKTA_WAITING = ("ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "PROVISIONED", "STAGED")


def enables(account: PlannedAccount, shown_enabled: bool) -> bool:
    """Whether declaring `account` would end in an enabled account where there was none."""
    if shown_enabled:
        return False
    if account.kind == "entra":
        return account.inputs["account_enabled"] is not False and "accountEnabled" not in account.ignore
    return account.inputs["status"] == "ACTIVE" and "status" not in account.ignore


@PROFILE
@given(st.data(), clients())
def test_invariant_03_no_run_enables_what_a_directory_shows_ended(
    data: st.DataObject, client: Client
) -> None:
    client = unlimited(client)
    first, second = sorted([data.draw(instants(client)), data.draw(instants(client))])
    live, state = settled(client, desired(client, first))
    for directory, shown in list(live.items()):
        entra = client.settings.directories[directory].kind == "entra"
        for id_ in shown.accounts:
            status = data.draw(
                st.sampled_from(("enabled", "disabled") if entra else (*OKTA_ENDED, *OKTA_WAITING))
            )
            enabled = status not in ("disabled", *OKTA_ENDED)
            live = change_account(live, directory, id_, enabled=enabled, status=status)
    wanted, plan = compose(client, second, live, state)
    for account in plan.accounts:
        if account.id is None:
            continue
        shown_enabled = live[account.directory].accounts[account.id].enabled
        if not client.people[account.person].reinstate:
            assert not enables(account, shown_enabled)
    for licence in plan.licences:
        key = (licence.person, licence.directory)
        ended = (
            isinstance(licence.member, str) and not live[licence.directory].accounts[licence.member].enabled
        )
        if ended and not (wanted.accounts[key].enabled and client.people[licence.person].reinstate):
            assert licence.held
    for change in report(client, wanted, plan, live, state).changes:
        if change.effect is Effect.ENABLED:
            assert client.people[change.subject].reinstate


@PROFILE
@given(st.data(), clients())
def test_invariant_03_reinstate_brings_back_nobody_who_departed(data: st.DataObject, client: Client) -> None:
    client = unlimited(client)
    now = data.draw(instants(client))
    wanted = desired(client, now)
    live, state = settled(client, wanted)
    for person, directory in wanted.accounts:
        if account_id(person, directory) in live[directory].accounts:
            entra = client.settings.directories[directory].kind == "entra"
            ended = "disabled" if entra else data.draw(st.sampled_from(OKTA_ENDED))
            live = change_account(live, directory, account_id(person, directory), enabled=False, status=ended)
    wanted, plan = compose(client, now, live, state)
    for account in plan.accounts:
        if account.id is not None and not wanted.accounts[account.person, account.directory].enabled:
            assert not enables(account, shown_enabled=False)
