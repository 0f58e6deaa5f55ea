"""`leaver reinstate` and direct licences: those of client.yaml by the record, the rest by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leaver.evidence import Entry, Kind, open_store
from tests.cli.conftest import Run
from tests.cli.test_reinstate import CLIENT, IMAGES, NOW, PEOPLE, root
from tests.cli.test_reinstate_gone import commit, proposed, pushed

__all__ = ["pushed", "root"]

CATALOGUE = CLIENT + (
    "licences:\n"
    "  m365-e3: {sku: spe_e3, directory: entra}\n"
    "  teams: {sku: 710779e8-3d4a-4c88-adb9-386c958d1fdf, directory: entra}\n"
)
DIRECT = {
    "direct": ["SPE_E3", "VISIOCLIENT"],
    "inherited": [{"name": "SPB", "group": "g"}],
    "frees": {"SPE_E3": 1},
}
RECORD = "    name: Dana Reyes\n"


@pytest.fixture(autouse=True)
def image(root: Path) -> None:
    """A later image of Entra than the others' has licences and a usage location."""
    has: dict[str, Any] = {**IMAGES["entra"], "licences": DIRECT, "attributes": {"usageLocation": "US"}}
    with open_store(root / ".leaver") as store:
        store.append(
            Entry(
                kind=Kind.BEFORE,
                client="acme",
                at=NOW,
                person="dana.reyes",
                directory="entra",
                seen={"has": has},
            )
        )


def told(run: Run, *words: str) -> dict[str, Any]:
    result = run("reinstate", "acme", "dana.reyes", "--json", *words)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_those_of_the_catalogue_are_asked_for_with_the_usage_location_and_the_rest_is_listed(
    run: Run, root: Path
) -> None:
    commit(root, "A catalogue", client=CATALOGUE)
    said = told(run)
    assert said["licences"] == ["m365-e3"]
    assert [each for each in said["by_hand"] if "licence" in each] == ["entra: licences: VISIOCLIENT"]
    made = proposed(root)
    assert "    licences: [m365-e3]\n" in made
    assert "    usage location: US\n" in made


def test_what_the_record_named_stays_and_its_own_usage_location_too(run: Run, root: Path) -> None:
    stated = RECORD + "    usage location: GB\n    licences: [teams]\n"
    commit(root, "A catalogue", client=CATALOGUE, people=PEOPLE.replace(RECORD, stated))
    told(run)
    made = proposed(root)
    assert "    usage location: GB\n    licences: [teams, m365-e3]\n" in made


def test_without_a_catalogue_all_of_them_are_listed(run: Run, root: Path) -> None:
    said = told(run)
    assert said["licences"] == []
    assert "entra: licences: SPE_E3, VISIOCLIENT" in said["by_hand"]
    assert "licences" not in proposed(root)


def test_a_new_record_asks_for_them_too(run: Run, root: Path) -> None:
    commit(root, "A catalogue", client=CATALOGUE)
    told(run, "--as", "dana.two", "--starts", "2026-12-01 09:00")
    made = proposed(root, "leaver/rehire-acme-dana.two").removeprefix(PEOPLE)
    assert "    licences: [m365-e3]\n" in made
    assert made.count("usage location: US") == 1


def test_a_record_that_is_gone_comes_back_without_licences_that_are_no_more(run: Run, root: Path) -> None:
    stated = RECORD + "    usage location: GB\n    licences: [visio, teams]\n"
    catalogue = CATALOGUE + "  visio: {sku: VISIO_PLAN2_DEPT, directory: entra}\n"
    commit(root, "They work here", client=catalogue, people=PEOPLE.replace(RECORD, stated))
    commit(root, "Dana left", people="people:\n  lee.park: {name: Lee Park}\n", client=CATALOGUE)
    said = told(run)
    assert "licence visio, which client.yaml no longer has" in said["by_hand"]
    assert "    licences: [teams, m365-e3]\n" in proposed(root)
