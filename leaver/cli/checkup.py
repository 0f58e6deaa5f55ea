"""The checks of `leaver doctor`: what a run would use, and what it would miss."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from leaver.cli.environment import backend_of_project, engine_environment, project_settings, search_path
from leaver.cli.session import PROJECT_FILE, Session
from leaver.errors import LeaverError, RecordsError

if TYPE_CHECKING:
    from leaver.actions import Credentials
    from leaver.model import Client

    Held = tuple[Client, str, Credentials]
    """A client, one of its directories, and how to sign in there."""

Level = Literal["ok", "warn", "fail"]
ENGINE_AT_LEAST = (3, 259, 0)
SETUP = "Run `make setup`"


@dataclass(frozen=True)
class Finding:
    """One line of the checkup; `remedy` is empty when all is well."""

    level: Level
    subject: str
    found: str
    remedy: str = ""


def checkup(session: Session, *, ask: bool = True) -> Iterator[Finding]:
    """Every check, one after the other; those that ask a directory only with `ask`."""
    yield _project(session)
    yield _python()
    yield _zones()
    yield _engine(session)
    yield _language_host(session)
    for name in ("azuread", "okta"):
        yield plugin(session, name)
    yield own_plugin(session)
    yield _backend(session)
    yield _passphrase(session)
    yield _evidence(session)
    yield _sandbox(session)
    yield from _records(session, ask=ask)


def _project(session: Session) -> Finding:
    if project_settings(session):
        return Finding("ok", "project", str(session.root))
    return Finding(
        "fail", "project", f"{session.root / PROJECT_FILE} cannot be read", "Restore it from version control."
    )


def _python() -> Finding:
    running = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("ok", "python", f"{running}, {sys.executable}")


def _zones() -> Finding:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        return Finding("fail", "time zones", "no data", f"{SETUP}, or install the package tzdata.")
    try:
        return Finding("ok", "time zones", f"tzdata {version('tzdata')}, after the system's own")
    except PackageNotFoundError:
        return Finding("warn", "time zones", "the system's own only", f"{SETUP} to have them everywhere.")


def _engine(session: Session) -> Finding:
    found = shutil.which("pulumi", path=search_path(session))
    if found is None:
        return Finding(
            "fail", "engine", "no pulumi on PATH", f"{SETUP}, or install Pulumi (https://www.pulumi.com)."
        )
    said = _version_of(found, session)
    if said is None:
        return Finding("fail", "engine", f"{found} does not answer `pulumi version`", f"{SETUP}.")
    numbers = tuple(int(part) for part in said.lstrip("v").split("-")[0].split("+")[0].split(".")[:3])
    if numbers < ENGINE_AT_LEAST:
        wanted = ".".join(str(part) for part in ENGINE_AT_LEAST)
        return Finding("fail", "engine", f"pulumi {said}, {found}", f"Leaver needs {wanted} or newer.")
    return Finding("ok", "engine", f"pulumi {said}, {found}")


def _version_of(program: str, session: Session) -> str | None:
    try:
        ran = subprocess.run(
            [program, "version"],
            env={**session.environ, **engine_environment(session)},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        said = ran.stdout.strip()
        [int(part) for part in said.lstrip("v").split("-")[0].split("+")[0].split(".")[:3]]
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return said


def _language_host(session: Session) -> Finding:
    found = shutil.which("pulumi-language-python", path=search_path(session))
    if found is None:
        return Finding(
            "fail",
            "language host",
            "no pulumi-language-python on PATH",
            f"{SETUP}; the official Pulumi brings its own.",
        )
    return Finding("ok", "language host", found)


def plugin(session: Session, name: str) -> Finding:
    """Which program a run would use for the provider `name`.

    The engine starts the one that Pulumi.yaml names, else the first on PATH; when that is our stand-in, it
    hands over to the real plugin where one is installed.
    """
    from leaver.providers.base.launch import find_real_plugin, is_stand_in

    program, subject = f"pulumi-resource-{name}", f"plugin {name}"
    started = _plugin_of_project(session, name, program) or shutil.which(program, path=search_path(session))
    if started is not None and not is_stand_in(Path(started)):
        return Finding("ok", subject, f"real plugin, {started}")
    real = find_real_plugin(name, {**session.environ, "PATH": search_path(session)})
    if real is not None:
        return Finding("ok", subject, f"real plugin, {real}")
    if started is not None:
        return Finding("ok", subject, f"stand-in (works with the sandbox only), {started}")
    return Finding(
        "fail",
        subject,
        f"no {program}",
        f"{SETUP} for the sandbox's stand-in, or `pulumi plugin install resource {name}` for real directories.",
    )


def own_plugin(session: Session) -> Finding:
    """Whether a run finds Leaver's own provider, by which departures are taken."""
    program, subject = "pulumi-resource-leaver", "plugin leaver"
    found = _plugin_of_project(session, "leaver", program) or shutil.which(program, path=search_path(session))
    if found is not None:
        return Finding("ok", subject, f"Leaver's own, {found}")
    return Finding("fail", subject, f"no {program}", f"{SETUP}; Pulumi.yaml names it below `plugins`.")


