"""What one call of the command line knows: the project's folder, its run-time files, the clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leaver.errors import UsageError

if TYPE_CHECKING:
    from leaver.sandbox.endpoint import Endpoint
    from leaver.source import Estate

R = TypeVar("R")

PROJECT_FILE = "Pulumi.yaml"
_LISTED = 20


@dataclass
class Session:
    """One call of `leaver`. `environ` is the process's environment; `project` what --project said."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    project: Path | None = None
    moment: str | None = None
    debug: bool = False

    @property
    def root(self) -> Path:
        """The project's folder. Raises UsageError when there is none."""
        if self.project is not None:
            if not (self.project / PROJECT_FILE).is_file():
                raise UsageError(f"{self.project}: has no {PROJECT_FILE}. Name the project's folder.")
            return self.project.resolve()
        here = Path.cwd()
        found = [folder for folder in (here, *here.parents) if (folder / PROJECT_FILE).is_file()]
        # A project among a project's records would bring a program of its own: whoever writes records has no say.
        for folder in found:
            if not any(folder.is_relative_to(other / "identities") for other in found):
                return folder
        raise UsageError(
            f"{here}: neither it nor a folder above it has a {PROJECT_FILE}. "
            "Go to the project's folder, or name it with --project DIR."
        )

    @property
    def home(self) -> Path:
        """The folder of run-time files: LEAVER_HOME, else .leaver in the project."""
        stated = self.environ.get("LEAVER_HOME")
        return Path(stated).resolve() if stated else self.root / ".leaver"

    @property
    def sandbox_home(self) -> Path:
        return self.home / "sandbox"

    def sandbox(self) -> Endpoint:
        """The sandbox that runs; raises UsageError when none does."""
        from leaver.sandbox.server import status

        found = status(self.sandbox_home)
        if found is None:
            raise UsageError("sandbox: does not run. Start it with `leaver sandbox start`.")
        return found

    def now(self) -> datetime:
        """The current moment: the clock's, or what --now or LEAVER_NOW pretends it is."""
        stated = self.moment or self.environ.get("LEAVER_NOW")
        if not stated:
            return datetime.now(UTC)
        with suppress(ValueError):
            if (exact := datetime.fromisoformat(stated)).tzinfo is not None:
                return exact.astimezone(UTC)
        return moment_of(stated, None)

    def record_cache(self, root: Path) -> Path:
        """The folder of the records of the project at `root` that are kept from earlier runs."""
        home = self.home if self.environ.get("LEAVER_HOME") else root / ".leaver"
        return home / "cache" / "records"

    def estate(self, clients: Sequence[str] = ()) -> Estate:
        """The records of `clients`; of all when none is named.

        Raises UsageError for a client that there is not, RecordsError with every problem.
        """
        from leaver.source import load

        cache = self.record_cache(self.root)
        if not clients:
            return load(self.root, cache=cache)
        self.known(clients)
        return load(self.root, clients, cache=cache)

    def known(self, clients: Sequence[str]) -> None:
        """Raises UsageError for a client that there is not."""
        from leaver.source import client_keys

        known = client_keys(self.root) if clients else ()
        for name in clients:
            if name not in known:
                raise UsageError(_no_client(name, known))


def _no_client(name: str, known: Sequence[str]) -> str:
    from leaver.model.nearest import nearest

    meant = nearest(name, known)
    if meant is not None:
        return f'no client "{name}". Did you mean "{meant}"?'
    listing = ", ".join(known) if len(known) <= _LISTED else f"{len(known)}, see the folder identities"
    return f'no client "{name}". There are: {listing or "none"}.'


def moment_of(text: str, zone: str | None) -> datetime:
    """The instant that an option means, local in `zone`. Raises UsageError."""
    from leaver.model import MomentError, parse_moment

    try:
        return parse_moment(text, zone)
    except MomentError as error:
        if "has no zone" in error.fault:
            raise UsageError(
                f'"{text}" has no zone, and the clients do not share one. '
                f'Add an offset, such as "{text} +00:00", or name one client.'
            ) from None
        raise UsageError(f"{error.fault}. {error.remedy}") from None


def with_session(command: Callable[..., R]) -> Callable[..., R]:
    """Give a click command the session as its first argument."""

    def given(*args: Any, **kwargs: Any) -> R:
        session: Session = click.get_current_context().find_root().obj
        return command(session, *args, **kwargs)

    return update_wrapper(given, command)


def set_on_session(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A click callback that keeps an option's value in the session, when it was given."""

    def keep(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.find_root().obj, name, value)

    return keep
