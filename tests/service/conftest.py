"""Tests of the service: with the worlds of the end-to-end tests, and a real PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from tests.e2e.fixtures import endpoint, sandbox_folder, world
from tests.service.postgres import postgres

__all__ = ["endpoint", "sandbox_folder", "world"]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """A database of the test's own."""
    name = f"leaver_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'create database "{name}"')  # type: ignore[call-overload]
        yield server.rpartition("/")[0] + f"/{name}"
        admin.execute(f'drop database "{name}" with (force)')  # type: ignore[call-overload]
