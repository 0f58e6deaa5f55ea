"""Runs the scripts of the workflows as the forge's runner would: bash, step outputs, a summary, a fake `gh`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.ci.workflows import REPOSITORY, script_of

# Keeps the comments of all pull requests in one file, as the forge's API would answer them.
_GH = """\
import json, os, pathlib, sys
store = pathlib.Path(os.environ["FAKE_COMMENTS"])
comments = json.loads(store.read_text()) if store.exists() else []
words = sys.argv[1:]
assert words[0] == "api", words
if "--jq" in words:
    assert "/issues/7/comments" in words[2], words
    for each in comments:
        if each["user"] == "github-actions[bot]" and each["body"].startswith("<!-- leaver:preview -->"):
            print(each["id"])
    sys.exit()
body = pathlib.Path(words[words.index("-F") + 1].removeprefix("body=@")).read_text()
assert len(body) <= 65536
address = words[words.index("--method") + 2]
if words[words.index("--method") + 1] == "POST":
    assert address.endswith("/issues/7/comments"), address
    comments.append({"id": len(comments) + 1, "user": "github-actions[bot]", "body": body})
else:
    [found] = [each for each in comments if address.endswith(f"/issues/comments/{each['id']}")]
    found["body"] = body
store.write_text(json.dumps(comments))
"""


@dataclass
class Ran:
    code: int
    output: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """A job in the folder `root`."""

    def __init__(self, root: Path, scratch: Path, **env: str) -> None:
        self.root = root
        self.scratch = scratch
        scratch.mkdir(exist_ok=True)
        self._program("leaver", f'exec "{sys.executable}" -m leaver.cli "$@"')
        (scratch / "gh.py").write_text(_GH)
        self._program("gh", f'exec "{sys.executable}" "{scratch / "gh.py"}" "$@"')
        self.env = {
            **os.environ,
            "PATH": f"{scratch}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "FAKE_COMMENTS": str(scratch / "comments.json"),
            "GITHUB_REPOSITORY": "msp/identities",
            "GITHUB_RUN_ID": "4711",
            **env,
        }

    def _program(self, name: str, script: str) -> None:
        path = self.scratch / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def step(self, workflow: str, name: str, **env: str) -> Ran:
        """Run the step `name` of a workflow. Values of `env` are what the forge would have put in."""
        files = {each: self.scratch / each for each in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script_of(workflow, name)],
            cwd=self.root,
            env={**self.env, **{key: str(path) for key, path in files.items()}, **env},
            capture_output=True,
            text=True,
            timeout=110,
        )
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        summary = files["GITHUB_STEP_SUMMARY"].read_text()
        return Ran(done.returncode, done.stdout + done.stderr, outputs, summary)

    def comments(self) -> list[dict[str, Any]]:
        found = json.loads((self.scratch / "comments.json").read_text())
        assert isinstance(found, list)
        return found
