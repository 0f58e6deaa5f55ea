"""A state that the real azuread plugin left is the stand-in's own: same shape, no change, same rules."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted import Clock, Engine, Failed, plugged

from leaver.providers.azuread.provider import provider
from leaver.providers.base import state
from leaver.providers.base.values import UNKNOWN

FIXTURES = Path(__file__).parent.parent / "fixtures"
USER = "azuread:index/user:User"
GROUP = "azuread:index/group:Group"
MEMBER = "azuread:index/groupMember:GroupMember"
SECRET = "4dabf18193072939515e22adb298388d"
ADA, BOB, DI = (f"a0000000-0000-4000-8000-{number:012}" for number in (1, 3, 4))


def revealed(value: Any) -> Any:
    """Property values without the envelopes of secrets, as an engine hands them to a bridged plugin."""
    if isinstance(value, dict) and SECRET in value:
        return json.loads(value["plaintext"])
    if isinstance(value, dict):
        return {key: revealed(item) for key, item in value.items()}
    return [revealed(item) for item in value] if isinstance(value, list) else value


RESOURCES = {
    entry["urn"].rsplit("::", 1)[-1]: entry
    for entry in json.loads((FIXTURES / "traces" / "azuread.state.json").read_text())["resources"]
    if entry["type"].startswith("azuread:")
}


def sample(name: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """(type, inputs, outputs) of a resource in the recorded state."""
    entry = RESOURCES[name]
    return entry["type"], revealed(entry["inputs"]), revealed(entry["outputs"])


def program(name: str) -> dict[str, Any]:
    """The inputs as the program gave them: without what Check filled in."""
    inputs = sample(name)[1]
    filled = {*inputs["__defaults"], "__defaults"}
    return {key: value for key, value in inputs.items() if key not in filled}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    served = dataclasses.replace(provider(), configure=lambda _config, _cancelled: object())
    with plugged(served, Clock()) as plug:
        plug.configure({})
        yield plug


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_the_real_plugins_state_shows_no_change(name: str, engine: Engine) -> None:
    kind, _, outputs = sample(name)
    assert engine.diff(kind, outputs, program(name)) == {}


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_check_fills_in_what_the_real_plugin_does(name: str, engine: Engine) -> None:
    kind, inputs, _ = sample(name)
    assert engine.check(kind, program(name)) == (inputs, [])


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_the_state_has_the_real_plugins_shape(name: str) -> None:
    kind, _, outputs = sample(name)
    described = provider().resources[kind]
    assert state.outputs(described, outputs["id"], outputs, meta=state.meta_of(described)) == outputs


@pytest.mark.parametrize("token", sorted(provider().resources))
def test_the_properties_are_those_of_the_real_schema(token: str) -> None:
    schema = json.loads((FIXTURES / "schema-azuread.json").read_text())["resources"][token]
    fields = provider().resources[token].fields
    assert {item.name for item in fields} == set(schema["properties"])
    assert {item.name for item in fields if item.input} == set(schema["inputProperties"])
    assert {item.name for item in fields if item.required} == set(schema.get("requiredInputs", []))


def test_the_configuration_is_that_of_the_real_schema() -> None:
    schema = json.loads((FIXTURES / "schema-azuread.json").read_text())["provider"]["inputProperties"]
    config = {item.name: item for item in provider().config}
    assert set(config) == set(schema)
    assert {name for name, item in config.items() if item.secret} == {
        name for name, item in schema.items() if item.get("secret")
    }


@pytest.mark.parametrize(
    ("name", "changes", "shown"),
    [
        ("ada", {"accountEnabled": False}, {"accountEnabled": "update"}),
        ("ada", {"department": None}, {"department": "delete"}),
        ("ada", {"department": "Sales"}, {"department": "update"}),
        ("ada", {"password": None}, {}),
        ("ada", {"userPrincipalName": "ada@new.example"}, {"userPrincipalName": "update"}),
        ("ada", {"otherMails": ["b@x.example", "a@x.example"]}, {"otherMails": "add"}),
        ("ada", {"otherMails": []}, {}),
        ("ada", {"managerId": UNKNOWN}, {"managerId": "update"}),
        ("bob", {"managerId": None}, {"managerId": "delete"}),
        ("eng", {"members": [BOB, ADA]}, {}),
        ("eng", {"members": [ADA]}, {"members[1]": "delete"}),
        ("eng", {"members": [ADA, BOB, DI]}, {"members[2]": "add"}),
        ("eng", {"members": [ADA, DI]}, {"members[1]": "update"}),
        ("eng", {"members": []}, {"members": "delete"}),
        ("eng", {"members": None}, {}),
        ("eng", {"mailNickname": "eng"}, {"mailNickname": "update-replace"}),
        ("eng", {"assignableToRole": True}, {"assignableToRole": "update-replace"}),
        (
            "eng",
            {"types": ["Unified"], "mailEnabled": True},
            {"types": "add-replace", "mailEnabled": "update"},
        ),
        ("ops-ada", {"memberObjectId": DI}, {"memberObjectId": "update-replace"}),
    ],
)
def test_a_change_shows_as_under_the_real_plugin(
    name: str, changes: dict[str, object], shown: dict[str, str], engine: Engine
) -> None:
    kind, _, outputs = sample(name)
    wanted = {key: value for key, value in {**program(name), **changes}.items() if value is not None}
    assert engine.diff(kind, outputs, wanted) == shown


def test_an_account_disabled_by_hand_would_be_enabled_again(engine: Engine) -> None:
    kind, _, outputs = sample("ada")
    assert engine.diff(kind, {**outputs, "accountEnabled": False}, program("ada")) == {
        "accountEnabled": "update"
    }


def test_an_ignored_change_is_no_change_and_stays_as_the_state_has_it(engine: Engine) -> None:
    kind, _, outputs = sample("ada")
    disabled = {**outputs, "accountEnabled": False}
    assert engine.diff(kind, disabled, program("ada"), ignored=["accountEnabled"]) == {}
    answer = engine.update(kind, disabled, program("ada"), ignored=["accountEnabled"], preview=True)
    assert not isinstance(answer, Failed)
    assert answer["accountEnabled"] is False


def test_a_preview_of_a_create_knows_only_what_the_program_says(engine: Engine) -> None:
    answer = engine.create(USER, program("ada"), preview=True)
    assert not isinstance(answer, Failed)
    assert (answer["department"], answer["city"], answer["accountEnabled"]) == ("Eng", None, True)
    assert (answer["objectId"], answer["mailNickname"], answer["id"]) == (UNKNOWN, UNKNOWN, UNKNOWN)


@pytest.mark.parametrize(
    ("kind", "inputs", "faults"),
    [
        (
            USER,
            {"userPrincipalName": "ada@corp.example"},
            [
                (
                    "displayName",
                    'Missing required argument. The argument "display_name" is required, but no definition was '
                    "found.. Examine values at 'it.displayName'.",
                )
            ],
        ),
        (
            USER,
            {"userPrincipalName": "ada", "displayName": "ada"},
            [
                (
                    "userPrincipalName",
                    'expected "user_principal_name" to be a valid email address, got ada. '
                    "Examine values at 'it.userPrincipalName'.",
                )
            ],
        ),
        (
            MEMBER,
            {"groupObjectId": "eng", "memberObjectId": ADA},
            [
                (
                    "groupObjectId",
                    'expected "group_object_id" to be a valid UUID, got eng. '
                    "Examine values at 'it.groupObjectId'.",
                )
            ],
        ),
        (
            GROUP,
            {
                "displayName": "eng",
                "securityEnabled": True,
                "types": ["DynamicMembership"],
                "members": [ADA],
                "dynamicMembership": {"enabled": True, "rule": "user.department -eq 'Eng'"},
            },
            [
                (
                    "dynamicMembership",
                    'Conflicting configuration arguments. "dynamic_membership": conflicts with members. '
                    "Examine values at 'it.dynamicMembership'.",
                ),
                (
                    "members",
                    'Conflicting configuration arguments. "members": conflicts with dynamic_membership. '
                    "Examine values at 'it.members'.",
                ),
            ],
        ),
    ],
)
def test_wrong_inputs_are_refused_before_anything_is_asked(
    kind: str, inputs: dict[str, Any], faults: list[tuple[str, str]], engine: Engine
) -> None:
    assert engine.check(kind, inputs)[1] == faults


@pytest.mark.parametrize(
    ("kind", "given"),
    [(USER, ADA), (GROUP, ADA), (MEMBER, ADA), (USER, f"/groups/{ADA}"), (MEMBER, f"{ADA}/members/{BOB}")],
)
def test_an_import_of_a_malformed_id_finds_nothing_and_asks_nothing(
    kind: str, given: str, engine: Engine
) -> None:
    # The session here is no session at all: any request would be a fault.
    assert engine.read(kind, given) == ("", {}, {})


@pytest.mark.parametrize(
    "host", ["graph.microsoft.com", "login.example:443", "10.0.0.1", "127.0.0.1.example"]
)
def test_any_host_but_this_machine_is_refused(host: str) -> None:
    config = {"metadataHost": host, "tenantId": "t", "clientId": "c", "clientSecret": "s"}
    with pytest.raises(Exception, match=r"stand-in plugin.*pulumi plugin install resource azuread 6\.11\.1"):
        provider().configure(config, threading.Event())
