from __future__ import annotations

import json
import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from leaver.errors import DirectoryError, UsageError
from leaver.sandbox import server
from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.serving import loopback_socket
from tests.sandbox.graph_client import TENANT, Graph

pytestmark = pytest.mark.slow


def _acme() -> server.Registration:
    return server.Registration("acme", "entra", "entra", TENANT, ("acme.example",))


def test_a_started_server_answers_on_both_ports_and_a_stopped_one_is_gone(tmp_path: Path) -> None:
    home = tmp_path / "sandbox"
    endpoint = server.start(home, http_port=0, https_port=0, clients=[_acme()])
    try:
        assert server.status(home) == endpoint
        assert (home / "sandbox.json").stat().st_mode & 0o777 == 0o600
        trust = ssl.create_default_context(cafile=str(endpoint.ca))
        for base, verify in ((endpoint.http, True), (endpoint.https, trust)):
            answer = httpx.get(
                f"{base}/_sandbox/status", headers={"X-Sandbox-Admin": endpoint.admin_token}, verify=verify
            )
            assert answer.json()["pid"] == endpoint.pid
    finally:
        assert server.stop(home) is True
    assert server.status(home) is None
    assert not (home / "sandbox.json").exists()
    assert server.stop(home) is False


def test_a_second_start_finds_the_first(tmp_path: Path) -> None:
    endpoint = server.start(tmp_path, http_port=0, https_port=0)
    try:
        assert server.start(tmp_path, http_port=0, https_port=0) == endpoint
    finally:
        server.stop(tmp_path)


def test_credentials_and_authority_outlive_a_restart(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        endpoint = server.start(tmp_path, http_port=0, https_port=0, clients=[_acme()])
        seen.append((endpoint.ca.read_bytes(), endpoint.credentials("acme")))
        server.stop(tmp_path)
    assert seen[0] == seen[1]


def test_starts_at_the_same_time_share_one_server(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: server.start(tmp_path, http_port=0, https_port=0), range(3)))
    try:
        assert len({each.pid for each in found}) == 1
    finally:
        server.stop(tmp_path)


def test_what_was_created_outlives_a_restart(tmp_path: Path) -> None:
    for expected in ([], ["dana@acme.example"]):
        endpoint = server.start(tmp_path, http_port=0, https_port=0, clients=[_acme()])
        with Graph(endpoint, endpoint.credentials("acme")["entra"]) as graph:
            assert [
                each["userPrincipalName"] for each in graph.get("/v1.0/users").json()["value"]
            ] == expected
            if not expected:
                graph.new_user("dana")
        server.stop(tmp_path)


def test_what_a_killed_server_left_behind_is_removed(tmp_path: Path) -> None:
    endpoint = server.start(tmp_path, http_port=0, https_port=0)
    os.kill(endpoint.pid, 9)
    os.waitpid(endpoint.pid, 0)
    assert (tmp_path / "sandbox.json").exists()
    assert server.status(tmp_path) is None
    assert not (tmp_path / "sandbox.json").exists()


def test_a_process_that_is_not_the_sandbox_is_never_signalled(tmp_path: Path) -> None:
    forged = Endpoint(
        tmp_path, os.getpid(), "http://127.0.0.1:1", "https://127.0.0.1:1", tmp_path / "ca.pem", "x"
    )
    (tmp_path / "sandbox.json").write_text(forged.as_json())
    assert server.stop(tmp_path) is False


def test_a_port_in_use_is_named_with_the_remedy(tmp_path: Path) -> None:
    with loopback_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DirectoryError) as refused:
            server.start(tmp_path, http_port=port, https_port=0)
    assert str(refused.value) == (
        f"sandbox: port {port}: Address already in use. Stop what uses it, or set LEAVER_SANDBOX_HTTP and"
        " LEAVER_SANDBOX_HTTPS (0: any free port)."
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "example.com"])  # noqa: S104 - refused
def test_no_address_but_loopback_is_served(host: str) -> None:
    with pytest.raises(UsageError, match="is not loopback"):
        loopback_socket(host, 0)


def test_admin_calls_want_the_admin_token(box: Endpoint) -> None:
    assert httpx.get(f"{box.http}/_sandbox/log").status_code == 401


def test_a_client_has_one_private_credentials_file(box: Endpoint) -> None:
    box.register("acme", "entra", "entra", TENANT, ["acme.example"])
    box.register("acme", "okta", "okta", "acme", ["acme.example"])
    path = box.home / "credentials" / "acme.json"
    assert path.stat().st_mode & 0o777 == 0o600
    found = json.loads(path.read_text())
    assert found["entra"]["kind"] == "entra"
    assert found["entra"]["tenant"] == TENANT
    assert sorted(found["entra"]) == ["client_id", "client_secret", "kind", "tenant"]
    assert found["okta"] == {"kind": "okta", "org": "acme", "api_token": found["okta"]["api_token"]}
    box.admin("DELETE", "/tenants/acme/entra")
    assert list(box.credentials("acme")) == ["okta"]
    box.admin("DELETE", "/tenants/acme/okta")
    assert not path.exists()


def test_a_renamed_client_keeps_its_tenant_and_its_credential(box: Endpoint) -> None:
    before = box.register("acme", "entra", "entra", TENANT, ["acme.example"])
    assert box.register("acme-two", "entra", "entra", TENANT, ["acme.example"], was="acme") == before
    assert [each["client"] for each in box.admin("GET", "/tenants")["tenants"]] == ["acme-two"]
    assert not (box.home / "credentials" / "acme.json").exists()
    with pytest.raises(DirectoryError, match="already belongs to acme-two/entra"):
        box.register("acme-three", "entra", "entra", TENANT, ["acme.example"], was="acme")


def test_a_tenant_belongs_to_one_client(box: Endpoint) -> None:
    box.register("acme", "entra", "entra", TENANT, ["acme.example"])
    with pytest.raises(DirectoryError, match="already belongs to acme/entra"):
        box.register("birch", "entra", "entra", TENANT, ["birch.example"])


def test_the_clock_can_be_shifted(box: Endpoint) -> None:
    assert box.admin("POST", "/clock", {"offset_seconds": 3600})["now"] == "2026-11-22T15:00:00+00:00"
    assert box.admin("POST", "/clock", {"offset_seconds": 0})["now"] == "2026-11-22T14:00:00+00:00"
