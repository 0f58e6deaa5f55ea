"""`python -m toolchain.checks`: what `make lint` asks of the committed files beyond style and types."""

import itertools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from toolchain import places

# Escaped dots keep this file from finding itself.
_REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|(?:proxy|sum)\.golang\.org|registry\.npmjs\.org|crates\.io"
    r"|repo1?\.maven\.|deb\.debian\.org|--(?:extra-)?index-url\b|--(?:find-links)\b",
    re.IGNORECASE,
)
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)")


def main() -> int:
    """Prints every problem, sorted; 0 when there is none."""
    problems = sorted([*named_registries(committed(places.ROOT)), *locks_out_of_step(places.ROOT)])
    sys.stdout.writelines(f"{problem}\n" for problem in problems)
    sys.stdout.write(f"Checked committed files and lock files: {len(problems) or 'no'} problems.\n")
    return 1 if problems else 0


def committed(root: Path) -> Iterator[tuple[str, str]]:
    """Every text file that git tracks, as its path and its text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0"):
        path = root / name
        if name and path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode(errors="replace")


def named_registries(files: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A problem for each line that names where packages come from: that is for each machine to say."""
    for name, text in files:
        for number, line in enumerate(text.splitlines(), 1):
            if match := _REGISTRY.search(line):
                yield (
                    f"{name}:{number}: {match.group()!r}: names a package registry. "
                    "Take it out: PIP_INDEX_URL, UV_DEFAULT_INDEX and GOPROXY say it for a machine."
                )


def locks_out_of_step(root: Path) -> Iterator[str]:
    """A problem for each requirement that its lock file does not meet, and each pin without a hash."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    runtime = [Requirement(text) for text in project["project"]["dependencies"]]
    development = [Requirement(text) for text in project["dependency-groups"]["dev"]]
    wanted = {
        "runtime": runtime,
        "dev": runtime + development,
        "bootstrap": _requirements(root, "bootstrap"),
        "go": _requirements(root, "go"),
    }
    pins = {name: dict(_pins(places.lock_file(name, root))) for name in wanted}
    for name, requirements in wanted.items():
        for requirement in requirements:
            yield from _unmet(requirement, pins[name], f"requirements/{name}.lock")
        yield from _unhashed(places.lock_file(name, root))
    for package, version in pins["runtime"].items():
        if pins["dev"].get(package) != version:
            other = pins["dev"].get(package, "missing")
            yield (
                f"requirements/dev.lock: {package}: is {other}, but {version} in runtime.lock: "
                "tests would run on something else. Run make lock."
            )


def _requirements(root: Path, name: str) -> list[Requirement]:
    lines = places.lock_file(name, root).with_suffix(".in").read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def _pins(lock: Path) -> Iterator[tuple[str, Version]]:
    for line in lock.read_text().splitlines():
        if match := _PIN.match(line):
            yield canonicalize_name(match[1]), Version(match[2])


def _unmet(requirement: Requirement, pins: dict[str, Version], place: str) -> Iterator[str]:
    version = pins.get(canonicalize_name(requirement.name))
    if version is None:
        yield f"{place}: {requirement.name}: is required but not pinned. Run make lock."
    elif not requirement.specifier.contains(version, prereleases=True):
        yield f"{place}: {requirement.name}: is {version}, but {requirement.specifier} is required. Run make lock."


def _unhashed(lock: Path) -> Iterator[str]:
    lines = [*lock.read_text().splitlines(), ""]
    for line, following in itertools.pairwise(lines):
        if (match := _PIN.match(line)) and "--hash=sha256:" not in following:
            yield f"requirements/{lock.name}: {match[1]}: is pinned without a hash. Run make lock."


if __name__ == "__main__":
    sys.exit(main())
