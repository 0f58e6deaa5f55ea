"""The real engine with the okta stand-in on the sandbox: what a stack sees from its first day to its last."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint

automation = pytest.importorskip("pulumi.automation")

NOW = datetime(2026, 11, 22, 14, 0, 0, tzinfo=UTC)
SCRIPTS = Path(sys.executable).parent
ENGINE = shutil.which("pulumi", path=f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(ENGINE is None, reason="no pulumi here; `make test` gets one"),
    pytest.mark.timeout(300),
]

LAUNCHER = """#!{python}
import sys
sys.path.insert(0, {root!r})
from leaver.providers.okta import main
sys.exit(main())
"""


@dataclass
class World:
    """What the program declares, and the org that it is about."""

    box: Endpoint
    token: str
    stack: Any
    people: dict[str, dict[str, Any]]
    members: list[str]
    state: Path

    def org(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"SSWS {self.token}"}
        answer = httpx.request(
            method, f"{self.box.http}/api/v1{path}", headers=headers, trust_env=False, **more
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def user(self, name: str) -> Any:
        return self.org("GET", f"/users/{name}@acme.example")

    def changes(self, **options: Any) -> dict[str, int]:
        """What an up would do, without the resources that stay the same."""
        found = self.stack.preview(**options).change_summary
        return {str(getattr(key, "value", key)): n for key, n in found.items() if str(key) != "same"}

    def state_text(self) -> str:
        """The state as it lies on the disk."""
        [found] = self.state.glob(".pulumi/stacks/*/dev.json")
        return found.read_text()


def _program(world: World) -> Callable[[], None]:
    def declare() -> None:
        import pulumi
        import pulumi_okta as okta

        org = okta.Provider("org", api_token=world.token, http_proxy=world.box.http, org_name="acme")
        on_org = pulumi.ResourceOptions(provider=org)
        users = {
            name: okta.user.User(
                name,
                first_name=name.title(),
                last_name="Reyes",
                login=f"{name}@acme.example",
                email=f"{name}@acme.example",
                password=pulumi.Output.secret("Correct-Horse-7"),
                opts=on_org,
                **given,
            )
            for name, given in world.people.items()
        }
        finance = okta.group.Group("finance", name="finance", opts=on_org)
        okta.GroupMemberships(
            "finance",
            group_id=finance.id,
            users=[users[name].id for name in world.members],
            track_all_users=True,
            opts=on_org,
        )

    return declare


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    assert ENGINE is not None
    tools = tmp_path / "bin"
    tools.mkdir()
    launcher = tools / "pulumi-resource-okta"
    launcher.write_text(LAUNCHER.format(python=sys.executable, root=str(Path(__file__).parents[2])))
    launcher.chmod(0o755)
    environment = {
        "PATH": os.pathsep.join([str(tools), str(Path(ENGINE).parent), os.environ.get("PATH", "")]),
        "LEAVER_STAND_INS": "always",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
    }
    (tmp_path / "state").mkdir()
    with pytest.MonkeyPatch.context() as patch, running_sandbox(tmp_path / "sandbox", lambda: NOW) as box:
        for name, value in environment.items():
            patch.setenv(name, value)
        token = box.register("acme", "okta", "okta", "acme", ["acme.example"])["api_token"]
        found = World(
            box,
            token,
            None,
            {"dana": {"title": "Controller"}, "sam": {}},
            ["dana", "sam"],
            tmp_path / "state",
        )
        found.stack = automation.create_or_select_stack("dev", "okta-stand-in", _program(found))
        yield found


def test_a_stack_from_its_first_day_to_its_last(world: World) -> None:
    world.stack.up()
    assert world.changes() == {}
    assert world.changes(refresh=True) == {}
    assert sorted(
        user["profile"]["login"] for user in world.org("GET", f"/groups/{_finance(world)}/users")
    ) == [
        "dana@acme.example",
        "sam@acme.example",
    ]

    world.people["dana"] = {"title": "Controller", "status": "SUSPENDED"}
    world.members = ["sam"]
    assert world.changes() == {"update": 2}
    world.stack.up()
    assert world.user("dana")["status"] == "SUSPENDED"
    assert [user["id"] for user in world.org("GET", f"/groups/{_finance(world)}/users")] == [
        world.user("sam")["id"]
    ]
    assert world.changes(refresh=True) == {}

    world.stack.destroy()
    assert world.org("GET", "/users?search=profile.login%20sw%20%22dana%22") == []


def test_an_apply_after_a_refresh_undoes_a_suspension_made_by_hand(world: World) -> None:
    world.stack.up()
    world.org("POST", f"/users/{world.user('sam')['id']}/lifecycle/suspend")
    assert world.changes() == {}
    assert world.changes(refresh=True) == {"update": 1}
    world.stack.up(refresh=True)
    assert world.user("sam")["status"] == "ACTIVE"


def test_the_first_password_is_encrypted_in_the_state(world: World) -> None:
    world.stack.up()
    text = world.state_text()
    assert "Correct-Horse-7" not in text
    resources = json.loads(text)["checkpoint"]["latest"]["resources"]
    dana = next(found["outputs"] for found in resources if found["urn"].endswith("::dana"))
    assert set(dana["password"]) == {"4dabf18193072939515e22adb298388d", "ciphertext"}
    assert len(dana) == 53


def test_a_failed_step_keeps_the_user_and_the_next_up_goes_on(world: World) -> None:
    world.people["sam"] = {"status": "SUSPENDED"}
    fault = {"path": "/api/v1/users/*/lifecycle/suspend", "kind": "forbidden"}
    world.box.admin("POST", "/faults", fault)
    with pytest.raises(Exception, match="failed to update user status"):
        world.stack.up()
    assert world.user("sam")["status"] == "ACTIVE"
    world.stack.up(refresh=True)
    assert world.user("sam")["status"] == "SUSPENDED"
    assert world.changes(refresh=True) == {}


def _finance(world: World) -> str:
    [found] = world.org("GET", "/groups?q=finance")
    identity: str = found["id"]
    return identity
