"""Okta's own Python SDK as an independent client: what it reads back is what was meant."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.okta_api import OrgApi, person

# The SDK takes seconds to import: whoever needs it imports it, and collecting the tests does not.
pytestmark = [
    pytest.mark.slow,
    # The SDK's own use of aiohttp.
    pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning"),
]


class Trust(ssl.SSLContext):
    """Trusts the sandbox's certificate; the SDK copies its configuration, which a context does not allow."""

    def __new__(cls, ca: Path) -> Trust:
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(ca)
        return context

    def __deepcopy__(self, _memo: object) -> Trust:
        return self


def run(box: Endpoint, work: Callable[[Any], Awaitable[None]], **config: Any) -> None:
    """Run `work` with an SDK client over TLS."""
    from okta.client import Client

    async def main() -> None:
        await work(Client({"orgUrl": box.https, "sslContext": Trust(box.ca), **config}))

    asyncio.run(main())


async def created(client: Any, name: str) -> str:
    from okta.models import CreateUserRequest

    user, _, error = await client.create_user(CreateUserRequest.from_dict(person(name)), activate=True)
    assert error is None
    found: str = user.id
    return found


def test_a_user_goes_through_life(box: Endpoint) -> None:
    okta = OrgApi(box)

    async def work(client: Any) -> None:
        user = await created(client, "dana.reyes")
        for verb, status in (
            ("suspend_user", "SUSPENDED"),
            ("unsuspend_user", "ACTIVE"),
            ("deactivate_user", "DEPROVISIONED"),
        ):
            *_, error = await getattr(client, verb)(user)
            assert error is None
            found, _, error = await client.get_user(user)
            assert error is None
            assert found.status.value == status
        *_, error = await client.delete_user(user)
        assert error is None
        _, _, error = await client.get_user(user)
        assert (error.status, error.error_code) == (404, "E0000007")

    run(box, work, token=okta.token)


def test_errors_are_understood(box: Endpoint) -> None:
    from okta.models import CreateUserRequest

    okta = OrgApi(box)

    async def work(client: Any) -> None:
        user = await created(client, "dana.reyes")
        *_, error = await client.unsuspend_user(user)
        assert (error.status, error.error_code) == (400, "E0000001")
        assert error.error_causes == [{"errorSummary": "Cannot unsuspend a user that is not suspended"}]
        _, _, error = await client.create_user(CreateUserRequest.from_dict(person("dana.reyes")))
        assert "login: An object with this field already exists" in error.message

    run(box, work, token=okta.token)


def test_a_partial_update_keeps_the_rest(box: Endpoint) -> None:
    from okta.models import UpdateUserRequest

    okta = OrgApi(box)

    async def work(client: Any) -> None:
        user = await created(client, "dana.reyes")
        request = UpdateUserRequest.from_dict({"profile": {"title": "Controller"}})
        changed, _, error = await client.update_user(user, request)
        assert error is None
        assert (changed.profile.title, changed.profile.last_name) == ("Controller", "Reyes")

    run(box, work, token=okta.token)


def test_users_are_listed_page_by_page(box: Endpoint) -> None:
    from okta.pagination import PaginationHelper

    okta = OrgApi(box)
    made = [okta.user(f"user.n{number}") for number in range(5)]

    async def work(client: Any) -> None:
        found, after, pages = [], None, 0
        while pages == 0 or after is not None:
            users, response, error = await client.list_users(
                limit=2, after=after, search='profile.firstName eq "user"'
            )
            assert error is None
            found += [each.id for each in users]
            after, pages = PaginationHelper.extract_next_cursor(response.headers), pages + 1
        assert (found, pages) == (made, 3)

    run(box, work, token=okta.token)


def test_groups_and_members(box: Endpoint) -> None:
    from okta.models import AddGroupRequest

    okta = OrgApi(box)

    async def work(client: Any) -> None:
        user = await created(client, "dana.reyes")
        request = AddGroupRequest.from_dict({"profile": {"name": "finance", "description": "Money"}})
        group, _, error = await client.add_group(request)
        assert error is None
        *_, error = await client.assign_user_to_group(group.id, user)
        assert error is None
        members, _, _ = await client.list_group_users(group.id)
        assert [each.profile.login for each in members] == ["dana.reyes@acme.example"]
        groups, _, _ = await client.list_user_groups(user)
        assert [each.profile.actual_instance.name for each in groups] == ["Everyone", "finance"]
        *_, error = await client.unassign_user_from_group(group.id, user)
        assert error is None
        members, _, _ = await client.list_group_users(group.id)
        assert members == []

    run(box, work, token=okta.token)


def test_what_a_leaver_has_is_read_by_the_sdks_models(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.order(
        "/equip",
        login="dana.reyes@acme.example",
        factors=[{"factorType": "webauthn", "provider": "FIDO"}],
        devices=[{"displayName": "Laptop", "platform": "MACOS"}],
        roles=["HELP_DESK_ADMIN"],
        grants=["0oacrm"],
        apps=["Payroll"],
        api_tokens=["script"],
    )
    okta.order("/signin", login="dana.reyes@acme.example")

    async def work(client: Any) -> None:
        factors, _, error = await client.list_factors(user)
        assert (error, factors[0].factor_type) == (None, "webauthn")
        devices, _, error = await client.list_user_devices(user)
        assert (error, devices[0].device.profile.display_name) == (None, "Laptop")
        roles, _, error = await client.list_assigned_roles_for_user(user)
        assert (error, roles[0].actual_instance.label) == (None, "Help Desk Administrator")
        grants, _, error = await client.list_user_grants(user)
        assert (error, grants[0].client_id) == (None, "0oacrm")
        clients, _, error = await client.list_user_clients(user)
        assert (error, [each.client_id for each in clients]) == (None, ["0oacrm", "okta.dashboard"])
        tokens, _, error = await client.list_refresh_tokens_for_user_and_client(user, "okta.dashboard")
        assert (error, tokens[0].user_id) == (None, user)
        links, _, error = await client.list_app_links(user)
        assert (error, links[0].label) == (None, "Payroll")
        owned, _, error = await client.list_api_tokens()
        assert (error, [each.name for each in owned]) == (None, ["sandbox", "script"])
        *_, error = await client.revoke_user_sessions(user, oauth_tokens=True)
        assert error is None
        events, _, error = await client.list_log_events(filter=f'target.id eq "{user}"')
        assert (error, events[-1].event_type) == (None, "user.session.clear")

    run(box, work, token=okta.token)
    assert okta.sessions() == []


def test_a_wrong_token_is_told(box: Endpoint) -> None:
    OrgApi(box)

    async def work(client: Any) -> None:
        _, _, error = await client.list_users()
        assert (error.status, error.error_code) == (401, "E0000011")

    run(box, work, token="00nope")


@pytest.mark.parametrize("status", [429, 503])
def test_throttling_and_outages_are_told(box: Endpoint, status: int) -> None:
    okta = OrgApi(box)
    if status == 429:
        okta.order("/rate-limit", limit=0)

    async def work(client: Any) -> None:
        _, _, error = await client.list_users()
        assert error.status == status

    if status == 503:
        box.fault("error", client="acme", path="*/users", status=503, count=None)
    run(box, work, token=okta.token, rateLimit={"maxRetries": 0})
