"""The main job on the real engine: records → preview → apply → read back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leaver.desired import Effect
from tests.e2e.world import NOW, World

PEOPLE = {
    "dana.reyes": {
        "name": "Dana Reyes",
        "title": "Controller",
        "manager": "lee.park",
        "groups": ["finance"],
        # Whoever is the last to hold a role does not lose it by `disabled` alone.
        "roles": ["User Administrator"],
    },
    "lee.park": {"name": "Lee Park", "groups": ["finance", "vpn"], "roles": ["User Administrator"]},
    "sam.okafor": {"name": "Sam Okafor", "groups": ["vpn"]},
}
GROUPS = {
    "finance": {"directory": "entra", "confidential": True},
    "vpn": {"directory": "entra", "membership": "additive"},
}
OKTA_GROUPS = {
    "finance": {"directory": "okta"},
    "vpn": {"directory": "okta", "membership": "additive"},
}


def for_okta(people: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {
        key: {name: value for name, value in record.items() if name != "roles"}
        for key, record in people.items()
    }


@pytest.fixture(params=["entra", "okta"])
def directory(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def deployed(world: World, directory: str) -> None:
    world.register([directory])
    records(world, directory, PEOPLE)
    report = world.apply()
    assert (report.error, report.outcome) == ("", "verified")


def records(world: World, directory: str, people: dict[str, dict[str, object]], **settings: object) -> None:
    if directory == "okta":
        world.write(for_okta(people), OKTA_GROUPS, directories=["okta"], **settings)
    else:
        world.write(people, GROUPS, **settings)


def without(person: str) -> dict[str, dict[str, object]]:
    return {key: dict(record) for key, record in PEOPLE.items() if key != person}


def changed(person: str, **fields: object) -> dict[str, dict[str, object]]:
    return {key: {**record, **(fields if key == person else {})} for key, record in PEOPLE.items()}


def test_a_leaver_is_disabled_and_stripped_and_a_second_run_changes_nothing(
    world: World, directory: str
) -> None:
    deployed(world, directory)
    assert world.members("Finance", directory) == {"dana.reyes", "lee.park"}
    records(world, directory, changed("lee.park", disabled=True))
    report = world.apply()
    assert report.outcome == "verified"
    assert not world.account("lee.park", directory).enabled
    assert world.members("Finance", directory) == {"dana.reyes"}
    assert world.members("Vpn", directory) == {"sam.okafor"}
    again = world.preview()
    assert set(again.steps) == {"same"}
    assert again.changes is not None
    assert again.changes.changes == ()


def test_a_deleted_record_is_kept_disabled_until_its_day_and_then_deleted_with_plain_pulumi(
    world: World, directory: str
) -> None:
    deployed(world, directory)
    records(world, directory, without("sam.okafor"))
    shown = world.pulumi("preview")
    assert "sam.okafor" in shown.output
    assert "disabled, kept until 2026-12-22, then deleted" in shown.output
    assert world.up().code == 0
    assert not world.account("sam.okafor", directory).enabled
    assert world.members("Vpn", directory) == {"lee.park"}
    assert world.up(now=NOW + timedelta(days=29)).code == 0
    assert not world.account("sam.okafor", directory).enabled
    assert world.up(now=NOW + timedelta(days=31)).code == 0
    assert [
        item.username for item in world.live()[directory].accounts.values() if "sam" in item.username
    ] == []


def test_removal_deletes_at_once_where_the_client_chose_so(world: World) -> None:
    world.register()
    world.write(PEOPLE, GROUPS, **{"on removal": "delete"})
    assert world.apply().outcome == "verified"
    world.write(without("sam.okafor"), GROUPS, **{"on removal": "delete"})
    preview = world.preview()
    assert preview.changes is not None
    assert Effect.DELETED in [change.effect for change in preview.changes.changes]
    assert world.apply().outcome == "verified"
    assert all("sam" not in item.username for item in world.live()["entra"].accounts.values())


def test_a_joiner_and_a_mover(world: World, directory: str) -> None:
    deployed(world, directory)
    people = changed("sam.okafor", title="Lead", groups=["finance"])
    people["ira.voss"] = {"name": "Ira Voss", "groups": ["vpn"], "manager": "lee.park"}
    records(world, directory, people)
    preview = world.preview()
    assert preview.changes is not None
    said = {(change.subject, change.effect.value, change.what) for change in preview.changes.changes}
    assert ("ira.voss", "created", "ira.voss@acme.example") in said
    assert ("sam.okafor", "added", "group Finance") in said
    assert ("sam.okafor", "removed", "group Vpn") in said
    assert world.apply().outcome == "verified"
    assert world.members("Vpn", directory) == {"lee.park", "ira.voss"}
    assert world.members("Finance", directory) == {"dana.reyes", "lee.park", "sam.okafor"}


def test_first_passwords_are_secret_in_the_state_never_shown_and_do_not_change(
    world: World, directory: str
) -> None:
    deployed(world, directory)
    exported = world.pulumi("stack", "export", "--show-secrets").output
    again = world.up()
    assert again.code == 0
    assert "unchanged" in again.output
    assert '"password"' in exported
    assert world.pulumi("stack", "export", "--show-secrets").output.count("plaintext") == exported.count(
        "plaintext"
    )
    plain = world.pulumi("stack", "export").output
    assert "ciphertext" in plain
    secrets = {line.strip() for line in exported.splitlines() if '"plaintext"' in line}
    assert secrets
    assert not [line for line in plain.splitlines() if line.strip() in secrets]
