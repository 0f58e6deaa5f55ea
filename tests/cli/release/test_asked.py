"""What the words are asked with: a terminal that agrees, people and clients that exist."""

from __future__ import annotations

import pytest

from tests.cli.release.office import PEOPLE, Office, Run


def test_without_yes_and_a_terminal_nothing_happens(office: Office, run: Run) -> None:
    result = run("release", "acme", "dana.reyes")
    assert result.exit_code == 2
    assert result.stderr == "release: there is nobody to ask. Add --yes.\n"
    assert office.gets_in("dana.reyes") == ["entra", "okta"]


@pytest.mark.parametrize(("said", "code", "left"), [("n\n", 1, ["entra", "okta"]), ("y\n", 0, [])])
def test_on_a_terminal_it_asks_once_and_names_everything(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch, said: str, code: int, left: list[str]
) -> None:
    import leaver.cli.release as module

    office.write("blue", "people:\n  dana: {username: dana.reyes@acme.example, accounts: [okta]}\n")
    office.account("blue", "okta", "dana.reyes")
    monkeypatch.setattr(module, "_is_terminal", lambda: True)
    result = run("release", "acme", "dana.reyes", input=said)
    assert result.exit_code == code, result.output
    assert result.output.count("?") == 1
    assert (
        "End all access of Dana Reyes (dana.reyes@acme.example) now, "
        "in acme/entra, acme/okta, blue/okta? [y/N]"
    ) in result.output
    assert office.gets_in("dana.reyes") == left


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("release", "acmee", "dana.reyes", "--yes"), 'no client "acmee"'),
        (("release", "acme", "dana.reyez", "--yes"), 'acme: no person "dana.reyez"'),
        (("hold", "acme", "sam.okafor"), 'person "sam.okafor": has no departure to hold'),
        (("hold", "acme", "dana.reyes@acme.example"), "is a username"),
        (("cancel", "acme", "sam.okafor"), 'person "sam.okafor": has no departure to cancel'),
        (("hold", "acme", "dana.reyes", "--expires", "soon"), "soon"),
        (("hold", "acme", "dana.reyes", "--owner", "nobody.here"), "nobody.here"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    office: Office, run: Run, arguments: tuple[str, ...], said: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert office.people == PEOPLE
