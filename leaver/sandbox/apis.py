"""The APIs that the sandbox speaks, and what each tells the core about itself.

A module of an API has `SCHEMA` (SQL) and `routes()`; every table of it has a column `tenant` or `org`.
It may also have the functions of `Hooks`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from leaver.sandbox import entra, graph, okta
from leaver.sandbox.settings import Sandbox
from leaver.sandbox.tenants import Tenant

MODULES: tuple[ModuleType, ...] = (entra, graph, okta)
_OF_KIND: dict[str, tuple[ModuleType, ...]] = {"entra": (graph,), "okta": (okta,)}


def _hook(tenant: Tenant, name: str) -> Callable[..., Any] | None:
    for module in _OF_KIND[tenant.kind]:
        found: Callable[..., Any] | None = getattr(module, name, None)
        if found is not None:
            return found
    return None


def prepare(box: Sandbox, tenant: Tenant) -> None:
    """Make what every new tenant has from its first day; `prepare(box, tenant)` of the module."""
    hook = _hook(tenant, "prepare")
    if hook is not None:
        hook(box, tenant)


def seed(box: Sandbox, tenant: Tenant, content: dict[str, Any]) -> dict[str, Any]:
    """Load many objects at once; `seed(box, tenant, content)` of the module."""
    hook = _hook(tenant, "seed")
    if hook is None:
        raise ValueError(f"{tenant.kind} tenants cannot be seeded. Create the objects through the API.")
    result: dict[str, Any] = hook(box, tenant, content)
    return result


def sign_in(box: Sandbox, tenant: Tenant, username: str) -> dict[str, Any]:
    """Try to start a session; `sign_in(box, tenant, username)` of the module answers `{"ok": bool, ...}`."""
    hook = _hook(tenant, "sign_in")
    if hook is None:
        raise ValueError(f"{tenant.kind} tenants have no simulated sign-in.")
    result: dict[str, Any] = hook(box, tenant, username)
    return result


def sessions(box: Sandbox, tenant: Tenant) -> list[dict[str, Any]]:
    """All sessions and whether each is still valid; `sessions(box, tenant)` of the module."""
    hook = _hook(tenant, "sessions")
    found: list[dict[str, Any]] = hook(box, tenant) if hook is not None else []
    return found


def empty(box: Sandbox, tenant: Tenant) -> None:
    """Delete every row of a tenant in every table that has a `tenant` or `org` column."""
    with box.store.write() as db:
        db.execute("PRAGMA defer_foreign_keys = ON")
        tables = db.execute(
            "SELECT m.name AS name, c.name AS key FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name IN ('tenant', 'org') AND m.name <> 'tenants'"
        ).fetchall()
        for table in tables:
            db.execute(f'DELETE FROM "{table["name"]}" WHERE "{table["key"]}" = ?', (tenant.tenant,))  # noqa: S608
