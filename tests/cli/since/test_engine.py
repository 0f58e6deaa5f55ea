"""A plan held against what the engine would do."""

from __future__ import annotations

from tests.cli.since.engine import DRIFT, ENDS, Fake
from tests.cli.since.repository import Repository, Run, disable


def test_with_the_engine_drift_is_pointed_out(repository: Repository, run: Run, engine: Fake) -> None:
    disable(repository)
    engine(ENDS, DRIFT)
    result = run("preview", "--since", "main", "--with-engine")
    assert result.exit_code == 0, result.output
    assert (
        "  the engine would also do:\n"
        "    lee.park in entra: changed job title: Boss → Chief Executive Officer: the record did not change: "
        "the directory differs from it\n"
    ) in result.stdout
    assert "the engine would not do" not in result.stdout


def test_with_the_engine_what_it_does_not_do_is_pointed_out(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    engine()
    result = run("preview", "--since", "main", "--with-engine")
    assert (
        "  the engine would not do:\n"
        "    tomasz.wilk in entra: the records end the access, and the engine has nothing to end: the directory "
        "shows no account, or one that is ended\n"
    ) in result.stdout


def test_an_engine_that_fails_is_told_and_ends_with_its_code(
    repository: Repository, run: Run, engine: Fake
) -> None:
    disable(repository)
    engine().error = "the directory does not answer"
    result = run("preview", "--since", "main", "--with-engine")
    assert result.exit_code == 3
    assert "  acme: the directory does not answer\n" in result.stdout
    assert "  - Tomasz Wilk (tomasz.wilk) leaves with the apply\n" in result.stdout
