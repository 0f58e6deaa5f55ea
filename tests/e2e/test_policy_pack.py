"""The policy pack on the real engine, as `pulumi preview --policy-pack policies` runs it."""

from __future__ import annotations

import shutil
from typing import Any

from tests.e2e.world import PROJECT, World

NDA = {"signed": "2024-03-01", "document": "N-17"}
GROUPS = {
    "finance": {"directory": "entra", "confidential": True},
    "vpn": {"directory": "entra", "membership": "additive", "nda": "required"},
}
PACK = ("--policy-pack", "policies")


def people(**nda: Any) -> dict[str, Any]:
    return {
        "lee.park": {"name": "Lee Park", "groups": ["finance"], "nda": dict(NDA)},
        "dana.reyes": {"name": "Dana Reyes", "manager": "lee.park", "groups": ["finance", "vpn"], **nda},
    }


def test_the_pack_lets_good_records_pass_and_stops_bad_ones(world: World) -> None:
    shutil.copytree(PROJECT / "policies", world.root / "policies")
    world.register()
    world.write(people(nda=dict(NDA)), GROUPS)
    world.init()

    made = world.up(*PACK)
    assert made.code == 0, made.output
    assert "has-start" in made.output, "advisories are shown"
    assert "[mandatory]" not in made.output
    assert world.members("Finance") == {"lee.park", "dana.reyes"}

    world.write(people(), GROUPS, policies={"has-start": "disabled"})
    stopped = world.pulumi("preview", *PACK)
    assert stopped.code != 0
    said = " ".join(stopped.output.split())
    assert 'person "dana.reyes": needs a signed NDA for group "finance", group "vpn", and has none' in said
    assert "identities/acme/people.yaml:" in said
    assert "has-start" not in said, "the client's levels are in force"
