"""The demo's careless pull requests, and what stops each: the commands that a reviewer and the forge run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from leaver.cli import demo_project
from leaver.cli.output import say
from leaver.errors import EXIT_PROBLEMS

_CHECK = ("check",)
_PREVIEW = ("preview", "--since", "HEAD")
_RECORD = re.compile(r"^  ([\w.-]+):\n(?:    .*\n)*", re.MULTILINE)
_NAMED = re.compile(r"\b(?:manager|handover|owner): ([\w.-]+)")
_REFUSED = "refused:"
_WIDTH = 105


@dataclass(frozen=True)
class Scene:
    """One pull request: what happened, how, and the command that stops it."""

    says: str
    edit: Callable[[Path], None]
    words: tuple[str, ...]


def careless(clone: Path, root: Path, environ: Mapping[str, str]) -> bool:
    """Make each of the edits in a copy at `root` of the examples in `clone`; whether every one was stopped."""
    demo_project.copy_project(clone, root)
    demo_project.make_repository(root, environ)
    stopped = [_stopped(scene, root, environ) for scene in SCENES]
    return all(stopped)


def _stopped(scene: Scene, root: Path, environ: Mapping[str, str]) -> bool:
    scene.edit(root)
    done = subprocess.run(
        [sys.executable, "-m", "leaver.cli", "--project", str(root), *scene.words],
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    subprocess.run(
        ["git", "-C", str(root), "checkout", "-q", "--", "identities"], env=dict(environ), check=True
    )
    stopped = done.returncode == EXIT_PROBLEMS
    say(f"   {click.style('-', fg='red')} {scene.says}")
    say(f"     $ leaver {' '.join(scene.words)}")
    for line in _short(done.stdout.decode(errors="replace").splitlines()):
        for part in textwrap.wrap(line, _WIDTH, subsequent_indent="    ", break_on_hyphens=False) or [""]:
            say(f"     {click.style(part, fg='red') if part == _REFUSED else part}")
    say(f"     exit code {done.returncode}: {'it cannot be merged' if stopped else 'NOT stopped'}")
    return stopped


def _short(lines: list[str]) -> list[str]:
    """What a refusal says: its title and why, without the list of everybody."""
    if _REFUSED in lines:
        at = lines.index(_REFUSED)
        title = next((line for line in lines[:at] if line.endswith("removed") or " leave" in line), lines[0])
        return [title, f"  … {at} lines of who loses what", *lines[at:]]
    return lines


def _without_folder(root: Path) -> None:
    shutil.rmtree(root / "identities" / "brightwater")


def _emptied(root: Path) -> None:
    (root / "identities/brightwater/people.yaml").write_text("people: {}\n", encoding="utf-8")


def _halved(root: Path) -> None:
    path = root / "identities/acme/people.yaml"
    text = path.read_text(encoding="utf-8")
    # Of people to whom nobody reports: the others' records would not be sound any more, and that is told first.
    named = set(_NAMED.findall(text))
    keys = [found[1] for found in _RECORD.finditer(text)]
    gone = [key for key in keys if key not in named][: len(keys) // 2]
    path.write_text(_RECORD.sub(lambda found: "" if found[1] in gone else found[0], text), encoding="utf-8")


SCENES = (
    Scene("a merge lost the whole folder identities/brightwater", _without_folder, _CHECK),
    Scene("somebody emptied identities/brightwater/people.yaml", _emptied, _PREVIEW),
    Scene("a clean-up deleted half of acme's people", _halved, _PREVIEW),
)
