"""`leaver preview`, `leaver apply`, `leaver verify`, over a fleet that answers what a test wants."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import leaver.fleet
from leaver.cli import apply as module
from leaver.desired import Change, ChangeReport, Effect
from leaver.fleet import ApplyReport, Difference, PreviewReport, VerifyReport
from leaver.limits import Kind, Loss, Size, digest, judge
from leaver.model import Override
from leaver.source import load

Run = Callable[..., Result]
NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)


def changes(client: str, *which: Change) -> ChangeReport:
    return ChangeReport(
        client=client,
        name=client.title(),
        zone="UTC",
        now=NOW.isoformat(),
        next_change=None,
        people=2,
        accounts=2,
        groups=1,
        changes=which,
        notices=(),
        stale=(),
    )


LEAVES = Change("jun.seo", "entra", Effect.DISABLED, "jun.seo@acme.example")


class FakeFleet:
    """Answers what `previews`, `outcomes` and `verifications` hold by client; else that all is well."""

    def __init__(self) -> None:
        self.previews: dict[str, PreviewReport] = {}
        self.outcomes: dict[str, ApplyReport] = {}
        self.verifications: dict[str, VerifyReport] = {}
        self.calls: list[tuple[str, list[str], datetime]] = []

    def __call__(self, *_: Any, **__: Any) -> FakeFleet:
        return self

    def preview(self, clients: Iterable[str], now: datetime) -> list[PreviewReport]:
        chosen = list(clients)
        self.calls.append(("preview", chosen, now))
        return [self.previews.get(key, PreviewReport(key, changes(key))) for key in chosen]

    def apply(self, previews: Iterable[PreviewReport], now: datetime) -> list[ApplyReport]:
        chosen = [report.client for report in previews]
        self.calls.append(("apply", chosen, now))
        fine = VerifyReport("", 2, 1)
        return [
            self.outcomes.get(key, ApplyReport(key, "verified", steps={"same": 3}, verification=fine))
            for key in chosen
        ]

    def verify(self, clients: Iterable[str], now: datetime) -> list[VerifyReport]:
        chosen = list(clients)
        self.calls.append(("verify", chosen, now))
        return [self.verifications.get(key, VerifyReport(key, 2, 1)) for key in chosen]


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> FakeFleet:
    fake = FakeFleet()
    monkeypatch.setattr(leaver.fleet, "Fleet", fake)
    return fake


DIFFERS = VerifyReport(
    "acme", 30, 12, (Difference("jun.seo", "entra", "sign-in", "disabled", "enabled\x1b[0m"),)
)


def test_preview_without_names_is_of_all_clients_at_this_moment(run: Run, fleet: FakeFleet) -> None:
    assert run("preview").exit_code == 0
    assert fleet.calls == [("preview", ["acme", "brightwater", "kestrel"], NOW)]


def test_preview_prints_what_changes_in_peoples_words(run: Run, fleet: FakeFleet) -> None:
    fleet.previews["acme"] = PreviewReport("acme", changes("acme", LEAVES))
    result = run("preview", "acme")
    assert (result.exit_code, result.output) == (
        0,
        "Acme (acme), 2026-11-22 14:00 UTC: 2 people, 2 accounts, 1 group\n"
        "  access ends:\n"
        "    - Jun Seo, entra: account jun.seo@acme.example is disabled\n"
        "  1 person loses all access\n",
    )


@pytest.mark.parametrize(
    ("arguments", "at"),
    [
        (["acme", "--at", "2026-11-27 17:00"], datetime(2026, 11, 27, 22, tzinfo=UTC)),
        (["kestrel", "--at", "2026-11-27 17:00"], datetime(2026, 11, 27, 6, tzinfo=UTC)),
        (["--at", "2026-11-27 17:00 +01:00"], datetime(2026, 11, 27, 16, tzinfo=UTC)),
        (
            ["acme", "--now", "2026-12-01T08:00:00.5+00:00"],
            datetime(2026, 12, 1, 8, 0, 0, 500000, tzinfo=UTC),
        ),
    ],
)
def test_a_preview_at_another_moment(run: Run, fleet: FakeFleet, arguments: list[str], at: datetime) -> None:
    assert run("preview", *arguments).exit_code == 0
    assert fleet.calls[0][2] == at


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--at", "2026-11-27 17:00"],
            '"2026-11-27 17:00" has no zone, and the clients do not share one. '
            'Add an offset, such as "2026-11-27 17:00 +00:00", or name one client.\n',
        ),
        (
            ["acme", "--at", "2027-03-14 02:30"],
            '"2027-03-14 02:30" does not exist in America/New_York (the clocks go forward). '
            'Write "2027-03-14 01:30" or "2027-03-14 03:30".\n',
        ),
        (
            ["acme", "--at", "tomorrow"],
            '"tomorrow" is not a moment. Write date and time, such as "2026-11-27 17:00"; '
            "relative words are refused.\n",
        ),
        (["acm"], 'no client "acm". Did you mean "acme"?\n'),
        (["zzz"], 'no client "zzz". There are: acme, brightwater, kestrel.\n'),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    run: Run, fleet: FakeFleet, arguments: list[str], said: str
) -> None:
    result = run("preview", *arguments)
    assert (result.exit_code, result.stderr, fleet.calls) == (2, said, [])


def test_a_problem_of_one_client_does_not_stop_a_run_of_another(
    run: Run, fleet: FakeFleet, project: Any
) -> None:
    (project / "identities/kestrel/groups.yaml").write_text("groups: 1\n")
    assert run("preview", "acme").exit_code == 0
    assert run("preview").exit_code == 1


def test_a_client_that_fails_is_told_beside_the_others(run: Run, fleet: FakeFleet) -> None:
    fleet.previews["acme"] = PreviewReport(
        "acme", error="acme/entra: no answer. Try again.\nmore \x1b[2J", exit_code=3
    )
    result = run("preview")
    assert result.exit_code == 3
    assert result.stderr == "acme/entra: no answer. Try again.\n  more \\u001b[2J\n"
    assert "Brightwater (brightwater)" in result.stdout
    assert "Kestrel (kestrel)" in result.stdout


def test_a_fault_without_a_place_gets_its_client(run: Run, fleet: FakeFleet) -> None:
    fleet.previews["acme"] = PreviewReport("acme", error="out of memory")
    assert run("preview", "acme").stderr == "acme: out of memory\n"


def test_apply_asks_nobody_when_nobody_is_there(run: Run, fleet: FakeFleet) -> None:
    result = run("apply", "acme")
    assert (result.exit_code, result.stderr, fleet.calls) == (
        2,
        "apply: there is nobody to ask. Add --yes, after a look at `leaver preview`.\n",
        [],
    )


@pytest.mark.parametrize(
    ("answer", "code", "calls"), [("y", 0, ["preview", "apply"]), ("n", 1, ["preview"]), ("", 1, ["preview"])]
)
def test_apply_asks_once_and_takes_no_for_an_answer(
    run: Run, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, calls: list[str]
) -> None:
    monkeypatch.setattr(module, "_somebody_is_there", lambda: True)
    fleet.previews["acme"] = PreviewReport("acme", changes("acme", LEAVES))
    result = run("apply", "acme", "brightwater", input=f"{answer}\n")
    assert result.exit_code == code
    assert "Apply 1 change at 1 client? [y/N]" in result.stderr
    assert [name for name, _, _ in fleet.calls] == calls
    assert ("apply: nothing was changed\n" in result.stderr) == (code == 1)


def test_apply_does_not_ask_about_nothing(
    run: Run, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_somebody_is_there", lambda: True)
    assert run("apply", "acme").exit_code == 0
    assert [name for name, _, _ in fleet.calls] == ["preview", "apply"]


def test_apply_does_what_it_previewed_and_tells_what_was_read_back(run: Run, fleet: FakeFleet) -> None:
    fleet.previews["acme"] = PreviewReport("acme", changes("acme", LEAVES))
    fleet.outcomes["acme"] = ApplyReport(
        "acme", "verified", steps={"same": 40, "update": 2}, verification=VerifyReport("acme", 30, 12)
    )
    result = run("apply", "acme", "--yes")
    assert result.exit_code == 0
    assert result.output.endswith(
        "  1 person loses all access\n"
        "acme: verified: resources: 2 update\n"
        "acme: 30 accounts and 12 groups read back: as the records want them\n"
    )
    assert [name for name, _, _ in fleet.calls] == ["preview", "apply"]


@pytest.mark.parametrize(
    ("report", "code", "said"),
    [
        (
            ApplyReport("acme", "partial", steps={"update": 1}, verification=DIFFERS),
            1,
            "acme: partial: resources: 1 update\n"
            "acme: Jun Seo in entra: sign-in: wanted disabled, found enabled\\u001b[0m\n"
            "acme: 30 accounts and 12 groups read back: 1 difference\n",
        ),
        (
            ApplyReport(
                "acme", "partial", verification=VerifyReport("acme", error="acme/entra: no answer. Wait.")
            ),
            3,
            "acme: partial: nothing to change\nacme/entra: no answer. Wait.\n",
        ),
        (
            ApplyReport(
                "acme",
                "partial",
                verification=VerifyReport("acme", 30, 12),
                error="acme: jun.seo in entra: the deleted account 4f1c: restore the deleted account: failed: 403",
            ),
            1,
            "acme: partial: nothing to change\n"
            "acme: jun.seo in entra: the deleted account 4f1c: restore the deleted account: failed: 403\n"
            "acme: 30 accounts and 12 groups read back: as the records want them\n",
        ),
        (ApplyReport("acme", "failed", error="boom"), 3, "acme: failed\nacme: boom\n"),
        (ApplyReport("acme", "refused", error="too many"), 3, "acme: refused\nacme: too many\n"),
    ],
)
def test_only_what_was_read_back_is_success(
    run: Run, fleet: FakeFleet, report: ApplyReport, code: int, said: str
) -> None:
    fleet.outcomes["acme"] = report
    result = run("apply", "acme", "--yes")
    assert result.exit_code == code
    assert result.output.endswith(said)


def test_one_failure_among_many_decides_the_exit_code(run: Run, fleet: FakeFleet) -> None:
    fleet.outcomes["brightwater"] = ApplyReport("brightwater", "failed", error="boom")
    result = run("apply", "--yes")
    assert result.exit_code == 3
    assert "acme: verified" in result.output
    assert "kestrel: verified" in result.output


def test_verify_lists_every_difference(run: Run, fleet: FakeFleet) -> None:
    fleet.verifications["acme"] = DIFFERS
    result = run("verify", "acme", "brightwater")
    assert (result.exit_code, result.output) == (
        1,
        "acme: Jun Seo in entra: sign-in: wanted disabled, found enabled\\u001b[0m\n"
        "acme: 30 accounts and 12 groups read back: 1 difference\n"
        "brightwater: 2 accounts and 1 group read back: as the records want them\n",
    )


def test_a_directory_that_cannot_be_read_is_no_success(run: Run, fleet: FakeFleet) -> None:
    fleet.verifications["acme"] = VerifyReport("acme", error="acme/entra: no answer. Wait.")
    result = run("verify", "acme")
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", "acme/entra: no answer. Wait.\n")


@pytest.mark.parametrize("command", [("preview",), ("apply", "--yes"), ("verify",)])
def test_json_is_one_report_a_client_and_nothing_else(
    run: Run, fleet: FakeFleet, command: tuple[str, ...]
) -> None:
    fleet.previews["acme"] = PreviewReport("acme", changes("acme", LEAVES), steps={"update": 2})
    shown = json.loads(run(*command, "--json").stdout)
    assert [report["client"] for report in shown] == ["acme", "brightwater", "kestrel"]


def test_json_of_a_preview_holds_the_changes(run: Run, fleet: FakeFleet) -> None:
    fleet.previews["acme"] = PreviewReport("acme", changes("acme", LEAVES), steps={"update": 2})
    (report,) = json.loads(run("preview", "acme", "--json").stdout)
    assert report["ok"] is True
    assert report["steps"] == {"update": 2}
    assert report["report"]["changes"] == [
        {
            "subject": "jun.seo",
            "directory": "entra",
            "effect": "disabled",
            "what": "jun.seo@acme.example",
            "why": "",
            "agreed": False,
            "gone": False,
        }
    ]


def test_a_preview_says_how_much_of_the_limits_is_used_and_by_which_override(
    run: Run, fleet: FakeFleet
) -> None:
    client = load(Path(__file__).parents[2], ["acme"]).clients["acme"]
    lost = [Loss("acme", "jun.seo", "entra", "account", Kind.DISABLED)]
    fleet.previews["acme"] = PreviewReport(
        "acme", changes("acme", LEAVES), limits=judge(client, lost, Size(40), NOW)
    )
    shown = run("preview", "acme").output
    assert (
        "  limits: 1 of 40 people go; 5 may\n  limits: 1 of 40 people go within 24 hours; 12 may\n" in shown
    )
    allowed = Override(losses=digest(lost), reason="HD-4822", expires=NOW + timedelta(days=1))
    overridden = judge(replace(client, overrides=(allowed,)), lost, Size(40), NOW)
    fleet.previews["acme"] = PreviewReport("acme", changes("acme", LEAVES), limits=overridden)
    shown = run("preview", "acme").output
    assert "  override: 1 loss allowed once: HD-4822\n" in shown
    assert "limits:" not in shown
