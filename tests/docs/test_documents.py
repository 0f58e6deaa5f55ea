"""What the documents say is there, is there: links, commands with their options, targets, tests."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import yaml

from leaver.cli import cli

ROOT = Path(__file__).parents[2]
# No lines of this repository's own tests or tools: those hold faults on purpose.
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_TEST = re.compile(r"`(tests/[\w/]+(?:\.py)?)(?:::(test_\w+))?`")
_TARGET = re.compile(r"\bmake ([a-z][a-z-]*)\b")
_COMMAND = re.compile(r"(?:^|[`(\"]|\$ |&& |; )((?:\.venv/bin/)?leaver [^`\n]*)", re.MULTILINE)
_ENDS = re.compile(r"[`#|>]|&&|;|  +|\\$| →")


def named(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.fixture(params=DOCUMENTS, ids=named)
def document(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def prose(text: str) -> str:
    return _FENCE.sub("", text)


def anchors(document: Path) -> set[str]:
    """The anchors of the headings, as the code host makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(document.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_relative_link_leads_somewhere(document: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(document.read_text(encoding="utf-8"))):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def calls(text: str) -> Iterator[list[str]]:
    """The words of each call of `leaver` in a document: in code, and up to where the call ends."""
    for line in _COMMAND.findall(text):
        words = _ENDS.split(line.removeprefix(".venv/bin/"), maxsplit=1)[0].strip().rstrip(').,:"')
        if words.count("'") % 2 == 0:
            yield shlex.split(words)[1:]


def fault(words: list[str]) -> str | None:
    """What the command line would not take of a call, or nothing."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return f"no command {words[0]}"
        command, words = found, words[1:]
    if {"…", "..."} & set(words):
        return None
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    known |= {"-h", "--help"}
    unknown = [word for word in words if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)]
    unknown = [word for word in unknown if word.partition("=")[0] not in known]
    return f"{command.name} has no {', '.join(unknown)}" if unknown and "--" not in words else None


def code_of(text: str) -> str:
    """Blocks and inline code only: elsewhere `leaver` is a word."""
    blocks = "\n".join(_FENCE.findall(text))
    return blocks + "\n" + "\n".join(f"`{code}`" for code in re.findall(r"`([^`\n]+)`", prose(text)))


def test_every_command_exists_with_its_options(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert [said for words in calls(code_of(text)) if (said := fault(words))] == []


def test_a_command_that_does_not_exist_would_be_found() -> None:
    text = "`leaver prewiew acme`, `leaver apply acme --force`, `leaver preview acme --at '2027-03-26 17:00'`"
    assert [fault(words) for words in calls(code_of(text))] == [
        "no command prewiew",
        "apply has no --force",
        None,
    ]


def test_the_readme_tells_of_every_command() -> None:
    told = {words[0] for words in calls(code_of((ROOT / "README.md").read_text(encoding="utf-8"))) if words}
    shown = {name for name, command in cli.commands.items() if not command.hidden}
    assert shown - told == set()


@cache
def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", makefile, re.MULTILINE))


def test_every_target_of_make_exists(document: Path) -> None:
    said = set(_TARGET.findall(code_of(document.read_text(encoding="utf-8"))))
    assert said - targets() == set()


@cache
def functions_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_is_named_exists(document: Path) -> None:
    missing = []
    for path, test in _TEST.findall(document.read_text(encoding="utf-8")):
        if not (ROOT / path).exists() or (test and test not in functions_in(path)):
            missing.append(f"{path}::{test}")
    assert missing == []


@pytest.mark.parametrize("kind", ["client", "groups", "people"])
def test_every_record_that_is_shown_is_one_that_an_editor_accepts(kind: str) -> None:
    schema = json.loads((ROOT / "docs" / "schema" / f"{kind}.json").read_text(encoding="utf-8"))
    shown = [
        data
        for document in DOCUMENTS
        for block in re.findall(r"^```yaml\n(.*?)^```", document.read_text(encoding="utf-8"), re.M | re.S)
        if "…" not in block and isinstance(data := yaml.load(block, yaml.BaseLoader), dict)  # noqa: S506
        if {"client": "zone"}.get(kind, kind) in data
    ]
    assert shown
    for data in shown:
        jsonschema.Draft202012Validator(schema).validate(as_typed(data))


def as_typed(data: Any) -> Any:
    """Plain words as an editor types them; dates stay text."""
    if isinstance(data, dict):
        return {key: as_typed(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_typed(value) for value in data]
    if data in ("true", "false"):
        return data == "true"
    return int(data) if data.isdecimal() else data


def test_every_threat_has_a_test() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and line.count(" | ") == 2]
    threats = [row for row in rows if not row.startswith("| could try to")]
    assert len(threats) > 20
    assert [row for row in threats if not _TEST.search(row)] == []


def test_no_document_names_a_machine_or_a_registry() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "docs", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [ROOT / name for name in tracked.stdout.splitlines() if (ROOT / name).is_file()]
    found = [
        f"{named(path)}: {match.group()}"
        for path in files
        for match in re.finditer(
            r"(?<![\w.-])/(?:root|tmp|work|home/\w+)/", path.read_text(encoding="utf-8", errors="replace")
        )
    ]
    assert found == []
