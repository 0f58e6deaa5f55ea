"""The service around a described resource: secrets, unknowns, half-made objects, faults, timeouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2
from scripted import Clock, Engine, Failed, plugged, urn

from leaver.providers.base.errors import ProviderError
from leaver.providers.base.resource import Call, Field, PluginProvider, ResourceType
from leaver.providers.base.values import UNKNOWN, Bag, Secret, decode, encode

TOKEN = "test:index:Thing"


def make(call: Call, planned: Bag) -> tuple[str, Bag]:
    if planned["name"] == "half":
        call.created("7", {"name": "half", "size": None})
        raise ProviderError("the second step failed")
    if planned["name"] == "broken":
        raise KeyError("a fault of our own")
    if planned["name"] == "refused":
        raise ProviderError("the directory said no")
    return "7", {**planned, "size": 3, "word": "hush"}


def change(_call: Call, _resource_id: str, _olds: Bag, planned: Bag) -> Bag:
    if planned["name"] == "refused":
        raise ProviderError("the directory said no")
    return planned


THING = ResourceType(
    token=TOKEN,
    fields=(
        Field("name", required=True),
        Field("size", "number", input=False),
        Field("word", computed=True, secret=True),
        Field("tags", "set"),
        Field("notes", "map"),
        Field("on", "bool", default=True),
    ),
    create=make,
    read=lambda _call, _id, olds: olds or {"name": "found", "on": False, "word": "hush"},
    update=change,
    delete=lambda _call, _id, _olds: None,
    timeouts={"create": 60, "update": 120},
)


@contextmanager
def serving_things(accept_secrets: bool = False, **options: Any) -> Iterator[Engine]:
    served = PluginProvider(
        name="test",
        version="1.2.3",
        config=(Field("limit", "number"), Field("key", secret=True)),
        configure=lambda config, _cancelled: config,
        resources={TOKEN: THING},
        invokes={"test:index:echo": lambda call, arguments: {**arguments, "config": call.session}},
        accept_secrets=accept_secrets,
        **options,
    )
    with plugged(served, Clock()) as engine:
        engine.configure({"limit": "5", "key": "k"})
        yield engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with serving_things() as plug:
        yield plug


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**50), 2**50)
    | st.text()
    | st.just(UNKNOWN)
    | st.text().map(Secret),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES))
def test_values_survive_the_wire(bag: Bag) -> None:
    assert decode(encode(bag)) == bag


def test_a_secret_is_never_shown() -> None:
    assert "hush" not in repr({"word": Secret("hush")})


def test_json_texts_in_the_configuration_become_values(engine: Engine) -> None:
    answer = engine.invoke("test:index:echo", {"a": 1})
    assert answer == {"a": 1, "config": {"limit": 5, "key": "k"}}


def test_a_configuration_of_the_wrong_form_is_refused() -> None:
    with serving_things() as engine, pytest.raises(grpc.RpcError, match="config limit: expected a number"):
        engine.configure({"limit": "many"})


def test_secret_configuration_is_marked_and_unknown_keys_are_refused(engine: Engine) -> None:
    answer = engine.stub.CheckConfig(
        provider_pb2.CheckRequest(
            urn=urn("pulumi:providers:test"), news=encode({"key": "k", "colour": "red"})
        )
    )
    assert decode(answer.inputs)["key"] == Secret("k")
    assert [item.property for item in answer.failures] == ["colour"]


def test_a_change_of_the_configuration_shows(engine: Engine) -> None:
    answer = engine.stub.DiffConfig(
        provider_pb2.DiffRequest(
            olds=encode({"limit": "5", "key": "k"}), news=encode({"limit": "6", "key": "k"})
        )
    )
    assert (list(answer.diffs), list(answer.replaces)) == (["limit"], [])


def test_a_half_made_object_is_kept_with_what_is_known(engine: Engine) -> None:
    answer = engine.create(TOKEN, {"name": "half", "tags": ["b", "a", "b"]})
    assert isinstance(answer, Failed)
    assert (answer.message, answer.resource_id) == ("the second step failed", "7")
    assert (answer.properties["name"], answer.properties["tags"]) == ("half", ["a", "b"])


def test_a_fault_before_anything_was_made_keeps_nothing(engine: Engine) -> None:
    assert engine.create(TOKEN, {"name": "refused"}) == Failed("the directory said no")


def test_a_fault_of_the_plugin_itself_is_one_line_without_a_traceback(engine: Engine) -> None:
    answer = engine.create(TOKEN, {"name": "broken"})
    assert answer == Failed("test: fault in the plugin: KeyError: 'a fault of our own'")


def test_an_update_that_fails_keeps_the_planned_outputs_by_default(engine: Engine) -> None:
    olds = engine.create(TOKEN, {"name": "a"})
    assert not isinstance(olds, Failed)
    answer = engine.update(TOKEN, olds, {"name": "refused"})
    assert isinstance(answer, Failed)
    assert answer.properties["name"] == "refused"


def test_what_only_the_directory_knows_is_unknown_in_the_preview_of_a_create(engine: Engine) -> None:
    answer = engine.create(TOKEN, {"name": "a"}, preview=True)
    assert not isinstance(answer, Failed)
    assert (answer["size"], answer["word"], answer["on"]) == (UNKNOWN, UNKNOWN, True)


def test_a_preview_of_an_update_knows_what_stays(engine: Engine) -> None:
    olds = engine.create(TOKEN, {"name": "a"})
    assert not isinstance(olds, Failed)
    answer = engine.update(TOKEN, olds, {"name": "b"}, preview=True)
    assert not isinstance(answer, Failed)
    assert (answer["name"], answer["size"]) == ("b", 3)


def test_secrets_are_left_to_the_engine_unless_the_plugin_takes_them() -> None:
    with serving_things() as engine:
        plain = engine.create(TOKEN, {"name": "a", "word": "mine"})
    with serving_things(accept_secrets=True) as engine:
        marked = engine.create(TOKEN, {"name": Secret("a"), "word": "mine"})
    assert not isinstance(plain, Failed)
    assert not isinstance(marked, Failed)
    assert (plain["name"], plain["word"]) == ("a", "hush")
    assert (marked["name"], marked["word"]) == (Secret("a"), Secret("hush"))


def test_an_import_proposes_what_differs_from_the_defaults_and_no_secret(engine: Engine) -> None:
    answer = engine.read(TOKEN, "7")
    assert not isinstance(answer, Failed)
    assert answer[2] == {"__defaults": [], "name": "found", "on": False}


def test_a_refresh_writes_what_it_found_into_the_programs_inputs_only(engine: Engine) -> None:
    olds = {"id": "7", "name": "new", "size": 4, "on": False, "tags": ["a"], "word": "hush"}
    answer = engine.read(TOKEN, "7", olds, {"__defaults": ["on"], "name": "old", "on": True, "tags": ["a"]})
    assert not isinstance(answer, Failed)
    assert answer[2] == {"__defaults": ["on"], "name": "new", "on": False, "tags": ["a"]}


def test_the_entries_of_a_map_show_one_by_one(engine: Engine) -> None:
    olds = {"id": "7", "name": "a", "notes": {"kept": 1, "changed": 1, "gone": 1}, "on": True}
    news = {"name": "a", "notes": {"kept": 1, "changed": 2, "new": 1}}
    assert engine.diff(TOKEN, olds, news) == {
        "notes.changed": "update",
        "notes.gone": "delete",
        "notes.new": "add",
    }


def test_an_unserved_type_is_named_with_those_that_are(engine: Engine) -> None:
    with pytest.raises(grpc.RpcError, match=r"test:index:Other: not served by this plugin. It serves: test:"):
        engine.check("test:index:Other", {})


def test_custom_timeouts_are_kept_in_the_state(engine: Engine) -> None:
    answer = engine.create(TOKEN, {"name": "a"}, timeout=7.5)
    assert not isinstance(answer, Failed)
    (timeouts,) = json.loads(str(answer["__meta"])).values()
    assert timeouts == {"create": 7_500_000_000, "update": 120_000_000_000}


def test_the_service_introduces_itself(engine: Engine) -> None:
    shake = engine.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert shake.accept_secrets is False
    assert engine.stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
    document = json.loads(engine.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert document["resources"][TOKEN]["requiredInputs"] == ["name"]


def test_cancel_reaches_the_operations() -> None:
    with serving_things() as engine:
        engine.stub.Cancel(empty_pb2.Empty())
        # A cancelled plugin still answers: the engine decides when it ends.
        assert engine.stub.GetPluginInfo(empty_pb2.Empty()).version == "1.2.3"
