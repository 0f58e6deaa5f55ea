from __future__ import annotations

import base64
import json
import ssl

import httpx
import pytest

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.graph_client import TENANT, Graph, refusal, request_token

OTHER = "7a1d1a52-3b5e-4d0b-9f7e-0a8a35d3a002"


def _claims(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def test_the_cloud_description_names_the_plain_http_addresses_on_either_port(box: Endpoint) -> None:
    trust = ssl.create_default_context(cafile=str(box.ca))
    for base in (box.http, box.https):
        answer = httpx.get(f"{base}/metadata/endpoints?api-version=2022-09-01", verify=trust).json()
        assert answer["name"]
        assert answer["resourceManager"]
        assert answer["microsoftGraphResourceId"] == f"{box.http}/"
        assert answer["authentication"]["loginEndpoint"] == box.http


def test_a_token_names_its_tenant_its_application_and_when_it_expires(
    box: Endpoint, acme: dict[str, str]
) -> None:
    answer = request_token(box, acme)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    claims = _claims(body["access_token"])
    assert claims["tid"] == TENANT
    assert claims["appid"] == acme["client_id"]
    assert claims["aud"] == box.http
    assert claims["exp"] == 1795356000 + 3599
    assert len(str(claims["oid"])) == 36
    assert "User.ReadWrite.All" in claims["roles"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("changes", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": "", "client_assertion": "a.b.c"}, 401, "invalid_client", 700213),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_id": OTHER}, 400, "unauthorized_client", 700016),
        ({"tenant": OTHER}, 400, "invalid_request", 90002),
        ({"scope": "User.Read"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://elsewhere.example/.default"}, 400, "invalid_resource", 500011),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ],
)
def test_a_wrong_request_for_a_token_is_refused_in_entras_words(
    box: Endpoint, acme: dict[str, str], changes: dict[str, str], status: int, error: str, code: int
) -> None:
    answer = request_token(box, acme, **changes)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert acme["client_secret"] not in answer.text
    assert body["timestamp"] == "2026-11-22 14:00:00Z"


def test_a_call_without_a_token_is_refused(box: Endpoint) -> None:
    answer = httpx.get(f"{box.http}/v1.0/users")
    assert refusal(answer) == (401, "InvalidAuthenticationToken", "Access token is empty.")
    inner = answer.json()["error"]["innerError"]
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["date"] == "2026-11-22T14:00:00"


def test_a_forged_token_is_refused(graph: Graph) -> None:
    token = graph.headers["Authorization"]
    head, body, signature = token.removeprefix("Bearer ").split(".")
    claims = _claims(token) | {"tid": OTHER}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    assert forged != body
    answer = graph.get("/v1.0/users", headers={"Authorization": f"Bearer {head}.{forged}.{signature}"})
    assert refusal(answer)[:2] == (401, "InvalidAuthenticationToken")


def test_an_expired_token_is_refused(graph: Graph) -> None:
    graph.box.admin("POST", "/clock", {"offset_seconds": 3600})
    assert refusal(graph.get("/v1.0/users")) == (
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.",
    )


def test_a_clients_token_opens_no_other_clients_tenant(graph: Graph) -> None:
    user = graph.new_user("dana")
    other = graph.box.register("birch", "entra", "entra", OTHER, ["birch.example"])
    with Graph(graph.box, other) as stranger:
        assert stranger.ids("/v1.0/users") == []
        assert refusal(stranger.get(f"/v1.0/users/{user}"))[:2] == (404, "Request_ResourceNotFound")
        assert stranger.patch(f"/v1.0/users/{user}", json={"accountEnabled": False}).status_code == 404
        assert stranger.delete(f"/v1.0/users/{user}").status_code == 404
    assert graph.get(f"/v1.0/users/{user}?$select=accountEnabled").json()["accountEnabled"] is True


def test_a_dropped_tenants_token_opens_nothing(graph: Graph) -> None:
    graph.box.admin("DELETE", "/tenants/acme/entra")
    assert graph.get("/v1.0/users").status_code == 401
