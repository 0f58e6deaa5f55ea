"""actionlint: pinned, built once, and met by nobody who does not lint."""

import re
import subprocess
from pathlib import Path

import pytest
from toolchain_harness import Program, setup_command

from toolchain import actionlint, engine, places
from toolchain.console import SetupFailed


@pytest.fixture
def linted(clone: Path, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A clone whose machine has a Go that builds an actionlint which knows its version and its arguments."""
    actionlint.module(clone).mkdir()
    for name in ("go.mod", "go.sum"):
        (actionlint.module(clone) / name).write_text(f"actionlint's {name}\n")
    monkeypatch.setenv("NOTES", str(tmp_path))
    script = f"""
if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo build >> "$NOTES/builds"
if [ -e "$NOTES/fail" ]; then echo 'dial tcp: no route to host'; exit 1; fi
while [ "$1" != -o ]; do shift; done
cat > "$2" <<'BUILT'
#!/bin/sh
if [ "$1" = -version ]; then echo {actionlint.VERSION.removeprefix("v")}; exit; fi
printf '%s\\n' "$@" > "$NOTES/arguments"
[ ! -e "$NOTES/finding" ]
BUILT
chmod +x "$2"
"""
    monkeypatch.setenv("PATH", f"{program('go', script).parent}:/usr/bin:/bin")
    return clone


def test_the_module_pins_the_version_that_is_built() -> None:
    text = (actionlint.module() / "go.mod").read_text()
    assert re.findall(r"github\.com/rhysd/actionlint (\S+)", text) == [actionlint.VERSION]
    assert f"tool {actionlint.PACKAGE}\n" in text


def test_it_is_built_once_for_all_clones(linted: Path, cache: Path, tmp_path: Path) -> None:
    program = actionlint.ensure(linted)
    assert actionlint.ensure(linted) == program
    assert program.is_relative_to(cache / "actionlint")
    assert (tmp_path / "builds").read_text() == "build\n"


def test_another_pin_of_it_builds_no_other_engine(linted: Path) -> None:
    engine_before, before = engine.cached(linted), actionlint.cached(linted)
    (actionlint.module(linted) / "go.mod").write_text("another pin\n")
    assert actionlint.cached(linted) != before
    assert engine.cached(linted) == engine_before


def test_setup_never_builds_it(linted: Path, tmp_path: Path) -> None:
    command = setup_command(linted)
    command[-1] = command[-1].replace("'runtime'", "'dev', '--without-engine'")
    assert subprocess.run(command, cwd=places.ROOT, timeout=60).returncode == 0
    assert not (tmp_path / "builds").exists()


def test_without_a_network_the_error_names_every_remedy(linted: Path, tmp_path: Path) -> None:
    (tmp_path / "fail").touch()
    with pytest.raises(SetupFailed) as failure:
        actionlint.ensure(linted)
    assert str(failure.value) == (
        f"lint: actionlint {actionlint.VERSION}: could not be got: `go` ended with code 1:\n"
        "    dial tcp: no route to host\n"
        "One of these helps:\n"
        "  - Go 1.26 or newer on PATH, and a network on which the Go module proxy answers"
        " (GOPROXY names another)\n"
        "  - a network on which the Python package registry and the Go module proxy answer:"
        " Go comes from there then\n"
        "  - an actionlint built elsewhere for this platform from this very toolchain/actionlint/:"
        f" put it at {actionlint.cached(linted)}"
    )
    assert not actionlint.cached(linted).parent.exists()


@pytest.mark.parametrize(
    ("finding", "code", "said"), [(False, 0, "no problems"), (True, 1, "problems")], ids=["clean", "finding"]
)
def test_every_workflow_is_checked_and_a_finding_fails_the_lint(
    linted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    finding: bool,
    code: int,
    said: str,
) -> None:
    monkeypatch.setattr(places, "ROOT", linted)
    workflows = linted / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "apply.yml").touch()
    (workflows / "preview.yml").touch()
    built = actionlint.ensure(linted)
    monkeypatch.setattr(actionlint, "ensure", lambda: built)
    if finding:
        (tmp_path / "finding").touch()
    assert actionlint.main() == code
    assert capfd.readouterr().out.endswith(f"Checked 2 workflows: {said}.\n")
    assert (tmp_path / "arguments").read_text().splitlines()[2:] == [
        str(workflows / "apply.yml"),
        str(workflows / "preview.yml"),
    ]
