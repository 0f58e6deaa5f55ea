"""Who is let in: API tokens, access tokens, scopes, rate limits, isolation of orgs, request forms."""

from __future__ import annotations

import base64
import json
import socket
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.graph_client import NO_TRUST
from tests.sandbox.okta_api import OrgApi, code, person

NOW = int(datetime(2026, 11, 22, 14, 0, 0, tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def assertion(key: rsa.RSAPrivateKey, **changed: object) -> str:
    claims = {
        "iss": "0oaleaver",
        "sub": "0oaleaver",
        "aud": "https://acme.okta.example/oauth2/v1/token",
        "exp": NOW + 300,
        **changed,
    }
    signed = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "RS256"}, claims))
    return f"{signed}.{encoded(key.sign(signed.encode(), padding.PKCS1v15(), SHA256()))}"


def register(okta: OrgApi, key: rsa.RSAPrivateKey, *scopes: str) -> None:
    numbers = key.public_key().public_numbers()
    jwk = {
        "kty": "RSA",
        "e": encoded(numbers.e.to_bytes(3, "big")),
        "n": encoded(numbers.n.to_bytes(256, "big")),
    }
    okta.order("/service-app", client_id="0oaleaver", jwk=jwk, scopes=list(scopes))


def ask_token(okta: OrgApi, signed: str, scope: str) -> httpx.Response:
    return httpx.post(
        f"{okta.box.http}/oauth2/v1/token",
        data={
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": signed,
        },
        verify=NO_TRUST,
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, (403, "E0000005")),
        ("SSWS nope", (401, "E0000011")),
        ("Bearer nope", (401, "E0000011")),
        ("Bearer a.b.c", (401, "E0000011")),
        ("Basic YTpi", (401, "E0000011")),
        ("SSWS", (401, "E0000011")),
    ],
)
def test_a_header_that_opens_nothing(box: Endpoint, header: str | None, expected: tuple[int, str]) -> None:
    OrgApi(box)
    headers = {} if header is None else {"Authorization": header}
    assert code(httpx.get(f"{box.http}/api/v1/users", headers=headers, verify=NO_TRUST)) == expected


def test_an_error_has_oktas_five_fields(box: Endpoint) -> None:
    OrgApi(box)
    answer = httpx.get(f"{box.http}/api/v1/users", headers={"Authorization": "SSWS nope"}, verify=NO_TRUST)
    body = answer.json()
    assert body["errorSummary"] == "Invalid token provided"
    assert body["errorLink"] == "E0000011"
    assert body["errorId"].startswith("oae")
    assert body["errorCauses"] == []


def test_a_token_opens_no_other_org(box: Endpoint) -> None:
    acme, other = OrgApi(box), OrgApi(box, "globex", "globex")
    user, group = acme.user(), acme.group()
    app = acme.post("/apps", json={"label": "Payroll"}).json()["id"]
    device = acme.order("/equip", login="dana.reyes@acme.example", devices=[{"displayName": "d"}])["devices"][
        0
    ]
    for path in (f"/users/{user}", "/users/dana.reyes@acme.example", f"/groups/{group}", f"/apps/{app}"):
        assert code(other.get(path)) == (404, "E0000007")
    assert code(other.get(f"/devices/{device}")) == (404, "E0000007")
    assert code(other.post(f"/users/{user}/lifecycle/deactivate")) == (404, "E0000007")
    own = other.user("kim.cho")
    assert code(other.put(f"/groups/{group}/users/{own}")) == (404, "E0000007")
    assert {each["profile"]["login"] for each in other.everything("/users")} == {
        "okta.admin@globex.example",
        "kim.cho@acme.example",
    }
    assert acme.status(user) == "ACTIVE"


def test_two_orgs_may_have_the_same_login_and_group_name(box: Endpoint) -> None:
    acme, other = OrgApi(box), OrgApi(box, "globex", "globex")
    assert acme.user() != other.user()
    assert acme.group() != other.group()


def test_a_service_app_works_within_its_scopes(box: Endpoint, key: rsa.RSAPrivateKey) -> None:
    okta = OrgApi(box)
    register(okta, key, "okta.users.read", "okta.groups.manage")
    answer = ask_token(okta, assertion(key), "okta.users.read okta.groups.manage")
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"
    bearer = httpx.Client(
        base_url=f"{box.http}/api/v1",
        headers={"Authorization": f"Bearer {answer.json()['access_token']}"},
        verify=NO_TRUST,
    )
    assert bearer.get("/users").status_code == 200
    assert bearer.get("/groups").status_code == 200
    refused = bearer.post("/users", json=person("dana.reyes"))
    assert code(refused) == (403, "E0000006")
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert 'scope="okta.users.manage"' in refused.headers["www-authenticate"]
    okta.later(3601)
    assert code(bearer.get("/users")) == (401, "E0000011")


