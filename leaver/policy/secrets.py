"""Secrets in text: the shapes of known tokens, words that announce a password, and what is too random for a word.

What was found is never repeated: a problem is printed, logged and posted to pull requests.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from leaver.model import Client, Level
from leaver.model.finding import File, person_subject
from leaver.policy.rule import Break, Policy

_SHAPES: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (kind, words, re.compile(shape))
    for kind, words, shape in (
        ("a private key", ("private key",), r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY"),
        ("an AWS access key", ("akia", "asia"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        ("a GitHub token", tuple(f"gh{kind}_" for kind in "pousr"), r"\bgh[pousr]_[A-Za-z0-9]{36}"),
        ("a GitHub token", ("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{22}"),
        ("a GitLab token", ("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20}"),
        ("a Slack token", ("xox",), r"\bxox[abeoprs]-[A-Za-z0-9-]{10}"),
        ("a JSON web token", ("eyj",), r"\beyJ[A-Za-z0-9_-]{8,400}\.eyJ[A-Za-z0-9_-]{8}"),
        ("an Entra client secret", ("7q~", "8q~"), r"\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31}"),
        ("a Pulumi token", ("pul-",), r"\bpul-[0-9a-f]{40}\b"),
        ("a Google API key", ("aiza",), r"\bAIza[0-9A-Za-z_-]{35}"),
        ("a storage key", ("accountkey=",), r"\bAccountKey=[A-Za-z0-9+/]{20}"),
        ("a password in an address", ("://",), r"://[^/\s:@]{1,80}:[^/\s:@]{1,80}@"),
        (
            "a password",
            ("passw", "passphrase", "pwd", "secret", "key", "token"),
            r"(?i:\b(?:password|passwd|passphrase|pwd|secret|api[ _-]?key|token)\b"
            r"[ \t]{0,3}[:=][ \t]{0,3}(?=\S{0,200}\d)[^\s{\[]\S{5})",
        ),
    )
)
"""What it is, words of which one is in it (in small letters), and its shape: most texts have none of the words,
and are asked no more."""
_OKTA = re.compile(r"00[A-Za-z0-9_-]{40}")
_LONG = re.compile(r"(?<![A-Za-z0-9+_=-])[A-Za-z0-9+_=-]{24,200}")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_.:-])[A-Za-z0-9+/]{40,200}={0,2}(?![A-Za-z0-9+/_.=-])")
"""Keys of 30 bytes or more, such as AWS's and Azure's secrets, in which a slash comes once in 64 characters."""
_SLASHES = 3
"""More of them in 40 characters are a path."""
_BITS = 3.8
"""Entropy of a character from which a long text may be chance: base64 of 24 characters has about 4.3."""
_CHANGES = re.compile(r"(?<=[a-z])[^a-z]|(?<=[A-Z])[^A-Z]|(?<=[0-9])[^0-9]")
"""Chance changes between capitals, small letters and digits at two places of three, words at a few."""
_CHANCE = "a random text, such as a key or a token"
_SHORTEST = 12


def scan(text: str) -> Iterator[tuple[int, str]]:
    """Where in `text` something looks like a secret, and like which kind; at most one find a place."""
    taken: list[tuple[int, int]] = []
    small = text.lower()
    for kind, words, shape in _SHAPES:
        if any(word in small for word in words):
            for match in shape.finditer(text):
                if _free(match, taken):
                    taken.append(match.span())
                    yield match.start(), kind
    for match in _BASE64.finditer(text) if "/" in small else ():
        found = match.group()
        if 0 < found.count("/") * 40 <= _SLASHES * len(found) and _random(found) and _free(match, taken):
            taken.append(match.span())
            yield match.start(), _CHANCE
    for match in _LONG.finditer(text):
        if not _free(match, taken):
            continue
        if _OKTA.fullmatch(match.group()):
            yield match.start(), "an Okta API token"
        elif _random(match.group()):
            yield match.start(), _CHANCE


def _free(match: re.Match[str], taken: list[tuple[int, int]]) -> bool:
    start, end = match.span()
    return all(end <= first or last <= start for first, last in taken)


def check_secrets(client: Client, _now: datetime) -> Iterator[Break]:
    """No text of a record looks like a secret."""
    # All texts at once first: a client without any is done with after one look.
    records = (client.settings, *client.groups.values(), *client.people.values())
    if next(scan("\n".join(_strings(records))), None) is None:
        return
    yield from _break("client", f'client "{client.key}"', client.settings, ())
    for key, group in client.groups.items():
        yield from _break("groups", f'group "{key}"', group, (key,))
    for key, person in client.people.items():
        yield from _break("people", person_subject(key), person, (key,))


def _break(file: File, subject: str, record: BaseModel, path: tuple[str | int, ...]) -> Iterator[Break]:
    for place, text in _texts(record, path):
        for _, kind in scan(text):
            yield Break(file, place, subject, f"has what looks like {kind} in `{_shown(place, path)}`")


def _strings(values: Iterable[Any]) -> Iterator[str]:
    """The texts in records, in no order."""
    for value in values:
        if value is None or value is False:
            continue
        if isinstance(value, str):
            if len(value) >= _SHORTEST:
                yield value
        elif isinstance(value, BaseModel):
            yield from _strings(vars(value).values())
        elif isinstance(value, tuple | list):
            yield from _strings(value)
        elif isinstance(value, dict):
            yield from _strings(value.values())


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        if len(value) >= _SHORTEST:
            yield path, value
    elif isinstance(value, BaseModel):
        for name in sorted(value.model_fields_set):
            yield from _texts(getattr(value, name), (*path, name.replace("_", " ")))
    elif isinstance(value, tuple | list):
        for at, inner in enumerate(value):
            yield from _texts(inner, (*path, at))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))


def _shown(place: tuple[str | int, ...], path: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in place[len(path) :])


def _random(text: str) -> bool:
    kinds = (any(map(test, text)) for test in (str.islower, str.isupper, str.isdigit))
    if not all(kinds):
        return False
    size = len(text)
    if len(_CHANGES.findall(text)) * 3 < size:
        return False
    bits = -sum(count / size * math.log2(count / size) for count in Counter(text).values())
    return bits >= _BITS


NO_SECRET = Policy(
    "no-secret",
    Level.MANDATORY,
    ("CIS 3.11", "NIST IA-5(7)"),
    "No text of the records looks like a password, a key or a token, by its shape or by its randomness.",
    "Take it out, and revoke it where it came from: whoever reads the repository has it.",
    on_records=check_secrets,
)
