"""Break-glass accounts: no cut touches one, whoever asks, and it says what to do instead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leaver.actions import Target
from leaver.model import Client, Protected

from .cutting import Cutting


def protecting(client: Client, *accounts: str) -> Client:
    settings = client.settings.model_copy(update={"protected": Protected(accounts=accounts)})
    return replace(client, settings=settings)


def enabled(cutting: Cutting, person: str) -> bool:
    return not cutting.is_out(person)


@pytest.mark.parametrize("form", ["{}", "{}@acme.example", "{}@ACME.example"])
def test_a_break_glass_account_is_not_cut_by_key_or_username(cutting: Cutting, form: str) -> None:
    person = cutting.person()
    report = cutting.cut(protecting(cutting.client(person), form.format(person)), person)
    assert [each.result for each in report.cuts] == ["protected", "protected"]
    assert (report.verified, report.failed) == (False, False)
    assert enabled(cutting, person)
    entra = report.cuts[0]
    assert entra.why == "it is a break-glass account (`protected.accounts`), which Leaver never cuts"
    assert entra.notes[0] == (
        "If it must be: take it out of `protected.accounts` in identities/acme/client.yaml, merge that, and "
        "release it again."
    )
    assert "entra.microsoft.com" in entra.notes[1]


def test_somebody_else_of_the_client_is_cut_as_ever(cutting: Cutting) -> None:
    person = cutting.person()
    report = cutting.cut(protecting(cutting.client(person), "break.glass@acme.example"), person)
    assert report.verified
    assert cutting.is_out(person)


def test_a_break_glass_account_is_refused_by_its_username_when_no_record_has_it(cutting: Cutting) -> None:
    person = cutting.person()
    username = f"{person}@acme.example"
    client = protecting(cutting.client(username, record={"username": username}), person)
    report = cutting.cut(client, username)
    assert {each.result for each in report.cuts} == {"protected"}
    assert enabled(cutting, person)


@pytest.mark.parametrize("where", ["first", "other"])
def test_a_release_spares_it_at_every_client(cutting: Cutting, where: str) -> None:
    person = cutting.person("acme", "blue")
    acme, blue = cutting.client(person), cutting.client(person, key="blue")
    username = f"{person}@acme.example"
    if where == "first":
        acme = protecting(acme, username)
    else:
        blue = protecting(blue, username)
    report = cutting.release(Target(acme, person), lambda: [Target(blue, person)])
    results: dict[str, set[Any]] = {cut.client: {each.result for each in cut.cuts} for cut in report.cuts}
    expected = {"acme": {"protected"}, "blue": {"protected"}}
    assert results == (expected if where == "first" else {"acme": {"cut"}, "blue": {"protected"}})
    assert not report.verified
