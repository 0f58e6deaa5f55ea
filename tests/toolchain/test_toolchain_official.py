"""Which `pulumi` of the machine counts."""

import os
from pathlib import Path

import pytest
from toolchain_harness import Program

from toolchain import launchers, official


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v3.259.0", True),
        ("v3.259.1", True),
        ("3.260.0", True),
        ("v4.0.0", True),
        ("v3.300.0-alpha.1+dirty", True),
        ("v3.259.0+build.7", True),
        ("v3.259.0-rc.1", False),
        ("v3.258.9", False),
        ("v3.99.0", False),
        ("v2.400.0", False),
        ("", False),
        ("pulumi 3.300", False),
    ],
)
def test_a_version_is_new_enough_from_3_259_on(version: str, enough: bool) -> None:
    assert official.is_new_enough(version) is enough


def test_without_any_pulumi_nothing_is_found(tmp_path: Path, cache: Path) -> None:
    assert official.find(str(tmp_path)) == official.Found()


def test_a_new_enough_pulumi_with_its_host_beside_it_is_used_as_it_is(program: Program, cache: Path) -> None:
    pulumi = program("pulumi", "echo v3.262.0")
    host = pulumi.with_name(launchers.HOST)
    host.write_text("#!/bin/sh\n")
    host.chmod(0o755)
    assert official.find(str(pulumi.parent)) == official.Found(pulumi, "v3.262.0", usable=True, has_host=True)


def test_a_linked_pulumi_has_the_host_that_lies_beside_what_it_links_to(
    program: Program, tmp_path: Path, cache: Path
) -> None:
    pulumi = program("pulumi", "echo v3.262.0")
    pulumi.with_name(launchers.HOST).symlink_to(pulumi)
    link = tmp_path / "links" / "pulumi"
    link.parent.mkdir()
    link.symlink_to(pulumi)
    assert official.find(str(link.parent)).has_host


def test_a_host_among_the_installed_plugins_counts(
    program: Program, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    pulumi = program("pulumi", "echo v3.262.0")
    assert not official.find(str(pulumi.parent)).has_host
    host = tmp_path / "home" / "plugins" / "language-python-v3.262.0" / launchers.HOST
    host.parent.mkdir(parents=True)
    host.touch()
    assert official.find(str(pulumi.parent)).has_host


def test_a_new_enough_pulumi_without_a_host_is_usable(
    program: Program, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    pulumi = program("pulumi", "echo v3.262.0")
    assert official.find(str(pulumi.parent)) == official.Found(
        pulumi, "v3.262.0", usable=True, has_host=False
    )


def test_an_old_pulumi_is_found_but_not_usable(program: Program, cache: Path) -> None:
    pulumi = program("pulumi", "echo v3.120.0")
    assert official.find(str(pulumi.parent)) == official.Found(pulumi, "v3.120.0", usable=False)


def test_a_pulumi_that_fails_is_not_usable(program: Program, cache: Path) -> None:
    pulumi = program("pulumi", "echo v3.262.0; exit 1")
    assert official.find(str(pulumi.parent)) == official.Found(pulumi, "", usable=False)


def test_what_leaver_put_on_path_itself_is_passed_over(program: Program, cache: Path, clone: Path) -> None:
    engine = cache / "engine" / "v1" / "pulumi"
    engine.parent.mkdir(parents=True)
    engine.write_text("#!/bin/sh\necho v3.259.0\n")
    engine.chmod(0o755)
    launchers.write(engine, own_host=True, root=clone)
    theirs = program("pulumi", "echo v3.120.0")
    path = os.pathsep.join(str(p) for p in (clone / ".venv" / "bin", engine.parent, theirs.parent))
    assert official.find(path).path == theirs


def test_the_version_is_asked_for_without_looking_for_updates(program: Program, cache: Path) -> None:
    pulumi = program("pulumi", 'test "$PULUMI_SKIP_UPDATE_CHECK" = true && echo v3.262.0')
    assert official.find(str(pulumi.parent)).version == "v3.262.0"
