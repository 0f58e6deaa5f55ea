"""Renames between two states of the records: kept when they are named, refused when they are not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leaver.desired import Memory, Remembered, desired
from leaver.limits import losses, renames, unnamed_renames
from tests.estates import NOW, client

DANA: dict[str, Any] = {"name": "Dana Reyes", "username": "dana@acme.example"}
KEPT = "If it is the same person, write `was: dana.reyes` in the record, and the account is kept; if not, "


def memory(*keys: tuple[str, str]) -> Memory:
    return Memory({key: Remembered(f"id-{key}", f"{key[0]}@acme.example", True) for key in keys})


def test_a_person_who_was_somebody_else_keeps_what_they_had() -> None:
    before = desired(client({"dana.reyes": {"groups": ["team"]}}, {"team": {"directory": "entra"}}), NOW)
    renamed = client(
        {"dana.smith": {"was": "dana.reyes", "groups": ["team"]}}, {"team": {"directory": "entra"}}
    )
    assert losses(before, desired(renamed, NOW), {"dana.reyes": "dana.smith"}) == ()
    assert {loss.person for loss in losses(before, desired(renamed, NOW))} == {"dana.reyes"}


def test_what_a_renamed_person_loses_is_still_a_loss() -> None:
    before = desired(client({"dana.reyes": {"groups": ["team"]}}, {"team": {"directory": "entra"}}), NOW)
    after = client({"dana.smith": {"was": "dana.reyes", "groups": []}}, {"team": {"directory": "entra"}})
    lost = losses(before, desired(after, NOW), {"dana.reyes": "dana.smith"})
    assert [(loss.person, loss.what) for loss in lost] == [("dana.smith", "group Team")]


def test_renames_are_those_that_the_records_name() -> None:
    made = client({"dana.smith": {"was": "dana.reyes"}, "lee.park": {}})
    assert renames(made, memory(("dana.reyes", "entra"))) == {"dana.reyes": "dana.smith"}
    assert renames(client({"dana.smith": {}}), memory(("dana.reyes", "entra"))) == {}


def test_two_accounts_of_one_directory_do_not_become_one() -> None:
    made = client({"dana.smith": {"was": "dana.reyes"}})
    assert renames(made, memory(("dana.reyes", "entra"), ("dana.smith", "entra"))) == {}
    half = memory(("dana.reyes", "okta"), ("dana.smith", "entra"))
    assert renames(made, half) == {"dana.reyes": "dana.smith"}, "a rename that was killed half-way"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            {**DANA, "name": "Dana Smith"},
            'person "dana.smith": has the username dana@acme.example in entra, as "dana.reyes" did, whose record is '
            f"gone. {KEPT}choose another username.",
        ),
        (
            {"name": "dana reyes"},
            'person "dana.smith": is called "dana reyes", as "dana.reyes" did, whose record is gone. '
            f"{KEPT}let the removal be applied first.",
        ),
    ],
)
def test_a_rename_that_no_record_names_is_refused_with_the_line_to_write(
    record: dict[str, Any], said: str
) -> None:
    before = client({"dana.reyes": DANA})
    assert [str(each) for each in unnamed_renames(before, client({"dana.smith": record}))] == [said]
    assert unnamed_renames(before, client({"dana.smith": {**record, "was": "dana.reyes"}})) == []


def test_people_who_come_and_go_are_no_rename() -> None:
    before = client({"dana.reyes": DANA, "lee.park": {"name": "Lee Park"}})
    assert unnamed_renames(before, client({"dana.reyes": DANA, "ira.voss": {"name": "Ira Voss"}})) == []
    assert unnamed_renames(before, client({**{"dana.reyes": DANA}, "lee": {"name": "Dana Reyes"}})) == []


def test_moments_have_no_part_in_it() -> None:
    left = client({"dana.reyes": {**DANA, "until": datetime(2020, 1, 1, tzinfo=UTC)}})
    assert len(unnamed_renames(left, client({"dana.smith": DANA}))) == 1
