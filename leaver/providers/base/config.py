"""A plugin's configuration: checked, compared and parsed."""

from __future__ import annotations

import json

from leaver.providers.base.errors import Failure, ProviderError
from leaver.providers.base.resource import PluginProvider
from leaver.providers.base.values import Bag, Secret, is_secret, reveal


def check(provider: PluginProvider, given: Bag) -> tuple[Bag, list[Failure]]:
    """The configuration with its secrets marked, and the keys that nobody knows."""
    given = dict(given)
    fields = {item.name: item for item in provider.config}
    failures = [
        Failure(name, f"could not validate provider configuration: Invalid or unknown key {name!r}")
        for name in given
        if name not in fields and name != "version" and not name.startswith("__")
    ]
    for name, value in given.items():
        if name in fields and fields[name].secret and value is not None and not is_secret(value):
            given[name] = Secret(value)
    return given, failures


def differing(olds: Bag, news: Bag) -> list[str]:
    """The keys whose values differ."""
    return sorted(
        name
        for name in olds.keys() | news.keys()
        if not name.startswith("__") and reveal(olds.get(name)) != reveal(news.get(name))
    )


def parsed(provider: PluginProvider, given: Bag) -> Bag:
    """The configuration with its JSON-encoded texts as values; secrets unwrapped."""
    fields = {item.name: item for item in provider.config}
    config: Bag = {}
    for name, wrapped in given.items():
        value = reveal(wrapped)
        item = fields.get(name)
        if item is not None and item.kind != "string" and isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError as fault:
                raise ProviderError(
                    f"{provider.name}: config {name}: expected a {item.kind}, not {value!r}"
                ) from fault
        if not name.startswith("__"):
            config[name] = value
    return config
