"""`leaver ci exec`: one client's credentials, for one command, and nothing of them left behind."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from leaver.cli import ci_credentials
from leaver.cli.ci_credentials import ForgeCredentialsMissing, client_environment, fetch_token
from leaver.source import load
from tests.ci.conftest import Clone

FORGE = {
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://forge.example/token?api-version=2",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "for-asking",
    "GITHUB_TOKEN": "of-the-job",
    "GH_TOKEN": "of-the-job",
}
GIVEN = {
    "CI_ENTRA_CLIENT_ID": "entra-app",
    "CI_OKTA_CLIENT_ID": "okta-app",
    "CI_OKTA_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\nsecret\n",
    "CI_OKTA_PRIVATE_KEY_ID": "",
    "CI_PASSPHRASE": "a passphrase",
}
Run = Callable[..., Result]


def first_token(url: str, bearer: str) -> str:
    return "token-1"


def made(main: Clone, environ: dict[str, str], fetch: Callable[[str, str], str] = first_token) -> Any:
    client = load(main.root, ["acme"]).clients["acme"]
    return client_environment(client, environ, fetch=fetch, complain=pytest.fail)


def test_the_commands_environment_names_the_client_and_its_directories(main: Clone) -> None:
    given = {"PATH": "/bin", "PULUMI_BACKEND_URL": "azblob://state", "CI_OKTA_SCOPES": "okta.users.read"}
    with made(main, {**FORGE, **GIVEN, **given}) as env:
        folder = Path(env["LEAVER_ACME_ENTRA_OIDC_TOKEN_FILE"]).parent
        assert env == {
            "PATH": "/bin",
            "PULUMI_BACKEND_URL": "azblob://state",
            "LEAVER_ACME_PASSPHRASE_FILE": str(folder / "passphrase"),
            "LEAVER_ACME_ENTRA_CLIENT_ID": "entra-app",
            "LEAVER_ACME_ENTRA_OIDC_TOKEN_FILE": str(folder / "oidc-token"),
            "LEAVER_ACME_OKTA_CLIENT_ID": "okta-app",
            "LEAVER_ACME_OKTA_PRIVATE_KEY_FILE": str(folder / "OKTA.pem"),
            "LEAVER_ACME_OKTA_SCOPES": "okta.users.read",
        }
        assert (folder / "oidc-token").read_text() == "token-1"
        assert (folder / "OKTA.pem").read_text() == GIVEN["CI_OKTA_PRIVATE_KEY"].strip()
        assert (folder / "passphrase").read_text() == "a passphrase"
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


def test_what_is_made_is_what_the_directories_clients_take(main: Clone) -> None:
    from leaver.actions import credentials

    client = load(main.root, ["acme"]).clients["acme"]
    with made(main, {**FORGE, **GIVEN}) as env:
        for name, settings in client.settings.directories.items():
            found = credentials("acme", name, settings, sandbox=False, environ=env, home=main.root)
            assert found.client_id == f"{name}-app"


def test_the_audience_is_entras(main: Clone) -> None:
    asked: list[tuple[str, str]] = []

    def fetch(url: str, bearer: str) -> str:
        asked.append((url, bearer))
        return "token"

    with made(main, {**FORGE, **GIVEN}, fetch):
        pass
    address = "https://forge.example/token?api-version=2&audience=api%3A%2F%2FAzureADTokenExchange"
    assert asked == [(address, "for-asking")]


def test_the_token_is_renewed_while_the_command_runs_and_a_failure_is_not_the_end(
    main: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ci_credentials, "RENEW_SECONDS", 0.001)
    monkeypatch.setattr(ci_credentials, "RETRY_SECONDS", 0.001)
    fifth = threading.Event()
    count = 0

    def fetch(url: str, bearer: str) -> str:
        nonlocal count
        count += 1
        if count == 3:
            raise ForgeCredentialsMissing("not now")
        if count > 5:
            fifth.set()
        return f"token-{count}"

    said: list[str] = []
    client = load(main.root, ["acme"]).clients["acme"]
    with client_environment(client, {**FORGE, **GIVEN}, fetch=fetch, complain=said.append) as env:
        assert fifth.wait(20)
        token = Path(env["LEAVER_ACME_ENTRA_OIDC_TOKEN_FILE"]).read_text()
        assert int(token.removeprefix("token-")) >= 4
    assert said == ["not now"]


def test_azures_libraries_get_the_same_file_for_the_state(main: Clone) -> None:
    with made(main, {**FORGE, **GIVEN, "AZURE_CLIENT_ID": "state-app"}) as env:
        assert env["AZURE_FEDERATED_TOKEN_FILE"] == env["LEAVER_ACME_ENTRA_OIDC_TOKEN_FILE"]


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (
            "CI_ENTRA_CLIENT_ID",
            "acme/entra: credentials: CI_ENTRA_CLIENT_ID is not set. Set ENTRA_CLIENT_ID in ",
        ),
        (
            "CI_OKTA_PRIVATE_KEY",
            "acme/okta: credentials: CI_OKTA_PRIVATE_KEY is not set. Set OKTA_PRIVATE_KEY in ",
        ),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "the forge gives this job no identity token. Give the job the perm"),
    ],
)
def test_what_is_missing_is_named_with_the_place_to_set_it(main: Clone, missing: str, said: str) -> None:
    with pytest.raises(ForgeCredentialsMissing) as error, made(main, {**FORGE, **GIVEN, missing: " "}):
        pass
    assert str(error.value).startswith(said)
    assert "secret" not in str(error.value)


def test_a_token_is_asked_for_over_https_only(main: Clone) -> None:
    plain = {**FORGE, **GIVEN, "ACTIONS_ID_TOKEN_REQUEST_URL": "http://forge.example/token"}
    with pytest.raises(ForgeCredentialsMissing, match="http is not https"), made(main, plain):
        pass


def test_credentials_under_their_own_names_are_left_as_they_are(main: Clone) -> None:
    own = {
        "LEAVER_ACME_ENTRA_CLIENT_ID": "a",
        "LEAVER_ACME_ENTRA_CLIENT_SECRET": "b",
        "LEAVER_ACME_OKTA_API_TOKEN": "c",
    }
    with made(main, own) as env:
        assert env == own


def test_an_example_needs_none(main: Clone) -> None:
    path = main.root / "identities/acme/client.yaml"
    path.write_text(path.read_text() + "sandbox: true\n")
    with made(main, {"PATH": "/bin", **FORGE}) as env:
        assert env == {"PATH": "/bin"}


@pytest.fixture
def child(main: Clone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Instead of `leaver`, something that writes down how it was called."""
    noted = tmp_path / "noted.json"
    fake = tmp_path / "python"
    code = (
        "import json,os,sys; json.dump([sys.argv[1:], dict(os.environ), os.getcwd()], open(sys.argv[1], 'w'))"
    )
    fake.write_text(f'#!/bin/sh\n{sys.executable} -c "{code}" {noted} "$@"\nexit 3\n')
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(fake))
    return noted


