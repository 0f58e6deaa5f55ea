"""One form for the same content, whatever the order it was written in; and its digest.

See docs/decisions/0018-what-a-plans-hash-covers.md for what is in the hash of a plan and what is not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from leaver.model import Client

SHORT = 12
"""Characters of a digest that people compare."""


def text(value: Any) -> str:
    """`value` as JSON: keys sorted, no spaces, plain ASCII.

    Raises:
        TypeError: there is a number with a fraction in it, or something that is no JSON: both have no one form.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(value: Any) -> str:
    """The SHA-256 of `text(value)`, in hexadecimal digits."""
    return sha256(text(value).encode("ascii")).hexdigest()


def record(value: BaseModel) -> Any:
    """A record as plain data: what it states beyond the defaults, lists sorted, moments in UTC.

    Defaults are left out, so that a field which a later version of Leaver adds changes no digest.
    """
    return unordered(value.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def unordered(value: Any) -> Any:
    """`value` with every list sorted: none of the lists in records has an order that means anything."""
    if isinstance(value, Mapping):
        return {key: unordered(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return sorted((unordered(each) for each in value), key=text)
    return value


def digest_of(client: Client) -> str:
    """The digest of all records of a client; comments, files and the order of anything do not count."""
    return digest(
        {
            "settings": record(client.settings),
            "groups": {key: record(group) for key, group in client.groups.items()},
            "people": {key: record(person) for key, person in client.people.items()},
            "overrides": sorted((record(each) for each in client.overrides), key=text),
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key that is no text has no one form")
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | int):
        return value
    raise TypeError(f"{type(value).__name__} has no one form")
