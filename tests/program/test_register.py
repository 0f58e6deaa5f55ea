"""What is registered with the engine equals what is planned (Pulumi mocks)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from leaver.actions import LiveDirectory, Sku
from leaver.desired import desired
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.plan import Plan
from leaver.program.register import PASSWORD_LENGTH, Registrar, first_password
from leaver.source.state import LICENCE_TYPE, StackState
from tests.estates import NOW, account_id, client, group_id, settled

NOTHING = {"entra": LiveDirectory(), "okta": LiveDirectory()}


@dataclass
class Recorder(mocks.Mocks):
    """Remembers every registration: logical name → (type, inputs)."""

    made: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.made[args.name] = (args.typ, dict(args.inputs))
        return f"id-{args.name}", {
            **args.inputs,
            "objectId": f"oid-{args.name}",
            "templateId": f"tid-{args.name}",
        }

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:
        return {}


@pytest.fixture
def registered() -> Callable[[Plan], Recorder]:
    def register(plan: Plan) -> Recorder:
        recorder = Recorder()
        # The SDK asks for the thread's loop, and an earlier asyncio.run leaves the thread without one.
        asyncio.set_event_loop(asyncio.new_event_loop())
        mocks.set_mocks(recorder, preview=False)

        @pulumi.runtime.test
        def run() -> None:
            import pulumi_azuread
            import pulumi_okta

            providers: dict[str, pulumi.ProviderResource] = {
                "entra": pulumi_azuread.Provider("entra"),
                "okta": pulumi_okta.Provider("okta"),
            }
            Registrar(plan, providers).register()

        run()
        return recorder

    return register


def both(**changes: Any) -> Client:
    people = {
        "dana.reyes": {"groups": ["finance", "chat"], "manager": "lee.park", **changes},
        "lee.park": {"groups": ["vpn"], "roles": ["User Administrator"]},
    }
    groups = {
        "finance": {"directory": "entra"},
        "vpn": {"directory": "entra", "membership": "additive"},
        "chat": {"directory": "okta"},
    }
    return client(people, groups, directories=("entra", "okta"))


def test_names_come_from_record_keys_alone(registered: Callable[[Plan], Recorder]) -> None:
    made = both()
    _, plan = compose(made, NOW, NOTHING, StackState())
    assert set(registered(plan).made) == {
        "entra",
        "okta",
        "dana.reyes",
        "dana.reyes/entra",
        "dana.reyes/okta",
        "lee.park",
        "lee.park/entra",
        "lee.park/entra/role/user-administrator",
        "lee.park/entra/vpn",
        "lee.park/okta",
        "group/chat",
        "group/chat/members",
        "group/finance",
        "group/vpn",
        "role/entra/user-administrator",
    }


def test_a_licence_is_declared_beneath_its_person_for_the_account_there_will_be(
    registered: Callable[[Plan], Recorder],
) -> None:
    sku = Sku("sku-1", "SPE_E3", frozenset())
    live = {"entra": LiveDirectory(licences={"sku-1": sku}), "okta": LiveDirectory()}
    people = {"dana.reyes": {"licences": ["e3"], "usage location": "GB"}}
    _, plan = compose(client(people, licences={"e3": {"sku": "SPE_E3"}}), NOW, live, StackState())
    type_, inputs = registered(plan).made["dana.reyes/entra/licence/e3"]
    assert type_ == LICENCE_TYPE
    assert {key: value for key, value in inputs.items() if value is not None} == {
        "account": "oid-dana.reyes/entra",
        "licence": "e3",
        "sku": "sku-1",
    }


def test_new_accounts_get_a_password_and_are_members_by_the_id_they_will_have(
    registered: Callable[[Plan], Recorder],
) -> None:
    _, plan = compose(both(), NOW, NOTHING, StackState())
    made = registered(plan).made
    secret = made["dana.reyes/entra"][1]["password"]
    assert len(secret["value"]) == PASSWORD_LENGTH, "a secret, not a plain text"
    assert made["dana.reyes/entra"][1]["managerId"] == "oid-lee.park/entra"
    assert made["group/finance"][1]["members"] == ["oid-dana.reyes/entra"]
    assert made["group/chat/members"][1]["users"] == ["id-dana.reyes/okta"]
    assert made["lee.park/entra/vpn"][1]["groupObjectId"] == "oid-group/vpn"
    assert made["lee.park/entra/role/user-administrator"][1]["roleId"] == "tid-role/entra/user-administrator"


def test_what_exists_is_declared_by_its_id_and_without_a_password(
    registered: Callable[[Plan], Recorder],
) -> None:
    made = both()
    live, state = settled(made, desired(made, NOW))
    _, plan = compose(made, NOW, live, state)
    resources = registered(plan).made
    assert "password" not in resources["dana.reyes/entra"][1]
    assert resources["group/finance"][1]["members"] == [account_id("dana.reyes", "entra")]
    assert resources["lee.park/entra/vpn"][1]["groupObjectId"] == group_id("vpn")


def test_invariant_10_groups_wait_until_the_leavers_account_is_disabled(
    registered: Callable[[Plan], Recorder], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = both()
    live, state = settled(made, desired(made, NOW))
    _, plan = compose(both(disabled=True), NOW, live, state)
    waits: dict[str, list[str]] = {}
    original = pulumi.CustomResource.__init__

    def remember(
        self: Any, t: str, name: str, props: Any = None, opts: Any = None, *rest: Any, **more: Any
    ) -> None:
        waits[name] = [resource._name for resource in (opts.depends_on or [])] if opts else []
        original(self, t, name, props, opts, *rest, **more)

    monkeypatch.setattr(pulumi.CustomResource, "__init__", remember)
    registered(plan)
    assert waits["group/finance"] == ["dana.reyes/entra"]
    assert waits["group/chat/members"] == ["dana.reyes/okta"]


def test_first_passwords_have_every_class_of_characters_and_differ() -> None:
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        assert any(c.islower() for c in password)
        assert any(c.isupper() for c in password)
        assert any(c.isdigit() for c in password)
        assert any(not c.isalnum() for c in password)