def test_the_command_runs_with_its_words_and_its_exit_code_is_the_jobs(
    main: Clone, run: Run, child: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**GIVEN, "AZURE_CLIENT_ID": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-job")
    path = main.root / "identities/acme/client.yaml"
    path.write_text(path.read_text().replace("  entra:", "  # entra:"))
    words = ["release", "--yes", "--reason=$(touch x); `y` 'z'", "--", "acme", "-dana"]
    assert run("ci", "exec", "--", "acme", *words).exit_code == 3
    [_, *called], env, folder = json.loads(child.read_text())
    assert called == ["-m", "leaver.cli", *words]
    assert folder == str(main.root)
    assert "GITHUB_TOKEN" not in env
    assert not any(name.startswith("CI_") for name in env)
    assert not Path(env["LEAVER_ACME_OKTA_PRIVATE_KEY_FILE"]).exists()


def test_a_client_that_there_is_not_is_told(main: Clone, run: Run) -> None:
    result = run("ci", "exec", "--", "acmee", "status")
    assert result.exit_code == 2
    assert result.stderr == 'no client "acmee". Did you mean "acme"?\n'


class _Forge(BaseHTTPRequestHandler):
    answer: tuple[int, bytes] = (200, b"")

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "Bearer for-asking"
        status, body = self.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def forge() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Forge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()


def test_the_forge_is_asked_as_it_wants(forge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Forge, "answer", (200, b'{"count": 1, "value": "a.b.c"}'))
    assert fetch_token(forge, "for-asking") == "a.b.c"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, b"secret"), "the request failed (500)"),
        ((200, b"no json"), "the request failed (JSONDecodeError)"),
        ((200, b"[]"), "the request failed (TypeError)"),
        ((200, b'{"value": ""}'), "the answer holds none"),
    ],
)
def test_an_answer_of_the_forge_without_a_token_is_told(
    forge: str, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, bytes], said: str
) -> None:
    monkeypatch.setattr(_Forge, "answer", answer)
    with pytest.raises(ForgeCredentialsMissing) as error:
        fetch_token(forge, "for-asking")
    assert said in str(error.value)
    assert "for-asking" not in str(error.value)


def test_a_forge_that_is_not_there_is_told() -> None:
    with pytest.raises(ForgeCredentialsMissing, match="the request failed"):
        fetch_token("http://127.0.0.1:9/token", "for-asking")


def test_the_environment_of_this_process_is_not_changed(main: Clone) -> None:
    before = dict(os.environ)
    with made(main, {**FORGE, **GIVEN}):
        assert dict(os.environ) == before
