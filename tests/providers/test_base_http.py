"""Loopback only, the retries of a policy, where certificates come from."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from scripted import LOST, Clock, Exchange, Script, serving

from leaver.providers.base.errors import Cancelled, ProviderError
from leaver.providers.base.http import (
    Http,
    RetryPolicy,
    ca_bundle,
    home,
    require_loopback,
    retries_within,
)
from leaver.providers.base.resource import Call

POLICY = RetryPolicy(statuses=frozenset({429, 503}), first=1.0, longest=61.0)


def call(clock: Clock, timeout: float = 300.0) -> Call:
    return Call(None, timeout, clock() + timeout, threading.Event())


def refusal(status: int = 503, **headers: str) -> Exchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange("GET", "/x", None, status, named, {"error": {}}, 0.0)


def asked(
    exchanges: list[Exchange], policy: RetryPolicy = POLICY, timeout: float = 300.0
) -> tuple[int, list[float]]:
    """(last status, sleeps) of GET /x against the exchanges."""
    script, clock = Script(), Clock()
    script.play(exchanges)
    http = Http("test", "1.0.0", policy, sleep=clock.sleep, clock=clock)
    with serving(script) as port:
        answer = http.request(call(clock, timeout), "GET", f"http://127.0.0.1:{port}/x")
    http.close()
    return answer.status_code, clock.naps


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "127.8.9.1:443", "https://localhost:1", "http://[::1]:80", "localhost"]
)
def test_this_machine_is_allowed(url: str) -> None:
    require_loopback(url, "azuread", "6.11.1")


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com",
        "http://localhost.example",
        "http://127.0.0.1@graph.example",
        "0.0.0.0:1",
        "",
    ],
)
def test_any_other_host_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(ProviderError, match=r"pulumi plugin install resource azuread 6\.11\.1"):
        require_loopback(url, "azuread", "6.11.1")


def test_a_link_to_another_host_is_not_followed() -> None:
    clock = Clock()
    http = Http("test", "1.0.0", POLICY, sleep=clock.sleep, clock=clock)
    with pytest.raises(ProviderError, match=r"host 'graph\.example'"):
        http.request(call(clock), "GET", "https://graph.example/next")


def test_the_waits_double_up_to_the_longest() -> None:
    refusals = [refusal() for _ in range(9)]
    fine = Exchange("GET", "/x", None, 200, {}, {}, 0.0)
    assert asked([*refusals, fine], timeout=400) == (200, [1, 2, 4, 8, 16, 32, 61, 61, 61])


@pytest.mark.parametrize(
    ("timeout", "retries"), [(2, 0), (12, 2), (30, 3), (63, 5), (64, 6), (300, 9), (1800, 34)]
)
def test_the_retries_end_before_the_operations_time_is_up(timeout: float, retries: int) -> None:
    assert retries_within(timeout) == retries


def test_a_date_in_retry_after_is_not_honoured_but_seconds_are() -> None:
    fine = Exchange("GET", "/x", None, 200, {}, {}, 0.0)
    dated = refusal(429, Retry_After="Wed, 21 Oct 2037 07:28:00 GMT")
    assert asked([dated, refusal(429, Retry_After="7"), fine]) == (200, [1, 7])


def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    assert asked([refusal(429, Retry_After="120")], timeout=60) == (429, [])


def test_a_limit_of_attempts_is_kept() -> None:
    policy = RetryPolicy(frozenset({503}), first=30, longest=300, attempts=2)
    assert asked([refusal() for _ in range(5)], policy) == (503, [30, 60])


@pytest.mark.parametrize(("method", "naps"), [("POST", []), ("GET", [1.0, 2.0])])
def test_a_lost_connection_is_tried_again_only_for_the_methods_that_may_be(
    method: str, naps: list[float]
) -> None:
    clock, script = Clock(), Script()
    script.play([refusal(LOST) for _ in range(3)])
    policy = RetryPolicy(frozenset(), first=1, longest=61, attempts=2, resent=frozenset({"GET"}))
    http = Http("test", "1.0.0", policy, sleep=clock.sleep, clock=clock)
    with serving(script) as port, pytest.raises(ProviderError, match="no answer"):
        http.request(call(clock), method, f"http://127.0.0.1:{port}/x")
    assert clock.naps == naps


def test_a_sandbox_that_is_not_there_is_said_at_once() -> None:
    clock = Clock()
    http = Http("test", "1.0.0", POLICY, sleep=clock.sleep, clock=clock)
    with serving(Script()) as port:
        pass
    with pytest.raises(
        ProviderError, match=r"no connection: .* Start the sandbox with `leaver sandbox start`\."
    ):
        http.request(call(clock), "GET", f"http://127.0.0.1:{port}/x")
    assert clock.naps == []


def test_a_cancelled_operation_stops_waiting() -> None:
    script, clock = Script(), Clock()
    script.play([refusal()])
    running = call(clock)

    def interrupt(_seconds: float, cancelled: threading.Event) -> None:
        cancelled.set()

    http = Http("test", "1.0.0", POLICY, sleep=interrupt, clock=clock)
    with serving(script) as port, pytest.raises(Cancelled):
        http.request(running, "GET", f"http://127.0.0.1:{port}/x")


def test_https_without_a_known_authority_fails(tmp_path: Path) -> None:
    import trustme

    clock = Clock()
    policy = RetryPolicy(frozenset(), first=1, longest=1, attempts=0)
    http = Http("test", "1.0.0", policy, sleep=clock.sleep, clock=clock)
    with (
        serving(Script(), trustme.CA()) as port,
        pytest.raises(ProviderError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        http.request(call(clock), "GET", f"https://127.0.0.1:{port}/x")


def test_the_sandboxs_authority_is_trusted_unless_another_is_named(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert home({}, deep) == tmp_path / ".leaver"
    assert ca_bundle({}, deep) is None
    authority = tmp_path / ".leaver" / "sandbox" / "ca.pem"
    authority.parent.mkdir(parents=True)
    authority.touch()
    assert ca_bundle({}, deep) == authority
    assert ca_bundle({"LEAVER_HOME": str(tmp_path / "elsewhere")}, deep) is None
    assert ca_bundle({"SSL_CERT_FILE": "/etc/own.pem"}, deep) == Path("/etc/own.pem")
