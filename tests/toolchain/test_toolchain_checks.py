"""The lint of committed files and lock files."""

import subprocess
from pathlib import Path

import pytest

from toolchain import checks, places

PYPROJECT = """
[project]
dependencies = ["alpha>=2", "Beta_Two[fast]==1.0"]
[dependency-groups]
dev = ["gamma<4"]
"""
HASHED = "{}=={} \\\n    --hash=sha256:00\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose lock files are in step."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "requirements").mkdir()
    lock(tmp_path, "runtime", alpha="2.1", **{"beta-two[fast]": "1.0"})
    lock(tmp_path, "dev", alpha="2.1", gamma="3.9", **{"beta-two[fast]": "1.0"})
    for name in ("bootstrap", "go"):
        (tmp_path / "requirements" / f"{name}.in").write_text(f"# why\n{name}\n")
        lock(tmp_path, name, **{name: "1"})
    return tmp_path


def lock(root: Path, name: str, **pins: str) -> None:
    places.lock_file(name, root).write_text("".join(HASHED.format(*pin) for pin in pins.items()))


def test_this_project_passes() -> None:
    assert list(checks.locks_out_of_step(places.ROOT)) == []
    assert list(checks.named_registries(checks.committed(places.ROOT))) == []


def test_lock_files_in_step_are_no_problem(project: Path) -> None:
    assert list(checks.locks_out_of_step(project)) == []


def test_a_new_requirement_without_a_pin_is_named(project: Path) -> None:
    lock(project, "dev", alpha="2.1", **{"beta-two": "1.0"})
    assert list(checks.locks_out_of_step(project)) == [
        "requirements/dev.lock: gamma: is required but not pinned. Run make lock."
    ]


def test_a_pin_outside_the_requirement_is_named(project: Path) -> None:
    lock(project, "dev", alpha="2.1", gamma="4.0", **{"beta-two": "1.0"})
    assert list(checks.locks_out_of_step(project)) == [
        "requirements/dev.lock: gamma: is 4.0, but <4 is required. Run make lock."
    ]


def test_tests_on_other_versions_than_users_get_are_named(project: Path) -> None:
    lock(project, "dev", alpha="2.2", gamma="3.9", **{"beta-two": "1.0"})
    assert list(checks.locks_out_of_step(project)) == [
        "requirements/dev.lock: alpha: is 2.2, but 2.1 in runtime.lock: "
        "tests would run on something else. Run make lock."
    ]


def test_a_pin_without_a_hash_is_named(project: Path) -> None:
    places.lock_file("go", project).write_text("go==1\n")
    assert list(checks.locks_out_of_step(project)) == [
        "requirements/go.lock: go: is pinned without a hash. Run make lock."
    ]


@pytest.mark.parametrize(
    "line",
    [
        "pip install --" + "index-url https://packages.acme.example app",
        "uv pip compile --" + "extra-index-url=https://packages.acme.example",
        "https://" + "pypi" + ".org/simple",
        "https://files." + "PythonHosted" + ".org/packages/a",
        "GOPROXY=https://" + "proxy" + ".golang.org",
        "pip install --" + "find-links /wheels app",
    ],
)
def test_a_line_that_names_a_registry_is_a_problem(line: str) -> None:
    [problem] = checks.named_registries([("docs/a.md", f"first\n{line}\n")])
    assert problem.startswith("docs/a.md:2: ")
    assert problem.endswith("Take it out: PIP_INDEX_URL, UV_DEFAULT_INDEX and GOPROXY say it for a machine.")


@pytest.mark.parametrize(
    "line", ["uv --no-emit-index-url", "golang.org/x/net v0.50.0", "the index-url is yours"]
)
def test_other_lines_are_not(line: str) -> None:
    assert list(checks.named_registries([("Makefile", line)])) == []


def test_only_committed_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("committed")
    (tmp_path / "picture").write_bytes(b"\x89PNG\0")
    (tmp_path / "stranger").write_text("not committed")
    for command in (["init", "-q"], ["add", "text", "picture"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert list(checks.committed(tmp_path)) == [("text", "committed")]


def test_every_target_explains_itself() -> None:
    makefile = (places.ROOT / "Makefile").read_text()
    phony = makefile.split(".PHONY:")[1].splitlines()[0].split()
    for target in phony:
        assert f"\n{target}: ## " in makefile