def _plugin_of_project(session: Session, name: str, program: str) -> str | None:
    plugins = project_settings(session).get("plugins")
    named = plugins.get("providers") if isinstance(plugins, dict) else None
    for each in named if isinstance(named, list) else []:
        if isinstance(each, dict) and each.get("name") == name and each.get("path"):
            found = session.root / str(each["path"]) / program
            return str(found) if found.is_file() else None
    return None


def _backend(session: Session) -> Finding:
    url = (
        session.environ.get("PULUMI_BACKEND_URL") or backend_of_project(session) or _backend_of_login(session)
    )
    if url is None:
        return Finding(
            "fail", "backend", "none", "Name one in Pulumi.yaml (backend: url:) or `pulumi login`."
        )
    parts = urlsplit(url)
    # A database's address holds its password.
    host = parts.netloc.rpartition("@")
    shown = (
        url.partition("?")[0].replace(parts.netloc, f"***@{host[2]}") if host[1] else url.partition("?")[0]
    )
    return Finding("ok", "backend", shown)


def _backend_of_login(session: Session) -> str | None:
    home = Path(session.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    try:
        found = json.loads((home / "credentials.json").read_text(encoding="utf-8")).get("current")
    except (OSError, ValueError, AttributeError):
        return None
    return str(found) if found else None


def _passphrase(session: Session) -> Finding:
    if session.environ.get("PULUMI_CONFIG_PASSPHRASE"):
        return Finding("ok", "passphrase", "in PULUMI_CONFIG_PASSPHRASE")
    name = "PULUMI_CONFIG_PASSPHRASE_FILE"
    file = session.environ.get(name) or engine_environment(session).get(name)
    if file is None:
        return Finding(
            "warn",
            "passphrase",
            "none for all clients",
            "Give each LEAVER_<CLIENT>_PASSPHRASE_FILE, or set one.",
        )
    if not Path(file).is_file():
        return Finding(
            "fail", "passphrase", f"{file} is missing", "Restore it: without it no state can be read."
        )
    return Finding("ok", "passphrase", f"in {file}")


def _evidence(session: Session) -> Finding:
    from leaver.evidence import configured

    try:
        with configured(session.home, session.environ) as store:
            key, others = store.key, sorted(store.keys())
    except LeaverError as fault:
        return Finding("fail", "evidence", str(fault), "Until then nothing is written to it.")
    if key is not None:
        return Finding("ok", "evidence", f"signed, by {key.id}")
    if others:
        return Finding(
            "warn",
            "evidence",
            f"signed elsewhere, by {', '.join(others)}, and not here",
            "Set LEAVER_EVIDENCE_KEY_FILE or LEAVER_EVIDENCE_KEY: an unsigned entry counts as a change.",
        )
    return Finding("ok", "evidence", "hash-chained, not signed; `leaver evidence key FILE` makes a key")


def _sandbox(session: Session) -> Finding:
    from leaver.sandbox.server import status

    running = status(session.sandbox_home)
    if running is None:
        return Finding("warn", "sandbox", "does not run", "Start it with `leaver sandbox start`.")
    return Finding("ok", "sandbox", f"{running.http} and {running.https}, process {running.pid}")


def _records(session: Session, *, ask: bool) -> Iterator[Finding]:
    try:
        estate = session.estate()
    except RecordsError as error:
        yield Finding("fail", "records", f"{len(error.problems)} problems", "See `leaver check`.")
        return
    except LeaverError as error:
        yield Finding("fail", "records", str(error), "See `leaver check`.")
        return
    people = sum(len(client.people) for client in estate.clients.values())
    yield Finding("ok", "records", f"{people} people of {len(estate.clients)} clients")
    held: list[Held] = []
    for client in estate.clients.values():
        yield from _credentials(session, client, held)
    if ask and held:
        from leaver.cli.permissions import permissions

        yield from permissions(held)


def _credentials(session: Session, client: Client, held: list[Held]) -> Iterator[Finding]:
    """Whether there are credentials; those that there are go into `held`."""
    from leaver.actions import credentials
    from leaver.runbook.permissions import extra_scopes

    for name, settings in client.settings.directories.items():
        subject = f"credentials {client.key}/{name}"
        try:
            found = credentials(
                client.key,
                name,
                settings,
                sandbox=client.settings.sandbox,
                environ=session.environ,
                home=session.home,
                extra_scopes=extra_scopes(),
            )
        except LeaverError as error:
            fault, _, remedy = str(error).partition(". ")
            yield Finding("warn", subject, fault.removeprefix(f"{client.key}/{name}: "), remedy)
        else:
            held.append((client, name, found))
            yield Finding("ok", subject, "of the sandbox" if client.settings.sandbox else "set")
