"""A release against the sandbox: every client and every directory that lets the person in."""

from __future__ import annotations

from typing import Any

from leaver.actions import Target
from leaver.errors import LeaverError

from .cutting import Cutting, by_directory


def test_a_release_reaches_every_client_that_is_found(cutting: Cutting) -> None:
    person = cutting.person("acme", "blue")
    first = Target(cutting.client(person), person)
    second = Target(cutting.client(person, key="blue"), person)
    told: list[str] = []
    report = cutting.release(first, lambda: [second], tried=lambda: told.append("once"))
    assert report.verified
    assert [each.client for each in report.cuts] == ["acme", "blue"]
    assert cutting.is_out(person, "acme")
    assert cutting.is_out(person, "blue")
    assert told == ["once"]


def test_a_release_finds_the_account_that_the_record_does_not_name(cutting: Cutting) -> None:
    person = cutting.person()
    client = cutting.client(person, record={"accounts": ["okta"]})
    report = cutting.release(Target(client, person))
    assert report.verified
    found = by_directory(report.cuts[0])
    assert found["entra"].notes[0].startswith("The record does not name this directory")
    assert found["okta"].notes == ()
    assert cutting.is_out(person)


def test_a_release_does_not_miss_an_account_that_nobody_expects(cutting: Cutting) -> None:
    person = cutting.person(entra=False)
    client = cutting.client(person, record={"accounts": ["okta"]})
    report = cutting.release(Target(client, person))
    assert report.verified
    assert list(by_directory(report.cuts[0])) == ["okta"]


def test_a_search_that_fails_stops_no_cut_and_is_no_success(cutting: Cutting) -> None:
    person = cutting.person()

    def others() -> list[Target]:
        raise OSError("the disk is gone")

    told: list[str] = []
    first = Target(cutting.client(person), person)
    report = cutting.release(first, others, tried=lambda: told.append("once"))
    assert report.unsearched == "the disk is gone"
    assert report.cuts[0].verified
    assert not report.verified
    assert told == ["once"]


def test_credentials_that_are_missing_in_one_directory_stop_no_other(cutting: Cutting) -> None:
    person = cutting.person()

    def open_directory(client: Any, name: str) -> Any:
        if name == "entra":
            raise LeaverError("acme/entra: credentials: none are set. Set them.")
        return cutting.open(client, name)

    report = cutting.release(Target(cutting.client(person), person), open_directory=open_directory)
    found = by_directory(report.cuts[0])
    assert found["okta"].result == "cut"
    assert found["entra"].why == "acme/entra: credentials: none are set. Set them."
    assert report.failed
