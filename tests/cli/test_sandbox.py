"""`leaver sandbox`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import Result

from leaver.sandbox.endpoint import Endpoint

pytestmark = pytest.mark.slow

Run = Callable[..., Result]


@pytest.fixture
def started(run: Run, project: Path) -> Iterator[Endpoint]:
    """The sandbox, started by the command and stopped by it."""
    try:
        result = run("sandbox", "start", "--http", "0", "--https", "0")
        assert result.exit_code == 0, result.output
        endpoint = Endpoint.read(project / ".leaver/sandbox")
        assert endpoint is not None
        assert result.output == f"sandbox: {endpoint.http} and {endpoint.https}, 3 clients, 4 directories\n"
        yield endpoint
    finally:
        run("sandbox", "stop")


def okta(endpoint: Endpoint, client: str, path: str) -> list[dict[str, object]]:
    token = endpoint.credentials(client)["okta"]["api_token"]
    answer = httpx.get(f"{endpoint.http}/api/v1{path}", headers={"Authorization": f"SSWS {token}"})
    answer.raise_for_status()
    found: list[dict[str, object]] = answer.json()
    return found


def names(objects: list[dict[str, object]]) -> set[str]:
    return {str(each["profile"].get("login") or each["profile"]["name"]) for each in objects}  # type: ignore[attr-defined]


def test_the_directories_hold_what_was_there_before_leaver(run: Run, started: Endpoint) -> None:
    groups = okta(started, "brightwater", "/groups")
    assert {"Staff and Volunteers", "Donor Database"} <= names(groups)
    assert "Trustees" not in names(groups)
    staff = next(each for each in groups if each["profile"]["name"] == "Staff and Volunteers")  # type: ignore[index]
    assert names(okta(started, "brightwater", f"/groups/{staff['id']}/users")) == {
        "reception.desk@brightwater.example",
        "backup.service@brightwater.example",
    }
    assert names(okta(started, "brightwater", "/users")) >= {"imran.siddiqui@brightwater.example"}


def test_starting_again_keeps_what_is_there(run: Run, started: Endpoint) -> None:
    before = okta(started, "kestrel", "/groups"), okta(started, "kestrel", "/users")
    assert run("sandbox", "start").exit_code == 0
    assert (okta(started, "kestrel", "/groups"), okta(started, "kestrel", "/users")) == before


def test_starting_again_puts_nobody_back_into_a_group(run: Run, started: Endpoint) -> None:
    (staff,) = (each for each in okta(started, "kestrel", "/groups") if names([each]) == {"Kestrel Staff"})
    members = f"/groups/{staff['id']}/users"
    (first, *others) = okta(started, "kestrel", members)
    token = started.credentials("kestrel")["okta"]["api_token"]
    httpx.delete(
        f"{started.http}/api/v1{members}/{first['id']}", headers={"Authorization": f"SSWS {token}"}
    ).raise_for_status()
    assert run("sandbox", "start").exit_code == 0
    assert okta(started, "kestrel", members) == others


def test_status_tells_where_it_is_and_whose_directories_it_has(run: Run, started: Endpoint) -> None:
    shown = json.loads(run("sandbox", "status", "--json").output)
    assert shown["running"] is True
    assert shown["http"] == started.http
    assert [f"{each['client']}/{each['directory']}" for each in shown["directories"]] == [
        "acme/entra",
        "brightwater/okta",
        "kestrel/entra",
        "kestrel/okta",
    ]
    assert started.admin_token not in run("sandbox", "status", "--json").output
    assert (
        "acme/entra        entra  6b1f3c52-9a0e-4d77-8c1b-52e0f7a4d913\n" in run("sandbox", "status").output
    )


def test_faults_are_ordered_listed_and_withdrawn(run: Run, started: Endpoint) -> None:
    assert run("sandbox", "faults").output == "sandbox: no faults on order\n"
    ordered = run(
        "sandbox", "faults", "add", "throttle", "--path", "*/users/*", "--count", "3", "--retry-after", "2"
    )
    assert ordered.output == "sandbox: fault #1 on order\n"
    assert run("sandbox", "faults").output == "#1  throttle  *  */users/*  all clients  3 left, hit 0\n"
    (fault,) = json.loads(run("sandbox", "faults", "--json").output)
    assert (fault["kind"], fault["count"], fault["retry_after"]) == ("throttle", 3, 2)
    assert run("sandbox", "faults", "clear", "7").exit_code == 2
    assert run("sandbox", "faults", "clear", "1").output == "sandbox: 1 fault withdrawn\n"
    assert json.loads(run("sandbox", "faults", "--json").output) == []


def test_the_log_shows_the_calls_without_secrets(run: Run, started: Endpoint) -> None:
    assert run("sandbox", "log", "--clear").output == "sandbox: log forgotten\n"
    okta(started, "brightwater", "/groups?limit=1")
    (entry,) = json.loads(run("sandbox", "log", "--client", "brightwater", "--json").output)
    assert (entry["method"], entry["path"], entry["query"], entry["status"]) == (
        "GET",
        "/api/v1/groups",
        "limit=1",
        200,
    )
    shown = run("sandbox", "log", "--path", "*/groups")
    assert shown.output.endswith("  brightwater  200  GET  /api/v1/groups?limit=1\n")
    assert started.credentials("brightwater")["okta"]["api_token"] not in shown.output


def test_a_reset_brings_back_the_first_day(run: Run, started: Endpoint) -> None:
    token = started.credentials("brightwater")["okta"]["api_token"]
    made = httpx.post(
        f"{started.http}/api/v1/groups",
        json={"profile": {"name": "Trustees"}},
        headers={"Authorization": f"SSWS {token}"},
    )
    assert made.status_code == 200
    assert run("sandbox", "reset", "--client", "brightwater").output == "sandbox: 1 directory reset\n"
    assert "Trustees" not in names(okta(started, "brightwater", "/groups"))
    assert "Staff and Volunteers" in names(okta(started, "brightwater", "/groups"))


def test_a_reset_of_an_unknown_client_is_a_usage_error(run: Run, started: Endpoint) -> None:
    result = run("sandbox", "reset", "--client", "nobody")
    assert (result.exit_code, result.stderr) == (
        2,
        'no client "nobody". There are: acme, brightwater, kestrel.\n',
    )


def test_without_a_sandbox_the_commands_say_how_to_start_it(run: Run) -> None:
    assert (run("sandbox", "status").exit_code, run("sandbox", "status").output) == (
        1,
        "sandbox: does not run\n",
    )
    assert run("sandbox", "stop").output == "sandbox: did not run\n"
    for command in ("reset", "faults", "log"):
        result = run("sandbox", command)
        assert (result.exit_code, result.stderr) == (
            2,
            "sandbox: does not run. Start it with `leaver sandbox start`.\n",
        )
