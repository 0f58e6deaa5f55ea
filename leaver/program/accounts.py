"""Plan one account: what to declare so that nothing is wiped, resurrected or taken over by accident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from leaver.actions import Account, attributes
from leaver.desired import DesiredAccount
from leaver.model import Client, local
from leaver.program.plan import Kind, Member, Notice, PlannedAccount
from leaver.program.returning import WayBack
from leaver.runbook.mastered import master
from leaver.source.state import ENTRA_USER, OKTA_USER, StackState

USER_TYPE: Mapping[Kind, str] = {"entra": ENTRA_USER, "okta": OKTA_USER}
_FIRST_PASSWORD = {
    "entra": ("password", "forcePasswordChange"),
    "okta": ("password", "expirePasswordOnCreate"),
}
_ENDED = ("SUSPENDED", "DEPROVISIONED")
_CAN_SUSPEND = ("ACTIVE",)
_SIGNS_IN = ("ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "PROVISIONED")


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """The outcome for one desired account."""

    account: PlannedAccount | None = None
    """None: nothing is declared, because nothing is there and nothing shall be, or because of `error`."""
    notices: tuple[Notice, ...] = ()
    stale: bool = False
    error: str | None = None


def plan_account(
    client: Client,
    wanted: DesiredAccount,
    live: Account | None,
    manager: Member | None,
    state: StackState,
    *,
    back: WayBack | None = None,
    owned: bool = False,
) -> AccountPlan:
    """Decide about one account.

    `live` is the account as the directory shows it, None where it shows none; `manager` is the manager's ID
    (Entra) or login (Okta), None where the record names none: then the directory's own stays. `back` is the way
    back to an account that is not there, for somebody who comes back; `owned`: the evidence knows the account as
    theirs.
    """
    kind = client.settings.directories[wanted.directory].kind
    name = f"{wanted.person}/{wanted.directory}"
    planned = PlannedAccount(
        person=wanted.person,
        directory=wanted.directory,
        kind=kind,
        inputs={},
        id=live.id if live else None,
        known=(USER_TYPE[kind], name) in state.ids,
        ignore=_FIRST_PASSWORD[kind],
        protect=wanted.removal is None and client.settings.on_removal == "disable",
        manager=manager,
    )
    if live is None and planned.known:
        return _gone(planned, wanted, state.ids[USER_TYPE[kind], name], back)
    if live is None and back is not None:
        return AccountPlan(notices=(_waits(wanted, back),))
    if live is None and (wanted.person, wanted.directory) in state.lost and not wanted.reinstate:
        return AccountPlan(notices=_stays_gone(wanted, kind))
    if live is None:
        return _joiner(planned, wanted, manager)
    if not (state.knows(USER_TYPE[kind], name) or wanted.adopt or owned):
        return AccountPlan(
            error=f'person "{wanted.person}": {live.username} exists already in {wanted.directory}. '
            "Write `adopt: true` in the record to take the account over, or choose another username."
        )
    if kind == "entra":
        outcome = _entra(planned, wanted, live, state)
    else:
        outcome = _okta(planned, wanted, live, state, deactivate=_deactivates(client, wanted))
    return replace(
        outcome,
        account=None if wanted.removal is not None and wanted.removal.delete else outcome.account,
        notices=_notices(client, wanted, live),
    )


def _gone(planned: PlannedAccount, wanted: DesiredAccount, old_id: str, back: WayBack | None) -> AccountPlan:
    """The last state has an account that the directory no longer shows: leave it alone, or make it anew.

    Made anew only for `reinstate`, and where nothing can be restored: who deleted it may have meant it. An engine
    that is told to delete what is gone fails, so the resource stays declared until a refresh drops it; declared as
    an import of the old ID, so that an update whose own refresh drops it fails instead of making the account anew.
    """
    subject = f"{wanted.person} in {wanted.directory}"
    inputs = (
        {"display_name": wanted.name, "user_principal_name": wanted.username}
        if planned.kind == "entra"
        else {"first_name": "-", "last_name": "-", "email": wanted.username, "login": wanted.username}
    )
    untouched = replace(planned, inputs=inputs, ignore=("*",), gone=old_id)
    if wanted.removal is not None:
        return AccountPlan(
            untouched, (Notice(subject, "the account is gone from the directory already"),), stale=True
        )
    if back is not None:
        return AccountPlan(untouched, (_waits(wanted, back),), stale=back.lost)
    if wanted.enabled and wanted.reinstate:
        text = "the account is gone, and Okta restores none: it is made anew"
        return AccountPlan(untouched, (Notice(subject, text),), stale=True)
    return AccountPlan(untouched, _stays_gone(wanted, planned.kind))


def _waits(wanted: DesiredAccount, back: WayBack) -> Notice:
    return Notice(f"{wanted.person} in {wanted.directory}", back.text)


def _stays_gone(wanted: DesiredAccount, kind: Kind) -> tuple[Notice, ...]:
    if not wanted.enabled:
        return ()
    back = "restored, within 30 days of its deletion" if kind == "entra" else "made anew"
    text = f"the account is gone from the directory, and stays so. Write `reinstate: true` to have it {back}"
    return (Notice(f"{wanted.person} in {wanted.directory}", text),)


def _joiner(planned: PlannedAccount, wanted: DesiredAccount, manager: Member | None) -> AccountPlan:
    if not wanted.enabled:
        return AccountPlan()
    inputs: dict[str, Any]
    if planned.kind == "entra":
        inputs = {
            "display_name": wanted.name,
            "mail_nickname": wanted.username.partition("@")[0],
            **attributes.managed(wanted.attributes, attributes.ENTRA_FIELDS),
            "user_principal_name": wanted.username,
            "account_enabled": True,
            "force_password_change": True,
        }
    else:
        first, last = attributes.split_name(wanted.name)
        inputs = {
            "first_name": first,
            "last_name": last,
            "display_name": wanted.name,
            "email": wanted.username,
            **attributes.managed(wanted.attributes, attributes.OKTA_FIELDS),
            **({"manager_id": manager} if manager else {}),
            "login": wanted.username,
            "status": "ACTIVE",
        }
    return AccountPlan(replace(planned, inputs=inputs, ignore=()))


def _entra(planned: PlannedAccount, wanted: DesiredAccount, live: Account, state: StackState) -> AccountPlan:
    enabled = wanted.enabled and (live.enabled or wanted.reinstate)
    stated = attributes.managed(wanted.attributes, attributes.ENTRA_FIELDS)
    inputs = {
        "display_name": wanted.name,
        **attributes.entra_inputs(live.attributes),
        **stated,
        "user_principal_name": wanted.username,
        "account_enabled": enabled,
    }
    if planned.manager is None:
        planned = replace(planned, manager=live.manager)
    last = state.inputs.get((ENTRA_USER, planned.name), {})
    reinstated = enabled and not live.enabled and last.get("accountEnabled", True) is not False
    changed = _is_hidden(stated, attributes.entra_inputs(live.attributes), last)
    return AccountPlan(replace(planned, inputs=inputs), stale=planned.known and (reinstated or changed))


def _is_hidden(stated: Mapping[str, Any], shown: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """Whether the directory shows another value than the record and the last state agree on.

    The engine compares with its state only, and would leave what somebody changed by hand as it is.
    """
    return any(
        shown.get(argument) != value and last.get(_camel(argument)) == value
        for argument, value in stated.items()
    )


def _okta(
    planned: PlannedAccount, wanted: DesiredAccount, live: Account, state: StackState, *, deactivate: bool
) -> AccountPlan:
    stated = attributes.managed(wanted.attributes, attributes.OKTA_FIELDS)
    first, last = attributes.split_name(wanted.name)
    inputs = {
        "first_name": first,
        "last_name": last,
        "email": wanted.username,
        **attributes.okta_inputs(live.attributes),
        **stated,
        **({"manager_id": planned.manager} if planned.manager else {}),
        "login": wanted.username,
    }
    ignore = planned.ignore
    status = _okta_status(wanted, live, deactivate=deactivate)
    if status is None:
        # The account stays as it is: a status call on it, or a revert after a refresh, would touch it.
        inputs["status"] = live.status if live.status in _ENDED else "ACTIVE"
        ignore = (*ignore, "status")
    else:
        inputs["status"] = status
    if "DEPROVISIONED" in (status, live.status) and status != "ACTIVE":
        # Okta refuses every profile change of such a user, and the provider fails on one.
        ignore = (*ignore, *(_camel(argument) for argument in sorted(attributes.OKTA_ATTRIBUTES)))
        ignore = (*ignore, "customProfileAttributes")
    last_inputs = state.inputs.get((OKTA_USER, planned.name), {})
    before = last_inputs.get("status", "ACTIVE")
    stale = planned.known and status == "ACTIVE" and live.status in _ENDED and before == "ACTIVE"
    if planned.known and live.status not in _ENDED:
        stale = stale or _is_hidden(stated, attributes.okta_inputs(live.attributes), last_inputs)
    if wanted.removal is not None and wanted.removal.delete:
        stale = planned.known and live.status == "DEPROVISIONED" and before != "DEPROVISIONED"
    return AccountPlan(replace(planned, inputs=inputs, ignore=ignore), stale=stale)


def _deactivates(client: Client, wanted: DesiredAccount) -> bool:
    """Whether the account of somebody who departed is to be deactivated at once, as the cut does it too."""
    return wanted.phase.left and client.deactivates(wanted.directory) == "at once"


def _okta_status(wanted: DesiredAccount, live: Account, *, deactivate: bool) -> str | None:
    """The status to declare; None to leave the status as the directory has it."""
    if wanted.enabled:
        return "ACTIVE" if live.status in _SIGNS_IN or wanted.reinstate else None
    if live.status == "DEPROVISIONED" or (live.status == "SUSPENDED" and not deactivate):
        return None
    return "SUSPENDED" if not deactivate and live.status in _CAN_SUSPEND else "DEPROVISIONED"


def _notices(client: Client, wanted: DesiredAccount, live: Account) -> tuple[Notice, ...]:
    subject = f"{wanted.person} in {wanted.directory}"
    found = []
    if wanted.removal is not None:
        until = local(wanted.removal.until, client.zone)[:10]
        text = "deleted" if wanted.removal.delete else f"disabled, kept until {until}, then deleted"
        found.append(Notice(subject, f"the record is gone: {text}"))
    elif wanted.enabled and not live.enabled and not wanted.reinstate:
        found.append(
            Notice(
                subject, f"{live.status} in the directory, and stays so. Write `reinstate: true` to enable it"
            )
        )
    elif wanted.enabled and live.enabled and wanted.reinstate:
        found.append(Notice(subject, "enabled already: remove `reinstate` from the record"))
    settings = client.settings.directories[wanted.directory]
    elsewhere = master(settings, live)
    if elsewhere is not None:
        record = client.people.get(wanted.person)
        leaves = not wanted.enabled or (record is not None and bool(record.departure or record.until))
        place = f"{settings.kind.title()} is not the place of a change"
        what = f"{place}: {elsewhere.order}" if leaves else f"{place}."
        found.append(Notice(subject, f"{elsewhere.name} masters the account, so {what}"))
    return tuple(found)


def _camel(argument: str) -> str:
    first, *rest = argument.split("_")
    return first + "".join(part.title() for part in rest)
