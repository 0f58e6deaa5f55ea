"""Hold what a run will declare against the policies on resources, as the policy pack does for the engine.

The pack sees the resources themselves; this sees the plan that they are made of, in the same terms, before the
first of them is declared. So `leaver preview` and `leaver apply` tell the same without starting the pack.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver import policy
from leaver.desired import PolicyBreak
from leaver.model import Client
from leaver.program.accounts import USER_TYPE
from leaver.program.declared import Seen, resources
from leaver.program.plan import Plan
from leaver.source.state import ENTRA_GROUP, ENTRA_MEMBER, OKTA_MEMBERS, StackState


def ruled(client: Client, now: datetime, plan: Plan, state: StackState) -> tuple[PolicyBreak, ...]:
    """What the plan breaks of the policies on resources, sorted; nothing that is right ever does."""
    return tuple(
        sorted(
            (
                PolicyBreak(each.policy.name, each.mandatory, str(each))
                for each in policy.on_resources(client, now, resources(_seen(plan), state.memory))
            ),
            key=lambda each: each.text,
        )
    )


def _seen(plan: Plan) -> Iterator[Seen]:
    """The accounts and memberships of the plan, as the engine would show them; their names stand for the URNs."""
    for account in plan.accounts:
        if account.kind == "entra":
            shown = {"accountEnabled": account.inputs.get("account_enabled"), "objectId": account.id}
        else:
            shown = {"status": account.inputs.get("status"), "id": account.id}
        type_ = USER_TYPE[account.kind]
        yield Seen(type_, account.name, account.name, shown, account.protect, account.ignore)
    for group in plan.groups:
        # An account that this very run makes has no ID yet.
        known = [member for member in group.members or () if isinstance(member, str)]
        if group.kind == "entra":
            yield Seen(ENTRA_GROUP, group.name, group.name, {"members": known})
        else:
            yield Seen(OKTA_MEMBERS, f"{group.name}/members", group.name, {"users": known})
    for membership in (each for each in plan.memberships if not each.let_go):
        yield Seen(ENTRA_MEMBER, membership.name, membership.name, {"memberObjectId": membership.member})
