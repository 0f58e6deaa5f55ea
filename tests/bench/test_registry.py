"""Which benchmarks there are, and how they are called."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bench import __main__ as command
from bench import registry
from bench.tree import CommandFailed


def test_the_benchmarks_of_this_project_are_found_by_their_names() -> None:
    assert {"records", "preview", "growth", "apply"} <= registry.find().keys()


def test_the_program_to_compare_with_is_no_benchmark_and_is_not_run() -> None:
    assert "handwritten" not in registry.find()


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Sequence[str]]]:
    calls: list[tuple[str, Sequence[str]]] = []

    def benchmark(name: str, code: int | None) -> registry.Benchmark:
        def run(argv: Sequence[str]) -> int | None:
            calls.append((name, argv))
            return code

        return run

    def fails(argv: Sequence[str]) -> int:
        raise CommandFailed("pulumi preview: exit code 255")

    monkeypatch.setattr(
        command,
        "find",
        lambda: {"fast": benchmark("fast", None), "slow": benchmark("slow", 1), "stuck": fails},
    )
    return calls


def test_a_benchmark_gets_the_options_that_follow_its_name(called: list[tuple[str, Sequence[str]]]) -> None:
    assert command.main(["fast", "--people", "5"]) == 0
    assert called == [("fast", ["--people", "5"])]


def test_a_missed_target_is_the_exit_code_and_stops_no_other_benchmark(
    called: list[tuple[str, Sequence[str]]],
) -> None:
    assert command.main(["slow", "fast"]) == 1
    assert [name for name, _ in called] == ["slow", "fast"]


def test_a_benchmark_that_fails_is_reported_and_stops_no_other(
    called: list[tuple[str, Sequence[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([]) == 1
    assert [name for name, _ in called] == ["fast", "slow"]
    assert "stuck: pulumi preview: exit code 255" in capsys.readouterr().out


@pytest.mark.parametrize("argv", [["quick"], ["--people", "5"], ["fast", "slow", "--people", "5"]])
def test_unknown_names_and_options_for_more_than_one_are_refused(
    argv: list[str], called: list[tuple[str, Sequence[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(argv) == 2
    assert "Benchmarks: fast, slow, stuck" in capsys.readouterr().out
    assert called == []
