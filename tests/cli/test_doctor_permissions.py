"""`leaver doctor` on what each directory lets Leaver do, against the embedded sandbox."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leaver.actions.granted import Granted
from leaver.cli import checkup, cli
from leaver.cli.permissions import judged
from leaver.runbook.permissions import Need
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.actions.cutting import ticking

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = f"""\
name: Acme Robotics
zone: America/New_York
sandbox: true
directories:
  entra: {{kind: entra, tenant: {TENANT}, domain: acme.example}}
  okta: {{kind: okta, org: acme, domain: acme.example}}
"""
Doctor = Callable[..., dict[str, dict[str, str]]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "identities/acme").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n")
    (folder / "identities/acme/client.yaml").write_text(CLIENT)
    (folder / "identities/acme/people.yaml").write_text("people:\n  lee.park: {name: Lee Park}\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LEAVER_HOME", str(folder / ".leaver"))
    monkeypatch.setenv("LEAVER_NOW", "2026-11-22 14:00:03 +00:00")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    # The engine is asked for its version in tests/cli/test_doctor.py.
    monkeypatch.setattr(checkup, "_version_of", lambda *_: "v3.272.0")
    return folder


@pytest.fixture
def box(root: Path) -> Iterator[Endpoint]:
    with running_sandbox(root / ".leaver" / "sandbox", ticking) as found:
        found.register("acme", "entra", "entra", TENANT, ["acme.example"])
        found.register("acme", "okta", "okta", "acme", ["acme.example"])
        yield found


@pytest.fixture
def doctor(box: Endpoint) -> Doctor:
    def run(*options: str) -> dict[str, dict[str, str]]:
        result: Result = CliRunner().invoke(cli, ["doctor", "--json", *options], prog_name="leaver")
        findings: list[dict[str, Any]] = json.loads(result.output)
        named = {each["subject"].removeprefix("permissions acme/"): each for each in findings}
        return {name: named[name] for name in ("entra", "okta") if name in named}

    return run


def test_all_that_the_runbook_needs_is_there(doctor: Doctor, box: Endpoint) -> None:
    found = doctor()
    assert {name: each["level"] for name, each in found.items()} == {"entra": "ok", "okta": "ok"}
    assert found["entra"]["found"].endswith(" permissions, by the access token")
    assert found["okta"]["found"].endswith("by the API token's owner, who is SUPER_ADMIN")
    changed = [each for each in box.log() if each["method"] != "GET" and "token" not in each["path"]]
    assert changed == []


def test_a_permission_of_a_step_is_a_warning_that_names_the_step(doctor: Doctor, box: Endpoint) -> None:
    box.withhold("acme", "entra", "UserAuthenticationMethod.ReadWrite.All")
    box.withhold("acme", "okta", "okta.apps.read")
    found = doctor()
    assert found["entra"] == {
        "level": "warn",
        "subject": "permissions acme/entra",
        "found": "lacks UserAuthenticationMethod.ReadWrite.All (sign-in-methods); by the access token",
        "remedy": "Grant what is missing (docs/permissions.md), or leave those steps out: `runbook:` in client.yaml.",
    }
    assert found["okta"]["level"] == "warn"
    assert found["okta"]["found"].startswith(
        "lacks okta.apps.manage (apps), okta.apps.read (apps); by trying"
    )


def test_a_step_that_the_runbook_leaves_out_needs_nothing(doctor: Doctor, box: Endpoint, root: Path) -> None:
    box.withhold("acme", "entra", "UserAuthenticationMethod.ReadWrite.All")
    box.withhold("acme", "okta", "okta.apps.read", "okta.devices.read")
    settings = root / "identities/acme/client.yaml"
    settings.write_text(CLIENT + "runbook:\n  steps: {sign-in-methods: false, apps: false}\n")
    assert {name: each["level"] for name, each in doctor().items()} == {"entra": "ok", "okta": "ok"}
    settings.write_text(CLIENT + "runbook:\n  steps: {devices: true, apps: false}\n")
    assert "okta.devices.manage (devices)" in doctor()["okta"]["found"]


def test_what_a_cut_cannot_do_without_is_a_failure(doctor: Doctor, box: Endpoint) -> None:
    box.withhold("acme", "entra", "User.RevokeSessions.All")
    found = doctor()["entra"]
    assert (found["level"], found["remedy"]) == ("fail", "Grant what is missing (docs/permissions.md).")
    assert found["found"] == (
        "lacks User.RevokeSessions.All (cut access, revoke-sessions); by the access token"
    )
    result = CliRunner().invoke(cli, ["doctor"], prog_name="leaver")
    assert result.exit_code == 1
    assert "fail  permissions acme/entra: lacks User.RevokeSessions.All" in result.output


def test_a_sign_in_that_is_refused_is_a_failure(doctor: Doctor, box: Endpoint, root: Path) -> None:
    file = root / ".leaver/sandbox/credentials/acme.json"
    held = json.loads(file.read_text())
    held["okta"]["api_token"] = "00wrong"
    file.write_text(json.dumps(held))
    found = doctor()["okta"]
    assert found["level"] == "fail"
    assert "401 (E0000011" in found["found"]
    assert "00wrong" not in json.dumps(found)


def test_a_directory_that_fails_is_a_warning(doctor: Doctor, box: Endpoint) -> None:
    box.fault("error", directory="okta", path="*/users/me", status=501, count=None)
    found = doctor()["okta"]
    assert found["level"] == "warn"
    assert found["found"].startswith("cannot be read: the API token's owner: 501")


def test_offline_asks_nobody(doctor: Doctor, box: Endpoint) -> None:
    assert doctor("--offline") == {}
    assert box.log() == []


NEEDS = (
    Need("okta.apps.manage", ("end assignments",), ("apps",)),
    Need("okta.users.read", ("read",), ("apps",)),
)


def test_what_nobody_can_tell_is_said() -> None:
    found = judged(
        "permissions acme/okta", NEEDS, Granted(frozenset({"okta.users.read"}), frozenset(), "by trying")
    )
    assert (found.level, found.found) == ("warn", "nobody can tell of okta.apps.manage; by trying")
    assert found.remedy == "Look in its administration that they are granted (docs/permissions.md)."


def test_a_greater_permission_is_as_good() -> None:
    granted = Granted(
        frozenset({"okta.apps.manage", "okta.users.manage"}), frozenset({"okta.users.read"}), "so"
    )
    assert judged("permissions acme/okta", NEEDS, granted).found == "all 2 permissions, so"


def test_what_records_with_licences_need_is_asked_for_where_there_are_some(
    doctor: Doctor, box: Endpoint, root: Path
) -> None:
    (root / "identities/acme/client.yaml").write_text(
        f"{CLIENT}licences: {{e3: {{sku: SPE_E3}}}}\nrunbook: {{steps: {{licences: false}}}}\n"
    )
    box.withhold(
        "acme", "entra", "LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"
    )
    assert "licences in records" not in doctor()["entra"]["found"]
    (root / "identities/acme/people.yaml").write_text(
        "people:\n  lee.park: {name: Lee Park, licences: [e3], usage location: GB}\n"
    )
    assert "LicenseAssignment.ReadWrite.All (licences in records)" in doctor()["entra"]["found"]
