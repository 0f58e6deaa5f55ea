"""Configuration of the okta stand-in: which addresses, which credentials, which waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from okta_harness import USER, Answer, Failed, Org, org, plugin

from leaver.providers.base.errors import ProviderError
from leaver.providers.base.http import require_loopback
from leaver.providers.okta.settings import org_url

GONE = Answer(404, {"errorSummary": "Not found"})


@pytest.fixture
def server() -> Iterator[Org]:
    with org() as found:
        yield found


def _guard(org_name: str, base: str, proxy: str) -> None:
    require_loopback(org_url(org_name, base, proxy), "okta", "7.0.1")


@pytest.mark.parametrize(
    ("name", "base", "proxy"),
    [
        ("acme", "okta.com", ""),
        ("acme", "", ""),
        ("acme", "okta.com", "http://proxy.acme.example:3128"),
        ("acme", "okta.com", "http://10.0.0.7:8080"),
        ("127", "0.0.1.acme.example", ""),
        ("127", "0.0.1@acme.example", ""),
        ("acme", "okta.com", "http://127.0.0.1:80@acme.example"),
        ("acme", "okta.com", "http://localhost.acme.example"),
        ("0", "0.0.0", ""),
    ],
)
def test_any_address_but_loopback_is_refused(name: str, base: str, proxy: str) -> None:
    with pytest.raises(ProviderError, match=r"stand-in plugin.*pulumi plugin install resource okta 7\.0\.1"):
        _guard(name, base, proxy)


@pytest.mark.parametrize(
    ("name", "base", "proxy"),
    [
        ("127", "0.0.1:18443", ""),
        ("acme", "okta.com", "http://127.0.0.1:18480"),
        ("acme", "okta.com", "https://localhost:18443/"),
        ("acme", "okta.com", "http://[::1]:18480"),
    ],
)
def test_loopback_addresses_are_taken(name: str, base: str, proxy: str) -> None:
    _guard(name, base, proxy)


def test_the_refusal_reaches_the_engine_before_any_request(server: Org) -> None:
    with plugin() as standin, pytest.raises(Failed, match=r"host 'acme\.okta\.com'"):
        standin.configure(orgName="acme", baseUrl="okta.com", apiToken="x")
    assert server.seen == []


def test_an_api_token_is_checked_twice_and_an_access_token_never(server: Org) -> None:
    me = Answer(200, {"id": "00u1", "status": "ACTIVE"})
    with plugin() as standin:
        server.play(me, me)
        standin.configure(apiToken="abc", httpProxy=server.url)
        assert [request.path for request in server.seen] == ["/api/v1/users/me"] * 2
        assert server.headers_seen[0]["Authorization"] == "SSWS abc"
        server.play(GONE)
        standin.configure(accessToken="def", httpProxy=server.url)
        assert server.seen == []
        standin.read(USER, "00u1", {"status": "ACTIVE"}, {})
        assert server.headers_seen[0]["Authorization"] == "Bearer def"


def test_a_bad_token_fails_the_configuration(server: Org) -> None:
    server.play(Answer(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"}))
    words = "error with v3 SDK client: the API returned an error: Invalid token provided"
    with plugin() as standin, pytest.raises(Failed, match=words):
        standin.configure(apiToken="abc", httpProxy=server.url)


def test_the_environment_fills_what_the_program_leaves_out(server: Org) -> None:
    environ = {"OKTA_HTTP_PROXY": server.url, "OKTA_ACCESS_TOKEN": "from-env", "OKTA_ORG_NAME": "acme"}
    with plugin(environ) as standin:
        server.play(GONE)
        standin.configure()
        standin.read(USER, "00u1", {"status": "ACTIVE"}, {})
    assert server.headers_seen[0]["Authorization"] == "Bearer from-env"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"httpProxy": "http://127.0.0.1:1"}, "no credential. Set okta:apiToken"),
        ({"httpProxy": "http://127.0.0.1:1", "privateKey": "k"}, "an API token or an access token only"),
        ({"apiToken": "x"}, "orgName is not set"),
    ],
)
def test_an_incomplete_configuration_says_what_to_set(config: dict[str, str], message: str) -> None:
    with plugin() as standin, pytest.raises(Failed, match=message):
        standin.configure(**config)


def test_a_sandbox_that_is_not_there_fails_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with plugin() as standin, pytest.raises(Failed, match="leaver sandbox start"):
            standin.configure(apiToken="x", httpProxy=url)
        assert standin.waits == []


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_the_default_waits_are_the_real_plugins_half_minutes(server: Org, status: int) -> None:
    with plugin() as standin:
        # Switching retries off has no effect on the real plugin either.
        standin.configure(accessToken="x", httpProxy=server.url, backoff=False, maxRetries=0)
        server.play(*[Answer(status, {"errorSummary": "busy"})] * 6)
        with pytest.raises(Failed, match="failed to get user: the API returned an error: busy"):
            standin.read(USER, "00u1", {"status": "ACTIVE"}, {})
    assert standin.waits == [30, 60, 120, 240, 300]
    assert len(server.seen) == 6


def test_waits_can_be_configured_and_retry_after_wins(server: Org) -> None:
    with plugin() as standin:
        standin.configure(
            accessToken="x", httpProxy=server.url, minWaitSeconds=2, maxWaitSeconds=5, maxRetries=4
        )
        busy = Answer(503, {})
        server.play(busy, busy, Answer(429, {}, {"Retry-After": ["9"]}), busy, GONE)
        standin.read(USER, "00u1", {"status": "ACTIVE"}, {})
    assert standin.waits == [2, 4, 9, 5]


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500, 501])
def test_other_faults_are_not_retried(server: Org, status: int) -> None:
    with plugin() as standin:
        standin.configure(accessToken="x", httpProxy=server.url)
        server.play(Answer(status, None))
        with pytest.raises(Failed, match="the API returned an unknown error"):
            standin.read(USER, "00u1", {"status": "ACTIVE"}, {})
    assert (standin.waits, len(server.seen)) == ([], 1)


def test_an_answer_that_is_no_json_is_named(server: Org) -> None:
    with plugin() as standin:
        standin.configure(accessToken="x", httpProxy=server.url)
        server.play(Answer(200, None), Answer(200, None))
        with pytest.raises(Failed, match=r"GET /api/v1/groups/00g1/users: status 200 without JSON"):
            standin.read("okta:index/groupMemberships:GroupMemberships", "00g1", {}, {})


def test_a_redirect_is_not_followed(server: Org) -> None:
    with plugin() as standin:
        standin.configure(accessToken="x", httpProxy=server.url)
        server.play(Answer(302, None, {"Location": ["http://acme.example/"]}))
        with pytest.raises(Failed):
            standin.read(USER, "00u1", {"status": "ACTIVE"}, {})


def test_the_host_of_a_next_link_is_ignored(server: Org) -> None:
    link = '<https://acme.example/api/v1/groups/00g1/users?after=x>; rel="next"'
    with plugin() as standin:
        standin.configure(accessToken="x", httpProxy=server.url)
        server.play(*[Answer(200, [{"id": "a"}], {"Link": [link]}), Answer(200, [{"id": "b"}])] * 2)
        found = standin.read("okta:index/groupMemberships:GroupMemberships", "00g1/true", {}, {})
    assert found[1]["users"] == ["a", "b"]
    assert [request.path for request in server.seen] == ["/api/v1/groups/00g1/users"] * 4
