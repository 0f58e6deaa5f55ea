"""The made-up clients are valid, of the stated size, and the same at every run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import estates
from leaver import source


def test_a_made_client_is_valid_and_of_the_stated_size(tmp_path: Path) -> None:
    estates.write_client(tmp_path, "acme", 60, 20)
    client = source.load(tmp_path).clients["acme"]
    assert (len(client.people), len(client.groups)) == (60, 20)
    assert {group for person in client.people.values() for group in person.group_keys or ()} == set(
        client.groups
    )


def test_a_record_has_fourteen_lines(tmp_path: Path) -> None:
    estates.write_client(tmp_path, "acme", 40, 20)
    lines = (tmp_path / "identities" / "acme" / "people.yaml").read_text().splitlines()
    # The first line names the list, and the first person has no manager.
    assert len(lines) == 1 + 40 * 14 - 1


def test_the_records_are_the_same_at_every_run(tmp_path: Path) -> None:
    for name in ("first", "second"):
        estates.write_client(tmp_path / name, "acme", 30, 5)
    first, second = (
        (tmp_path / name / "identities" / "acme" / "people.yaml").read_bytes() for name in ("first", "second")
    )
    assert first == second


def test_managers_come_before_their_reports_and_keys_are_unique() -> None:
    seen: set[str] = set()
    for person in estates.people(estates.MOST_PEOPLE, 20):
        assert person.manager is None or person.manager in seen
        assert person.key not in seen
        seen.add(person.key)
    assert len(seen) == estates.MOST_PEOPLE


def test_more_people_than_there_are_names_for_are_refused() -> None:
    with pytest.raises(ValueError, match="choose 1 to 2000"):
        next(estates.people(estates.MOST_PEOPLE + 1, 20))
