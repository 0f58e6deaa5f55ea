"""A state made by the real plugin is usable by the stand-in, and the other way round."""

from __future__ import annotations

import json
from typing import Any

import pytest
from okta_harness import (
    FIXTURES,
    GROUP,
    GROUP_MEMBERSHIPS,
    USER,
    USER_GROUP_MEMBERSHIPS,
    Answer,
    Org,
    Plugin,
)

from leaver.providers.base.values import SIGNATURE, Bag
from leaver.providers.okta.provider import provider
from leaver.providers.okta.settings import FIELDS

SCHEMA = json.loads((FIXTURES / "schema-okta.json").read_text())
KINDS = provider().resources


def _sample() -> dict[str, dict[str, Any]]:
    document = json.loads((FIXTURES / "traces" / "okta.state.json").read_text())
    return {resource["type"]: resource for resource in document["resources"]}


def _open(value: Any) -> Any:
    """The sample was exported decrypted: the value in each secret envelope."""
    if isinstance(value, dict):
        if SIGNATURE in value:
            return json.loads(value["plaintext"])
        return {key: _open(item) for key, item in value.items()}
    return [_open(item) for item in value] if isinstance(value, list) else value


SAMPLE = _sample()
TYPES = [USER, GROUP, GROUP_MEMBERSHIPS]


@pytest.mark.parametrize("token", TYPES)
def test_the_real_plugins_state_shows_no_change(standin: Plugin, token: str) -> None:
    resource = SAMPLE[token]
    inputs, faults = standin.check(token, _without_bookkeeping(_open(resource["inputs"])))
    assert not faults
    assert standin.changes(token, _open(resource["outputs"]), inputs) == {}


@pytest.mark.parametrize("token", TYPES)
def test_a_refresh_leaves_the_real_plugins_state_as_it_is(standin: Plugin, server: Org, token: str) -> None:
    outputs, inputs = _open(SAMPLE[token]["outputs"]), _open(SAMPLE[token]["inputs"])
    server.play(_stored(token, outputs))
    assert standin.read(token, outputs["id"], outputs, inputs) == (outputs["id"], outputs, inputs)


@pytest.mark.parametrize("token", TYPES)
def test_a_create_leaves_the_state_that_the_real_plugin_leaves(
    standin: Plugin, server: Org, token: str
) -> None:
    outputs = _open(SAMPLE[token]["outputs"])
    stored = _stored(token, outputs)
    before = [Answer(204)] * len(outputs.get("users", []))
    server.play(*before, *[stored] * 5)
    inputs, _ = standin.check(token, _without_bookkeeping(_open(SAMPLE[token]["inputs"])))
    assert standin.create(token, inputs) == (outputs["id"], outputs)


def test_a_user_has_53_outputs(standin: Plugin, server: Org) -> None:
    server.play(*[_stored(USER, _open(SAMPLE[USER]["outputs"]))] * 2)
    person: Bag = {"firstName": "U", "lastName": "0", "login": "u0@corp.example", "email": "u0@corp.example"}
    inputs, _ = standin.check(USER, person)
    assert inputs == {**person, "status": "ACTIVE", "__defaults": ["status"]}
    _, outputs = standin.create(USER, inputs)
    assert len(outputs) == 53


@pytest.mark.parametrize("token", [*TYPES, USER_GROUP_MEMBERSHIPS])
def test_properties_are_those_of_the_real_plugins_schema(token: str) -> None:
    schema, fields = SCHEMA["resources"][token], KINDS[token].fields
    assert {item.name for item in fields} == set(schema["properties"])
    assert {item.name for item in fields if item.input} == set(schema["inputProperties"])
    assert {item.name for item in fields if item.secret} == {
        name for name, described in schema["properties"].items() if described.get("secret")
    }
    assert {item.name for item in fields if item.replace} == {
        name for name, described in schema["inputProperties"].items() if described.get("willReplaceOnChanges")
    }
    required = {item.name for item in fields if item.required}
    # A group without a name gets a made-up one from the real plugin; the stand-in asks for it.
    assert required - ({"name"} if token == GROUP else set()) == set(schema.get("requiredInputs", []))


@pytest.mark.parametrize("token", [*TYPES, USER_GROUP_MEMBERSHIPS])
def test_kinds_of_properties_are_those_of_the_real_plugins_schema(token: str) -> None:
    names = {"string": "string", "bool": "boolean", "set": "array", "object": None}
    schema = SCHEMA["resources"][token]["properties"]
    for item in KINDS[token].fields:
        assert names[item.kind] == schema[item.name].get("type"), item.name


def test_configuration_is_that_of_the_real_plugins_schema() -> None:
    described = SCHEMA["provider"]["inputProperties"]
    assert {item.name for item in FIELDS} == set(described)
    assert {item.name for item in FIELDS if item.secret} == {
        name for name, entry in described.items() if entry.get("secret")
    }


def test_the_secret_outputs_are_those_that_the_sample_names() -> None:
    secret = sorted(item.name for item in KINDS[USER].fields if item.secret)
    assert secret == SAMPLE[USER]["additionalSecretOutputs"]


def _without_bookkeeping(inputs: Bag) -> Bag:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def _stored(token: str, outputs: Bag) -> Answer:
    """What the org answers about a resource of the sample."""
    if token == USER:
        names = ("department", "email", "firstName", "lastName", "login")
        times = ("created", "activated", "statusChanged", "lastUpdated", "passwordChanged", "lastLogin")
        return Answer(
            200,
            {
                "id": outputs["id"],
                "status": outputs["rawStatus"],
                "type": outputs["type"],
                "profile": {name: outputs[name] for name in names},
            }
            | {name: outputs[name] for name in times},
        )
    if token == GROUP:
        profile = {"name": outputs["name"], "description": None}
        return Answer(200, {"id": outputs["id"], "profile": profile})
    users = outputs["users"]
    assert isinstance(users, list)
    return Answer(200, [{"id": user} for user in users])
