from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from leaver.actions import (
    CredentialsMissing,
    EntraCredentials,
    OktaCredentials,
    SandboxNotRunning,
    Secret,
    credentials,
)
from leaver.errors import LeaverError
from leaver.model import OktaSettings

from .script import ENTRA, OKTA, TENANT


class Watched(Mapping[str, str]):
    """An environment that remembers which names were asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values_ = dict(values)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_[name]

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("nobody may look through the whole environment")

    def __len__(self) -> int:
        return len(self.values_)


def sandbox(home: Path, *, pid: int | None = None, http: str = "http://127.0.0.1:18480") -> None:
    folder = home / "sandbox"
    (folder / "credentials").mkdir(parents=True)
    running = {"pid": os.getpid() if pid is None else pid, "http": http, "https": "https://127.0.0.1:18443"}
    (folder / "sandbox.json").write_text(json.dumps(running))
    entries = {
        "entra": {"kind": "entra", "tenant": TENANT, "client_id": "app", "client_secret": "shh"},
        "okta": {"kind": "okta", "org": "acme", "api_token": "00shh"},
    }
    (folder / "credentials" / "acme.json").write_text(json.dumps(entries))


def test_a_real_client_needs_the_variables_of_its_own_name(tmp_path: Path) -> None:
    environ = {"LEAVER_ACME_UK_ENTRA_CLIENT_ID": "app", "LEAVER_ACME_UK_ENTRA_CLIENT_SECRET": "shh"}
    held = credentials("acme.uk", "entra", ENTRA, sandbox=False, environ=environ, home=tmp_path)
    assert held == EntraCredentials(TENANT, "app", client_secret=Secret("shh"))
    assert held.provider_config() == {
        "tenant_id": TENANT,
        "client_id": "app",
        "use_cli": False,
        "use_msi": False,
        "client_secret": Secret("shh"),
    }


def test_nothing_of_another_client_is_looked_at(tmp_path: Path) -> None:
    environ = Watched({"LEAVER_OTHER_ENTRA_CLIENT_ID": "x", "LEAVER_OTHER_ENTRA_CLIENT_SECRET": "y"})
    for directory, settings in (("entra", ENTRA), ("okta", OKTA)):
        with pytest.raises(CredentialsMissing):
            credentials("acme", directory, settings, sandbox=False, environ=environ, home=tmp_path)
    assert environ.asked
    assert all(name.startswith(("LEAVER_ACME_ENTRA_", "LEAVER_ACME_OKTA_")) for name in environ.asked)


def test_a_sandbox_client_opens_only_its_own_file(tmp_path: Path) -> None:
    sandbox(tmp_path)
    with pytest.raises(
        CredentialsMissing, match="globex/entra: the running sandbox knows no entra directory"
    ):
        credentials("globex", "entra", ENTRA, sandbox=True, environ={}, home=tmp_path)


def test_missing_variables_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(CredentialsMissing) as raised:
        credentials("acme", "entra", ENTRA, sandbox=False, environ={}, home=tmp_path)
    assert str(raised.value) == (
        "acme/entra: credentials: none are set. "
        "Set LEAVER_ACME_ENTRA_CLIENT_ID and LEAVER_ACME_ENTRA_CLIENT_SECRET, "
        "or LEAVER_ACME_ENTRA_CLIENT_ID and LEAVER_ACME_ENTRA_OIDC_TOKEN, "
        "or LEAVER_ACME_ENTRA_CLIENT_ID and LEAVER_ACME_ENTRA_OIDC_TOKEN_FILE."
    )
    with pytest.raises(
        CredentialsMissing, match="LEAVER_ACME_OKTA_API_TOKEN, or LEAVER_ACME_OKTA_CLIENT_ID and"
    ):
        credentials("acme", "okta", OKTA, sandbox=False, environ={}, home=tmp_path)


def test_an_empty_variable_is_not_a_credential(tmp_path: Path) -> None:
    with pytest.raises(CredentialsMissing):
        credentials(
            "acme", "okta", OKTA, sandbox=False, environ={"LEAVER_ACME_OKTA_API_TOKEN": " "}, home=tmp_path
        )


def test_an_okta_service_application_signs_in_with_its_key(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("the key")
    environ = {
        "LEAVER_ACME_OKTA_CLIENT_ID": "0oa1",
        "LEAVER_ACME_OKTA_PRIVATE_KEY_FILE": str(tmp_path / "key.pem"),
        "LEAVER_ACME_OKTA_SCOPES": "okta.users.manage, okta.groups.read",
    }
    held = credentials("acme", "okta", OKTA, sandbox=False, environ=environ, home=tmp_path)
    assert held.provider_config() == {
        "org_name": "acme",
        "base_url": "okta.com",
        "min_wait_seconds": 1,
        "client_id": "0oa1",
        "private_key": Secret("the key"),
        "scopes": ["okta.users.manage", "okta.groups.read"],
    }


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    environ = {
        "LEAVER_ACME_OKTA_CLIENT_ID": "0oa1",
        "LEAVER_ACME_OKTA_PRIVATE_KEY_FILE": str(tmp_path / "no.pem"),
    }
    with pytest.raises(
        CredentialsMissing, match=r"PRIVATE_KEY_FILE: .*no\.pem cannot be read \(No such file"
    ):
        credentials("acme", "okta", OKTA, sandbox=False, environ=environ, home=tmp_path)


def test_no_token_goes_to_a_domain_that_is_not_oktas(tmp_path: Path) -> None:
    evil = OktaSettings.model_validate({"kind": "okta", "org": "acme", "base url": "evil.example"})
    environ = {"LEAVER_ACME_OKTA_API_TOKEN": "00shh"}
    with pytest.raises(LeaverError, match=r'"evil\.example" is not a domain of Okta'):
        credentials("acme", "okta", evil, sandbox=False, environ=environ, home=tmp_path)


def test_a_federated_token_needs_no_secret(tmp_path: Path) -> None:
    environ = {"LEAVER_ACME_ENTRA_CLIENT_ID": "app", "LEAVER_ACME_ENTRA_OIDC_TOKEN_FILE": "/run/token"}
    held = credentials("acme", "entra", ENTRA, sandbox=False, environ=environ, home=tmp_path)
    config = held.provider_config()
    assert config["use_oidc"] is True
    assert config["oidc_token_file_path"] == "/run/token"
    assert "client_secret" not in config


def test_a_sandbox_client_gets_what_the_sandbox_wrote(tmp_path: Path) -> None:
    sandbox(tmp_path)
    entra = credentials("acme", "entra", ENTRA, sandbox=True, environ={}, home=tmp_path)
    okta = credentials("acme", "okta", OKTA, sandbox=True, environ={}, home=tmp_path)
    assert isinstance(entra, EntraCredentials)
    assert entra.graph == entra.login == "http://127.0.0.1:18480"
    assert entra.provider_config()["metadata_host"] == "127.0.0.1:18443"
    assert isinstance(okta, OktaCredentials)
    assert okta.provider_config() == {
        "org_name": "acme",
        "base_url": "okta.com",
        "min_wait_seconds": 1,
        "http_proxy": "http://127.0.0.1:18480",
        "api_token": Secret("00shh"),
    }


def test_a_sandbox_that_is_not_running_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(SandboxNotRunning, match=r"Start it: leaver sandbox start\."):
        credentials("acme", "entra", ENTRA, sandbox=True, environ={}, home=tmp_path)


def test_a_sandbox_that_died_counts_as_not_running(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    sandbox(tmp_path, pid=ended.pid)
    with pytest.raises(SandboxNotRunning):
        credentials("acme", "entra", ENTRA, sandbox=True, environ={}, home=tmp_path)


def test_a_sandbox_elsewhere_is_refused(tmp_path: Path) -> None:
    sandbox(tmp_path, http="http://192.0.2.1:18480")
    with pytest.raises(SandboxNotRunning, match="is not on this machine"):
        credentials("acme", "entra", ENTRA, sandbox=True, environ={}, home=tmp_path)