@pytest.mark.parametrize(
    ("changed", "scope", "expected"),
    [
        ({"iss": "other", "sub": "other"}, "okta.users.read", (401, "invalid_client")),
        ({"aud": "https://acme.okta.example/api"}, "okta.users.read", (401, "invalid_client")),
        ({"exp": NOW - 1}, "okta.users.read", (401, "invalid_client")),
        ({"exp": NOW + 7200}, "okta.users.read", (401, "invalid_client")),
        ({}, "okta.users.manage", (400, "invalid_scope")),
        ({}, "", (400, "invalid_scope")),
    ],
)
def test_an_assertion_that_is_refused(
    box: Endpoint, key: rsa.RSAPrivateKey, changed: dict[str, object], scope: str, expected: tuple[int, str]
) -> None:
    okta = OrgApi(box)
    register(okta, key, "okta.users.read")
    answer = ask_token(okta, assertion(key, **changed), scope)
    assert (answer.status_code, answer.json()["error"]) == expected


def test_an_assertion_signed_with_another_key_is_refused(box: Endpoint, key: rsa.RSAPrivateKey) -> None:
    okta = OrgApi(box)
    register(okta, key, "okta.users.read")
    stranger = rsa.generate_private_key(65537, 2048)
    answer = ask_token(okta, assertion(stranger), "okta.users.read")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_every_answer_has_the_rate_limit_headers(box: Endpoint) -> None:
    okta = OrgApi(box)
    for answer in (okta.get("/users"), okta.get("/users/nope"), okta.get("/nope")):
        assert int(answer.headers["X-Rate-Limit-Remaining"]) < int(answer.headers["X-Rate-Limit-Limit"])
        assert NOW < int(answer.headers["X-Rate-Limit-Reset"]) <= NOW + 60
        assert answer.headers["X-Okta-Request-Id"]


def test_a_limit_is_kept_until_the_minute_is_over(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.order("/rate-limit", limit=2)
    answers = [okta.get("/users") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].json()["errorCode"] == "E0000047"
    assert answers[2].headers["X-Rate-Limit-Remaining"] == "0"
    assert okta.get("/groups").status_code == 200
    okta.later(60)
    assert okta.get("/users").status_code == 200


def test_an_ordered_throttle_tells_when_to_come_back(box: Endpoint) -> None:
    okta = OrgApi(box)
    box.fault("throttle", client="acme", path="*/users", retry_after=4)
    answer = okta.get("/users")
    assert code(answer) == (429, "E0000047")
    assert (answer.headers["Retry-After"], answer.headers["X-Rate-Limit-Reset"]) == ("4", str(NOW + 4))
    assert okta.get("/users").status_code == 200


def test_a_proxy_request_line_is_understood(box: Endpoint) -> None:
    """pulumi-okta with httpProxy sends the whole URL in the request line (RFC 9112, section 3.2.2)."""
    okta = OrgApi(box)
    address = urlsplit(box.http)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=5) as connection:
        lines = (
            f"GET {box.http}/api/v1/users/me?x=1 HTTP/1.1",
            "Host: acme.okta.example",
            f"Authorization: SSWS {okta.token}",
            "Connection: close",
        )
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"okta.admin@acme.example" in answer


def test_a_body_that_is_not_json_is_refused(box: Endpoint) -> None:
    okta = OrgApi(box)
    for body in (b"{", b"[]", b'"x"', b"\xff", b"[" * 5000):
        assert code(okta.post("/users", content=body)) == (400, "E0000003")


def test_paths_and_methods_that_do_not_exist(box: Endpoint) -> None:
    okta = OrgApi(box)
    assert code(okta.get("/nothing")) == (404, "E0000008")
    assert code(okta.patch("/users")) == (405, "E0000022")


def test_admin_orders_want_the_admin_token(box: Endpoint) -> None:
    OrgApi(box)
    for path in ("transition", "rate-limit", "status", "equip", "service-app", "signin"):
        answer = httpx.post(f"{box.http}/_sandbox/okta/{path}", json={"client": "acme"}, verify=NO_TRUST)
        assert answer.status_code == 401
    assert httpx.get(f"{box.http}/_sandbox/okta/sessions", verify=NO_TRUST).status_code == 401


def test_a_revoked_api_token_opens_nothing_more(box: Endpoint) -> None:
    okta = OrgApi(box)
    assert [each["name"] for each in okta.get("/api-tokens").json()] == ["sandbox"]
    assert okta.delete("/api-tokens/current").status_code == 204
    assert code(okta.get("/users")) == (401, "E0000011")
