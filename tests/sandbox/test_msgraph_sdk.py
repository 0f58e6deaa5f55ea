"""Microsoft's own Python SDK as an independent client, over TLS and with Microsoft's own login library."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core import GraphClientFactory
from msgraph_core.tasks.page_iterator import PageIterator

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.graph_client import PASSWORD, TENANT, Graph

pytestmark = pytest.mark.slow

Result = TypeVar("Result")


def _credential(box: Endpoint, credential: dict[str, str], **changes: str) -> Any:
    values = {**credential, **changes}
    return ClientSecretCredential(
        TENANT,
        values["client_id"],
        values["client_secret"],
        authority=box.https,
        connection_verify=str(box.ca),
        disable_instance_discovery=True,
        retry_total=0,
    )


@pytest.fixture
def ask(box: Endpoint, acme: dict[str, str]) -> Callable[[Callable[[Any], Awaitable[Result]]], Result]:
    """Run a coroutine function with an SDK client of the tenant."""

    def run(work: Callable[[Any], Awaitable[Result]]) -> Result:
        async def within() -> Result:
            trust = ssl.create_default_context(cafile=str(box.ca))
            plain = httpx.AsyncClient(verify=trust, base_url=f"{box.https}/v1.0", timeout=30)
            async with GraphClientFactory.create_with_default_middleware(client=plain) as http:
                provider = AzureIdentityAuthenticationProvider(
                    _credential(box, acme), scopes=[f"{box.https}/.default"], allowed_hosts=["127.0.0.1"]
                )
                adapter = GraphRequestAdapter(provider, http)
                adapter.base_url = f"{box.https}/v1.0"
                return await work(GraphServiceClient(request_adapter=adapter))

        return asyncio.run(within())

    return run


def test_the_login_library_gets_a_token_and_understands_a_refusal(
    box: Endpoint, acme: dict[str, str]
) -> None:
    assert _credential(box, acme).get_token(f"{box.https}/.default").token.count(".") == 2
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215: Invalid client secret provided"):
        _credential(box, acme, client_secret="wrong").get_token(f"{box.https}/.default")


def test_the_sdk_creates_changes_and_reads_a_user(ask: Callable[..., Any]) -> None:
    async def work(client: Any) -> tuple[Any, Any]:
        made = await client.users.post(
            User(
                account_enabled=True,
                display_name="Dana Reyes",
                mail_nickname="dana",
                user_principal_name="dana@acme.example",
                password_profile=PasswordProfile(password=PASSWORD, force_change_password_next_sign_in=True),
            )
        )
        await client.users.by_user_id(made.id).patch(User(account_enabled=False, job_title="Controller"))
        await client.users.by_user_id(made.id).revoke_sign_in_sessions.post()
        return made, await client.users.by_user_id(made.id).get()

    made, found = ask(work)
    assert made.display_name == "Dana Reyes"
    assert found.job_title == "Controller"


def test_the_sdk_walks_all_pages_and_filters(ask: Callable[..., Any], graph: Graph) -> None:
    users = [{"userPrincipalName": f"u{n:03}@acme.example", "accountEnabled": n != 7} for n in range(25)]
    graph.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "users": users})
    parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters

    async def work(client: Any) -> tuple[list[str], list[bool]]:
        asked = RequestConfiguration(query_parameters=parameters(top=10, select=["id", "userPrincipalName"]))
        names: list[str] = []
        page = await client.users.get(request_configuration=asked)
        walk = PageIterator(page, client.request_adapter)

        def seen(user: Any) -> bool:
            names.append(user.user_principal_name)
            return True

        await walk.iterate(seen)
        asked = RequestConfiguration(
            query_parameters=parameters(filter="accountEnabled eq false", select=["accountEnabled"])
        )
        off = await client.users.get(request_configuration=asked)
        return names, [each.account_enabled for each in off.value]

    names, off = ask(work)
    assert names == [f"u{n:03}@acme.example" for n in range(25)]
    assert off == [False]


def test_the_sdk_adds_lists_and_removes_members(ask: Callable[..., Any], graph: Graph) -> None:
    dana, group = graph.new_user("dana"), graph.new_group("finance")

    async def work(client: Any) -> tuple[list[str], list[str]]:
        members = client.groups.by_group_id(group).members
        await members.ref.post(ReferenceCreate(odata_id=graph.object_url(dana)))
        before = await members.get()
        kinds = [type(each).__name__ for each in before.value]
        await members.by_directory_object_id(dana).ref.delete()
        after = await members.get()
        return kinds, [each.id for each in after.value]

    assert ask(work) == (["User"], [])


def test_the_sdk_understands_an_error(ask: Callable[..., Any]) -> None:
    async def work(client: Any) -> None:
        await client.users.by_user_id("nobody@acme.example").get()

    with pytest.raises(ODataError) as refused:
        ask(work)
    assert refused.value.response_status_code == 404
    assert refused.value.error.code == "Request_ResourceNotFound"
    assert refused.value.error.inner_error.request_id


def test_the_sdk_waits_and_tries_again_when_throttled(ask: Callable[..., Any], graph: Graph) -> None:
    graph.box.fault("throttle", method="GET", path="/v1.0/users", retry_after=1)

    async def work(client: Any) -> int:
        return len((await client.users.get()).value)

    assert ask(work) == 0
    assert [each["status"] for each in graph.box.log(path="/v1.0/users")] == [429, 200]
