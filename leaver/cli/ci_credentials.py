"""One client's credentials inside a job of the forge, for as long as one command runs.

The job's environment holds them under names that are the same for every client, because a workflow cannot make
up names: `CI_<DIRECTORY>_CLIENT_ID`, `CI_<DIRECTORY>_PRIVATE_KEY`, `CI_PASSPHRASE`. Secrets become files that only
this user can read, in a folder that is gone afterwards. Entra gets a token of the forge, which lives for about
five minutes and is renewed while the command runs.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from leaver.errors import LeaverError
from leaver.model import Client

AUDIENCE = "api://AzureADTokenExchange"
"""What Entra asks of a federated token (Microsoft: workload identity federation)."""
RENEW_SECONDS = 120.0
RETRY_SECONDS = 10.0
_REQUEST_URL, _REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_FORGE = (_REQUEST_URL, _REQUEST_TOKEN, "GITHUB_TOKEN", "GH_TOKEN")
Fetch = Callable[[str, str], str]
"""From the address and the bearer token of a request for an identity token to that token."""


class ForgeCredentialsMissing(LeaverError):
    """A job of the forge lacks what a client's directories need."""


@contextmanager
def client_environment(
    client: Client, environ: Mapping[str, str], *, fetch: Fetch, complain: Callable[[str], None]
) -> Iterator[dict[str, str]]:
    """The environment for one command about `client`, without what would let it ask the forge for more.

    Raises ForgeCredentialsMissing.
    """
    with tempfile.TemporaryDirectory(prefix="leaver-ci-") as folder:
        maker = _Maker(client, environ, Path(folder))
        maker.add_all()
        if not maker.needs_token:
            yield maker.made
            return
        with _renewed(maker.token_file, _request(environ), fetch, complain):
            yield maker.made


class _Maker:
    def __init__(self, client: Client, environ: Mapping[str, str], folder: Path) -> None:
        self._client = client
        self._environ = environ
        self._folder = folder
        self.token_file = folder / "oidc-token"
        self.needs_token = False
        self.made = {
            name: value
            for name, value in environ.items()
            if name not in _FORGE and not name.startswith("CI_")
        }

    def add_all(self) -> None:
        own = f"LEAVER_{_upper(self._client.key)}_"
        if passphrase := self._given("CI_PASSPHRASE"):
            self.made[f"{own}PASSPHRASE_FILE"] = self._file("passphrase", passphrase)
        if not self._client.settings.sandbox:
            for name, settings in self._client.settings.directories.items():
                self._directory(name, settings.kind, f"{own}{_upper(name)}_")
        # The state's storage and key vault in Azure: their libraries read the federated token from this file.
        if self._given("AZURE_CLIENT_ID") and not self._given("AZURE_FEDERATED_TOKEN_FILE"):
            self.made["AZURE_FEDERATED_TOKEN_FILE"] = str(self.token_file)
            self.needs_token = True

    def _directory(self, name: str, kind: str, own: str) -> None:
        if any(variable.startswith(own) and value for variable, value in self._environ.items()):
            return
        given = f"CI_{_upper(name)}_"
        self.made[f"{own}CLIENT_ID"] = self._needed(name, f"{given}CLIENT_ID")
        if kind == "entra":
            self.made[f"{own}OIDC_TOKEN_FILE"] = str(self.token_file)
            self.needs_token = True
            return
        key = self._needed(name, f"{given}PRIVATE_KEY")
        self.made[f"{own}PRIVATE_KEY_FILE"] = self._file(f"{_upper(name)}.pem", key)
        for name in ("PRIVATE_KEY_ID", "SCOPES"):
            if found := self._given(given + name):
                self.made[own + name] = found

    def _given(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def _needed(self, directory: str, name: str) -> str:
        if found := self._given(name):
            return found
        short = name.removeprefix("CI_")
        raise ForgeCredentialsMissing(
            f"{self._client.key}/{directory}: credentials: {name} is not set. Set {short} in the forge's "
            f'environment "{self._client.key}", and hand it to this step (docs/operations.md).'
        )

    def _file(self, name: str, content: str) -> str:
        path = self._folder / name
        _write(path, content)
        return str(path)


def _request(environ: Mapping[str, str]) -> tuple[str, str]:
    url, token = environ.get(_REQUEST_URL, "").strip(), environ.get(_REQUEST_TOKEN, "").strip()
    if not url or not token:
        raise ForgeCredentialsMissing(
            "the forge gives this job no identity token. Give the job the permission `id-token: write`."
        )
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname != "127.0.0.1":
        raise ForgeCredentialsMissing(f"{_REQUEST_URL}: {parts.scheme} is not https. Check the runner.")
    return f"{url}{'&' if parts.query else '?'}audience={quote(AUDIENCE, safe='')}", token


@contextmanager
def _renewed(
    path: Path, request: tuple[str, str], fetch: Fetch, complain: Callable[[str], None]
) -> Iterator[None]:
    """Keeps a fresh token in the file `path`; the first one is there before anything runs."""
    _write(path, fetch(*request))
    ended = threading.Event()

    def renew() -> None:
        pause = RENEW_SECONDS
        while not ended.wait(pause):
            try:
                _write(path, fetch(*request))
                pause = RENEW_SECONDS
            except LeaverError as error:
                complain(str(error))
                pause = RETRY_SECONDS

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def fetch_token(url: str, bearer: str) -> str:
    """An identity token of the forge. Raises ForgeCredentialsMissing; neither token is ever in a message."""
    import httpx

    try:
        answer = httpx.get(url, headers={"Authorization": f"Bearer {bearer}"}, timeout=15)
        answer.raise_for_status()
        token = answer.json()["value"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        status = getattr(getattr(error, "response", None), "status_code", type(error).__name__)
        raise ForgeCredentialsMissing(
            f"the forge's identity token: the request failed ({status}). Run the job again."
        ) from None
    if not isinstance(token, str) or not token:
        raise ForgeCredentialsMissing("the forge's identity token: the answer holds none. Run the job again.")
    return token


def _write(path: Path, content: str) -> None:
    # Whole or not at all: a provider may read the file at any moment.
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    fresh.replace(path)


def _upper(key: str) -> str:
    return re.sub("[.-]", "_", key).upper()
