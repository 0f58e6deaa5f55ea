"""Notices on their way: to mail and webhooks on loopback, and never in anybody's way."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from leaver.errors import UsageError
from leaver.notify import Heartbeat, Kind, Notice, Sender, targets
from tests.notify.sinks import mail, until, web

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
CUT = Notice(Kind.CUT, "Acme", "Dana Reyes", "America/New_York", AT, AT, detail="Read back in entra.")
FAILED = Notice(Kind.FAILED, "Acme", "Dana Reyes", "America/New_York", AT, detail="acme/entra: 503.")


def test_a_mail_has_the_title_as_its_subject_and_the_rest_as_its_text() -> None:
    with mail() as sink:
        address = (
            f"mailto://127.0.0.1:{sink.port}?from=leaver@msp.example&to=oncall@msp.example&mode=insecure"
        )
        sender = Sender.from_environment({"LEAVER_NOTIFY_URLS": address})
        sender.tell(CUT)
        sender.close()
    (message,) = sink.messages
    assert message["subject"] == "Dana Reyes at Acme: access ended"
    assert sink.recipients == [["oncall@msp.example"]]
    text = message.get_body(("plain", "html"))
    assert text is not None
    assert "Agreed moment: 2026-11-27 17:00 EST" in text.get_content()
    assert "Read back in entra." in text.get_content()


def test_a_webhook_is_told_what_kind_of_news_it_is() -> None:
    with web() as sink:
        sender = Sender.from_environment({"LEAVER_NOTIFY_URLS": f"json://127.0.0.1:{sink.port}/hook"})
        sender.tell(CUT)
        sender.tell(FAILED)
        sender.close()
    told = {each["title"]: each for _, _, each in sink.got}
    assert told["Dana Reyes at Acme: access ended"]["type"] == "info"
    assert told["Dana Reyes at Acme: not done yet, being tried again"]["type"] == "warning"
    assert [each["type"] for _, _, each in sink.got] == ["warning", "info"]


def test_targets_for_alarms_hear_of_nothing_else() -> None:
    with web() as sink, web() as pager:
        sender = Sender.from_environment(
            {
                "LEAVER_NOTIFY_URLS": f"json://127.0.0.1:{sink.port}/",
                "LEAVER_NOTIFY_ALARM_URLS": f"json://127.0.0.1:{pager.port}/",
            }
        )
        sender.tell(CUT)
        sender.tell(FAILED)
        sender.close()
    assert len(sink.got) == 2
    assert [each["title"] for _, _, each in pager.got] == [
        "Dana Reyes at Acme: not done yet, being tried again"
    ]


def test_a_thousand_people_are_one_message() -> None:
    with web() as sink:
        sender = Sender.from_environment({"LEAVER_NOTIFY_URLS": f"json://127.0.0.1:{sink.port}/"})
        for number in range(1000):
            sender.tell(Notice(Kind.CUT, "Acme", f"Person {number}", "UTC", AT, AT))
        sender.close()
    assert len(sink.got) <= 2
    assert sum(each["message"].count("access ended") for _, _, each in sink.got) == 1000


class Deaf:
    """A target that takes nothing, slowly."""

    def __init__(self, seconds: float) -> None:
        self.tries = 0
        self._seconds = seconds

    def send(self, title: str, body: str, alarm: bool) -> bool:
        self.tries += 1
        time.sleep(self._seconds)
        return False


def test_a_dead_target_delays_neither_the_caller_nor_another_target() -> None:
    with web() as sink:
        from leaver.notify.sender import AppriseTarget

        good = AppriseTarget(f"json://127.0.0.1:{sink.port}/")
        sender = Sender([("deaf", Deaf(3.0), False), ("good", good, False)])
        began = time.monotonic()
        sender.tell(CUT)
        assert time.monotonic() - began < 0.1
        until(lambda: len(sink.got) == 1, 2.5)
        sender.close(0.1)


def test_a_target_that_fails_is_tried_again_and_told_of() -> None:
    told: list[tuple[str, str]] = []
    deaf = Deaf(0.0)
    sender = Sender([("deaf", deaf, False)], failed=lambda *each: told.append(each), pause=0.01)
    sender.tell(CUT)
    until(lambda: deaf.tries == 4)
    sender.close()
    assert told == [("deaf", "Dana Reyes at Acme: access ended")] * 4


def test_a_webhook_that_recovers_gets_the_message() -> None:
    with web() as sink:
        sink.status = 503
        from leaver.notify.sender import AppriseTarget

        target = AppriseTarget(f"json://127.0.0.1:{sink.port}/")
        sender = Sender([("web", target, False)], pause=0.3)
        sender.tell(CUT)
        until(lambda: len(sink.got) == 1)
        sink.status = 200
        until(lambda: len(sink.got) == 2)
        sender.close()
    assert len(sink.got) == 2


def test_an_address_that_is_none_is_refused_without_its_secret() -> None:
    with pytest.raises(UsageError) as raised:
        Sender.from_environment({"LEAVER_NOTIFY_URLS": "json://127.0.0.1/ nonsense://hunter2@x"})
    assert str(raised.value) == (
        "LEAVER_NOTIFY_URLS: address 2 (nonsense://…) is none that apprise understands. "
        "See its list of services."
    )


def test_addresses_stand_apart_by_spaces_commas_or_lines() -> None:
    text = "json://a/?x=1,2 mailto://b\nslack://c, tgram://d"
    assert targets({"LEAVER_NOTIFY_URLS": text}) == (
        ["json://a/?x=1,2", "mailto://b", "slack://c", "tgram://d"],
        [],
    )
    assert targets({}) == ([], [])


def test_without_addresses_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr("apprise.Apprise.notify", lambda *_, **fields: sent.append(fields["title"]))
    sender = Sender.from_environment({})
    sender.tell(CUT)
    sender.close()
    assert sent == []


def test_the_heart_beats_while_all_is_well_and_stops_when_not() -> None:
    well = [True]
    with web() as sink:
        beat = Heartbeat(f"http://127.0.0.1:{sink.port}/ping/secret", lambda: well[0], every=0.05)
        until(lambda: len(sink.got) >= 3)
        well[0] = False
        time.sleep(0.2)
        silent = len(sink.got)
        time.sleep(0.3)
        assert len(sink.got) == silent
        well[0] = True
        until(lambda: len(sink.got) > silent)
        beat.close()
    assert sink.got[0] == ("GET", "/ping/secret", None)


def test_a_heartbeat_that_is_not_taken_is_said_without_its_address() -> None:
    reasons: list[str] = []
    with web() as sink:
        sink.status = 500
        beat = Heartbeat(
            f"http://127.0.0.1:{sink.port}/secret", lambda: True, failed=reasons.append, every=0.05
        )
        until(lambda: bool(reasons))
        beat.close()
    assert reasons[0] == "HTTP 500"


@pytest.mark.parametrize("url", ["ftp://x/", "hc-ping.example/abc", ""])
def test_a_heartbeat_needs_an_address(url: str) -> None:
    with pytest.raises(UsageError):
        Heartbeat(url, lambda: True)
