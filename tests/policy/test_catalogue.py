"""The list of policies, their levels at a client, and what holds for all of them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from leaver import policy
from leaver.desired import Memory, desired
from leaver.errors import RecordsError
from leaver.model import Client, Level
from leaver.policy import DeclaredAccount, DeclaredGroup, Resources
from leaver.source import load
from tests.examples import examples
from tests.policy.project import NOW, estate
from tests.strategies import as_yaml, clients, instants


def test_every_policy_says_what_it_is() -> None:
    assert len(policy.NAMES) == len(policy.POLICIES)
    for each in policy.POLICIES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", each.name)
        assert each.level is not Level.DISABLED
        assert any(re.fullmatch(r"CIS \d{1,2}\.\d{1,2}", control) for control in each.controls), each.name
        assert any(re.fullmatch(r"NIST [A-Z]{2}-\d+(\(\d+\))?", control) for control in each.controls)
        assert each.requires.endswith(".")
        assert each.remedy.endswith(".")
        assert any((each.on_records, each.on_resources, each.on_sign_ins, each.on_authors))


def test_an_unknown_policy_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(RecordsError) as refused:
        estate(tmp_path, client="policies: {signed-ndas: disabled}")
    assert str(refused.value) == (
        'identities/acme/client.yaml:5:25: client "acme": policy "signed-ndas" is not known. '
        'Correct it to "signed-nda", or remove it.'
    )


def test_an_unknown_level_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match=r'is "off". Write "advisory", "mandatory" or "disabled".'):
        estate(tmp_path, client="policies: {signed-nda: off}")


@pytest.mark.parametrize("level", list(Level))
def test_a_client_sets_the_level_of_each_policy(level: Level, tmp_path: Path) -> None:
    lines = "".join(f"  {name}: {level}\n" for name in policy.NAMES)
    acme = estate(tmp_path, client=f"policies:\n{lines}").clients["acme"]
    assert {policy.level_of(acme, each) for each in policy.POLICIES} == {level}


@examples(80)
@given(st.data())
def test_no_policy_stumbles_over_any_valid_client(data: st.DataObject) -> None:
    client: Client = data.draw(clients())
    now: datetime = data.draw(instants(client))
    wanted = desired(client, now, Memory())
    accounts = {
        key: DeclaredAccount(f"urn:{key}", enabled=each.enabled, protected=True)
        for key, each in wanted.accounts.items()
    }
    groups = {key: DeclaredGroup(f"urn:{key}", frozenset()) for key in wanted.groups}
    for each in policy.on_records(client, now):
        assert (
            each.found.path[0]
            in (client.people, client.groups, {"on removal": 0})[
                ("people", "groups", "client").index(each.found.file)
            ]
        )
        assert str(each).isprintable()
    assert list(policy.on_resources(client, now, Resources(accounts, groups, Memory()))) == []


@examples(25, HealthCheck.function_scoped_fixture)
@given(client=clients())
def test_every_violation_has_a_line(client: Client, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("project")
    folder = root / "identities" / "acme"
    folder.mkdir(parents=True)
    for name, text in as_yaml(client).items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = load(root)
    for each in policy.on_records(found.clients["acme"], NOW):
        assert found.place("acme", each.found.file, *each.found.path).line > 0
