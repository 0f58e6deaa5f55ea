"""The workflows as data: their jobs, steps, scripts, and every call of `leaver` in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / ".github" / "workflows"
ACTION = REPOSITORY / ".github" / "actions" / "setup" / "action.yml"
NAMES = ("preview", "apply", "scheduled", "release", "test")
_OPERATORS = {"|", "||", "&&", ";", "(", ")", "&"}
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One step of a job; `where` names it in a test's report."""

    where: str
    job: dict[str, Any]
    content: dict[str, Any]

    @property
    def script(self) -> str:
        return str(self.content.get("run", ""))

    @property
    def env(self) -> dict[str, str]:
        return {**self.job.get("env", {}), **self.content.get("env", {})}


def workflow(name: str) -> dict[str, Any]:
    """A workflow's content; YAML 1.1 reads its key `on` as true."""
    found = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
    found["on"] = found.pop(True)
    return dict(found)


def steps(name: str) -> list[Step]:
    return [
        Step(f"{name}.yml/{key}[{number}]", job, step)
        for key, job in workflow(name)["jobs"].items()
        for number, step in enumerate(job["steps"])
    ]


def all_steps() -> list[Step]:
    action = yaml.safe_load(ACTION.read_text())["runs"]
    found = [step for name in NAMES for step in steps(name)]
    return found + [Step(f"setup[{n}]", {}, step) for n, step in enumerate(action["steps"])]


def script_of(name: str, step: str) -> str:
    """The script of the step that is called `step`, in the first job that has one."""
    return next(each.script for each in steps(name) if each.content.get("name") == step)


def expressions(text: str) -> list[str]:
    return [found.strip() for found in _EXPRESSION.findall(text)]


def calls(script: str) -> Iterator[list[str]]:
    """The words of each call of `leaver` in a script, without redirections; variables stay as they are written."""
    for line in script.replace("\\\n", " ").splitlines():
        if not re.search(r"(^|[\s;|(&])leaver ", line):
            continue
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        for is_operator, group in groupby(lexer, lambda word: word in _OPERATORS):
            words = list(group)
            if not is_operator and words[0] == "leaver":
                yield _without_redirections(words[1:])


def _without_redirections(words: list[str]) -> list[str]:
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if set(word) <= set("<>&"):
            next(rest)
            if kept and kept[-1] == "2":
                kept.pop()
        else:
            kept.append(word)
    return kept
