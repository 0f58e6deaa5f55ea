"""`leaver reinstate` where a rehire gets new accounts: a new key, and the old record stays ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leaver.evidence import Entry, Kind, Outcome, open_store
from tests.cli.conftest import Run
from tests.cli.test_reinstate import CLIENT, IMAGES, NOW, PEOPLE, branches, git, pushed, root, words
from tests.cli.test_reinstate_gone import AFTER, commit, proposed

__all__ = ["pushed", "root"]

NEW = CLIENT + "rehire: new\n"
STARTS = ("--starts", "2026-12-01 09:00")
BRANCH = "leaver/rehire-acme-dana.reyes2"
LEFT = """\
people:
  lee.park: {name: Lee Park}
  dana.reyes:  # the controller
    name: Dana Reyes
    username: d.reyes@acme.example
    usernames: {okta: dreyes@shop.acme.example}
    title: Controller
    manager: lee.park
    accounts: [entra, okta]
    groups: [finance, {group: wiki, until: 2026-12-31 18:00}]
    nda: {signed: 2024-03-01, document: NDA-17}
    departure: {at: 2026-11-18 17:00}
"""


def test_the_new_record_has_what_lasted_and_the_old_one_stays_as_it_is(run: Run, root: Path) -> None:
    commit(root, "A rehire gets new accounts", client=NEW, people=LEFT)
    result = run("reinstate", "acme", "dana.reyes", *STARTS, "--reason", "HR-88")
    assert result.exit_code == 0, result.output
    assert proposed(root, BRANCH) == LEFT + (
        "  dana.reyes2:\n"
        "    name: Dana Reyes\n"
        "    starts: 2026-12-01 09:00\n"
        "    title: Controller\n"
        "    manager: lee.park\n"
        "    accounts: [entra, okta]\n"
        "    username: dana.reyes2@acme.example\n"
        "    usernames:\n"
        "      okta: dana.reyes2@shop.acme.example\n"
        "    groups: [finance, board]\n"
        "    roles: [Reports Reader]\n"
    )
    assert git(root, "log", "-1", "--format=%s%n%b", BRANCH).splitlines() == [
        "Rehire dana.reyes as dana.reyes2 at acme",
        "Proposed by: Kim <kim@msp.example>",
        "Reason: HR-88",
        "",
        "Not given by the record:",
        "- entra: group Skiing, which no record manages",
        "- entra: sign in methods: password, phone (mobile)",
        "- wiki, which was for a time",
        "- the agreement NDA-17, which is of the old record: one is to be signed anew",
    ]
    git(root, "merge", "-q", BRANCH)
    checked = run("check")
    assert checked.exit_code == 0, checked.output


def test_the_evidence_has_the_word_and_it_does_not_give_the_old_access_back(run: Run, root: Path) -> None:
    commit(root, "A rehire gets new accounts", client=NEW)
    assert run("reinstate", "acme", "dana.reyes", *STARTS, "--operator", "Ana").exit_code == 0
    (word,) = words(root)
    assert (word.step, word.person, word.outcome, word.asked_by) == (
        "rehire",
        "dana.reyes",
        Outcome.DONE,
        "Ana",
    )
    assert (word.seen["branch"], word.seen["as"]) == (BRANCH, "dana.reyes2")


def test_a_key_that_anybody_ever_had_is_not_proposed_again(run: Run, root: Path) -> None:
    second = "  dana.reyes2: {name: Another Dana}\n"
    commit(root, "A second Dana", client=NEW, people=PEOPLE + second)
    commit(root, "who left", people=PEOPLE)
    told = json.loads(run("reinstate", "acme", "dana.reyes", *STARTS, "--json").output)
    assert (told["record"], told["rehire"], told["branch"]) == (
        "dana.reyes3",
        "new",
        "leaver/rehire-acme-dana.reyes3",
    )


def test_a_new_record_may_be_asked_for_where_the_client_restores(run: Run, root: Path) -> None:
    words = ("--as", "dana.reyes-silva", *STARTS)
    assert run("reinstate", "acme", "dana.reyes", *words).exit_code == 0
    shown = proposed(root, "leaver/rehire-acme-dana.reyes-silva")
    assert shown.startswith(PEOPLE)
    assert "  dana.reyes-silva:\n    name: Dana Reyes\n    starts: 2026-12-01 09:00\n" in shown
    assert "reinstate" not in shown


def test_what_the_old_account_showed_of_the_work_is_taken_where_the_record_said_nothing(
    run: Run, root: Path
) -> None:
    shown = {"jobTitle": "Controller", "country": "United States", "usageLocation": "US", "mobilePhone": "+1"}
    later = {"has": {**IMAGES["entra"], "attributes": shown}}
    with open_store(root / ".leaver") as store:
        store.append(
            Entry(kind=Kind.BEFORE, client="acme", at=NOW, person="dana.reyes", directory="entra", seen=later)
        )
    assert run("reinstate", "acme", "dana.reyes", "--as", "dana.two", *STARTS).exit_code == 0
    made = proposed(root, "leaver/rehire-acme-dana.two").removeprefix(PEOPLE)
    assert "    title: Controller\n    usage location: US\n" in made
    assert "United States" not in made
    assert "mobile" not in made


def test_a_record_that_is_gone_is_the_pattern_of_the_new_one_and_stays_gone(run: Run, root: Path) -> None:
    commit(root, "Dana's record goes", client=NEW, people=AFTER)
    assert run("reinstate", "acme", "dana.reyes", *STARTS).exit_code == 0
    assert proposed(root, BRANCH) == AFTER + (
        "  dana.reyes2:\n"
        "    name: Dana Reyes\n"
        "    starts: 2026-12-01 09:00\n"
        "    groups: [finance, board, wiki]\n"
        "    roles: [Reports Reader]\n"
    )


@pytest.mark.parametrize(
    ("client", "words", "said"),
    [
        (NEW, (), "gets new accounts. Say from when: --starts '2026-12-01 09:00'."),
        (CLIENT, STARTS, "gets the same accounts back, with the apply. Leave --starts out, or add --as KEY."),
    ],
)
def test_when_new_accounts_start_is_asked_and_only_then(
    run: Run, root: Path, client: str, words: tuple[str, ...], said: str
) -> None:
    commit(root, "Policy", client=client + "on call: kim@msp.example\n")
    result = run("reinstate", "acme", "dana.reyes", *words)
    assert (result.exit_code, result.output) == (2, f'acme: person "dana.reyes": {said}\n')


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--as", "Dana Two", *STARTS),
            '--as: "Dana Two" is not a key. Write at most 64 lower-case letters, digits, dots and hyphens.',
        ),
        (
            ("--as", "lee.park", *STARTS),
            '--as: "lee.park" is or was the key of somebody at acme, and no key is given twice. Choose another.',
        ),
        (
            ("--as", "dana.two", "--starts", "soon"),
            'person "dana.two": `starts` "soon" is not a moment. Write date and time, '
            'such as "2026-11-27 17:00"; relative words are refused.',
        ),
    ],
)
def test_a_new_record_that_cannot_be_is_refused(
    run: Run, root: Path, words: tuple[str, ...], said: str
) -> None:
    result = run("reinstate", "acme", "dana.reyes", *words)
    assert (result.exit_code, result.output) == (2, f"{said}\n")
    assert branches(root) == ["main"]
