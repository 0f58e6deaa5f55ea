"""All policies, the levels that a client gives them, and the evaluation of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from leaver.model import Client, Level
from leaver.model.finding import Finding, unknown
from leaver.policy import agreements, endings, inventory, privilege, secrets
from leaver.policy.rule import Authors, Break, Policy, Resources, SignIns, Violation

POLICIES: tuple[Policy, ...] = (
    agreements.SIGNED_NDA,
    agreements.NDA_REVIEW,
    privilege.NO_STANDING_PRIVILEGE,
    privilege.SEPARATE_DUTIES,
    privilege.NO_OWN_PRIVILEGE,
    inventory.SHARED_ACCOUNT_OWNER,
    inventory.HAS_MANAGER,
    inventory.HAS_START,
    inventory.CONTRACTOR_END,
    inventory.STAFF_ACCESS,
    inventory.LEAVER_SUCCESSOR,
    inventory.LICENCE_SEATS,
    endings.DISABLE_NOT_DELETE,
    endings.DELETE_AFTER_DEPARTURE,
    endings.NO_ACCESS_AFTER_END,
    endings.STATED_SIGN_IN,
    endings.PROTECTED_MEMBERS,
    endings.DORMANT_ACCOUNT,
    secrets.NO_SECRET,
)
"""Every policy, in the order in which the documentation lists them."""
NAMES = {policy.name: policy for policy in POLICIES}


def level_of(client: Client, policy: Policy) -> Level:
    """The level in force at the client."""
    return client.settings.policies.get(policy.name, policy.level)


def check_names(client: Client) -> Iterator[Finding]:
    """client.yaml sets levels of policies that there are."""
    for name in client.settings.policies:
        if name not in NAMES:
            yield unknown(
                "client", ("policies", name), f'client "{client.key}"', "policy", name, NAMES, "remove it"
            )


def on_records(client: Client, now: datetime) -> Iterator[Violation]:
    """What the records break at `now`."""
    return _evaluate(client, lambda policy: policy.on_records and policy.on_records(client, now))


def on_resources(client: Client, now: datetime, resources: Resources) -> Iterator[Violation]:
    """What the declared resources break at `now`."""
    return _evaluate(
        client, lambda policy: policy.on_resources and policy.on_resources(client, now, resources)
    )


def on_sign_ins(client: Client, now: datetime, sign_ins: SignIns) -> Iterator[Violation]:
    """What the use of the accounts breaks at `now`."""
    return _evaluate(client, lambda policy: policy.on_sign_ins and policy.on_sign_ins(client, now, sign_ins))


def on_authors(client: Client, now: datetime, authors: Authors) -> Iterator[Violation]:
    """What the authors of new lines break at `now`."""
    return _evaluate(client, lambda policy: policy.on_authors and policy.on_authors(client, now, authors))


def _evaluate(client: Client, breaks: Callable[[Policy], Iterator[Break] | None]) -> Iterator[Violation]:
    for policy in POLICIES:
        level = level_of(client, policy)
        if level is not Level.DISABLED:
            for found in breaks(policy) or ():
                yield Violation(client.key, policy, level, found)
