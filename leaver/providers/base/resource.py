"""The description of a resource type: its properties and its four operations.

A description says once what the bridge of a real plugin derives from its schema: defaults, what forces a
replacement, which lists are sets, what is secret, what the directory computes. `planning` and `state`
turn it into Check, Diff, preview, refresh and import; the operations only speak HTTP.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from leaver.providers.base.errors import Failure
from leaver.providers.base.values import Bag

Kind = Literal["string", "bool", "number", "list", "set", "map", "object"]


def snake_case(name: str) -> str:
    """The Terraform name of a Pulumi property: `otherMails` is `other_mails`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), name)


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a resource.

    `input`: a program may set it. `computed`: the directory fills it in when the program does not, and then
    keeps it (an input that is also computed never shows a change when a program drops it).
    `default`: used when a program says nothing; a true-ish one also appears in the inputs and `__defaults`.
    `check`: gives the reason why a known value is refused, or None.
    `object`: a nested block of at most one element. `set`: order and repetition mean nothing.
    """

    name: str
    kind: Kind = "string"
    input: bool = True
    required: bool = False
    computed: bool = False
    default: object = None
    replace: bool = False
    secret: bool = False
    conflicts: tuple[str, ...] = ()
    check: Callable[[Any], str | None] | None = None
    terraform: str = ""

    @property
    def terraform_name(self) -> str:
        """The property's name in the real plugin's messages."""
        return self.terraform or snake_case(self.name)


@dataclass(slots=True)
class Call:
    """What an operation knows of its surroundings.

    `session`: what the provider's `configure` returned. `timeout`: seconds for the whole operation.
    `deadline`: the same on the monotonic clock. `cancelled`: set when the engine asks to stop.
    """

    session: Any
    timeout: float
    deadline: float
    cancelled: threading.Event
    known_id: str = ""
    known_state: Bag | None = None

    def created(self, resource_id: str, state: Mapping[str, object]) -> None:
        """Remember what the directory has by now: a later fault of the same operation keeps it in the state."""
        self.known_id = resource_id
        self.known_state = dict(state)


Create = Callable[[Call, Bag], tuple[str, Bag]]
"""(call, planned properties) → (id, outputs). Raises ProviderError."""
Read = Callable[[Call, str, Bag], Bag | None]
"""(call, id, properties in the state: empty at an import) → outputs, or None when the object is gone."""
Update = Callable[[Call, str, Bag, Bag], Bag]
"""(call, id, old properties, planned properties) → outputs."""
Delete = Callable[[Call, str, Bag], None]
"""(call, id, properties in the state)."""

MINUTE = 60


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One resource type.

    `import_id`: the id to read for what a user gave to import, or None when there is no such object;
    no request is made then. `failed_update`: which outputs the state keeps when an update fails.
    `check`: rules over several inputs. `plan`: last word on the planned properties (old or None, planned).
    `replace_when`: names of properties whose change forces a replacement in special cases (old, planned).
    `timeouts`: seconds per operation, written to `__meta` when `meta` is set.
    `renamed`: Pulumi names that differ from Terraform's by more than their case.
    """

    token: str
    fields: tuple[Field, ...]
    create: Create
    read: Read
    delete: Delete
    update: Update | None = None
    import_id: Callable[[str], str | None] = lambda given: given
    failed_update: Literal["old", "new"] = "new"
    check: Callable[[Bag], Iterable[Failure]] | None = None
    plan: Callable[[Bag | None, Bag], Bag] | None = None
    replace_when: Callable[[Bag, Bag], Iterable[str]] | None = None
    timeouts: Mapping[str, int] = field(default_factory=dict)
    meta: bool = True
    schema_version: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)

    def by_name(self) -> dict[str, Field]:
        """The fields by their Pulumi names."""
        return {item.name: item for item in self.fields}

    def timeout(self, operation: str) -> float:
        """Seconds that `operation` (create, read, update, delete) may take."""
        return float(self.timeouts.get(operation, 20 * MINUTE))


Invoke = Callable[[Call, Bag], Bag]
"""(call, arguments) → results. Raises ProviderError."""


@dataclass(frozen=True, slots=True)
class PluginProvider:
    """A whole plugin.

    `configure`: (config with JSON-decoded values, cancelled event) → session; raises ProviderError.
    `accept_secrets`: whether the engine hands secrets over marked. The bridged plugins leave it off: the
    engine then marks outputs whose inputs were secret, and the SDK names the others.
    """

    name: str
    version: str
    config: tuple[Field, ...]
    configure: Callable[[Bag, threading.Event], Any]
    resources: Mapping[str, ResourceType]
    invokes: Mapping[str, Invoke] = field(default_factory=dict)
    accept_secrets: bool = False
