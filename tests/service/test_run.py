"""`leaver run` as a process, on the sandbox, with the real engine."""

from __future__ import annotations

import json
import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from leaver.evidence import Entry, Kind, Outcome, open_store
from leaver.evidence.waiting import waiting
from tests.e2e.world import World
from tests.notify.sinks import until, web
from tests.service.running import in_seconds, leaver_run
from tests.service.test_follow import git

pytestmark = pytest.mark.e2e
GROUPS = {"team": {"directory": "entra"}}
HOLD = {"until": "released", "owner": "kim"}


def people(**departures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {key: {"groups": ["team"]} for key in ("dana", "sam", "kim")}
    for key, departure in departures.items():
        found[key]["departure"] = departure
    return found


@pytest.fixture
def seeded(world: World) -> World:
    world.register()
    world.write(people(), GROUPS)
    report = world.apply(datetime.now(UTC))
    assert (report.error, report.outcome) == ("", "verified")
    return world


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Path) -> Path:
    """Run-time files of the test's own, with the sandbox that all tests share."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "sandbox").symlink_to(sandbox_folder)
    return folder


def cut_in_directory(world: World, person: str) -> datetime:
    """When the directory saw the account disabled."""
    account = world.account(person).id
    log = world.endpoint.log(client="acme", method="PATCH", path=f"*/users/{account}")
    first = next(each for each in log if (each["body"] or {}).get("accountEnabled") is False)
    return datetime.fromisoformat(first["at"])


def sessions_revoked(world: World, person: str, at: datetime) -> bool:
    """Whether every session from before `at` is dead."""
    valid_from = world.account(person).sessions_valid_from
    return valid_from is not None and valid_from >= at


def cuts_told(home: Path, person: str) -> list[Entry]:
    """What the evidence says of the end of a person's access; the chain is sound."""
    with open_store(home) as store:
        assert store.verify("acme").problems == ()
        chain = [each.entry for each in store.read("acme")]
    return [each for each in chain if each.person == person and each.agreed is not None]


def test_departures_happen_on_time_held_ones_wait_and_a_release_is_done_at_once(
    seeded: World, own: Path
) -> None:
    at, text = in_seconds(6)
    with web() as hooks, web() as heart:
        environ = {
            "LEAVER_NOTIFY_URLS": f"json://127.0.0.1:{hooks.port}/",
            "LEAVER_HEARTBEAT_URL": f"http://127.0.0.1:{heart.port}/ping",
        }
        seeded.write(people(dana={"at": text}, sam={"at": text, "hold": HOLD}), GROUPS)
        with leaver_run(seeded.root, own, "--here", environ=environ) as running:
            line = running.wait_for("cut", person="dana")
            assert 0 <= line["lateness_seconds"] < 3
            running.wait_for("moment", text="acme: Sam waits for a release")
            assert seeded.account("sam").enabled
            released = datetime.now(UTC).replace(microsecond=0)
            hold = {"at": text, "hold": HOLD, "released": released.strftime("%Y-%m-%d %H:%M:%S")}
            seeded.write(people(dana={"at": text}, sam=hold), GROUPS)
            line = running.wait_for("cut", person="sam")
            assert line["lateness_seconds"] < 10
            until(lambda: seeded.members("Team") == {"kim"}, 60)
            until(lambda: len(running.events("verified")) >= 2, 60)
            assert running.stop() == 0
        titles = [body["title"] for _, _, body in hooks.got]
    assert cut_in_directory(seeded, "dana") >= at
    assert not seeded.account("dana").enabled
    assert not seeded.account("sam").enabled
    for person, agreed in (("dana", at), ("sam", released)):
        told = next(each for each in cuts_told(own, person) if each.kind is Kind.CUT)
        assert (told.outcome, told.agreed, told.directory) == (Outcome.DONE, agreed, "entra")
        assert told.request_id
    assert "Dana at Acme: access ended" in titles
    assert "Sam at Acme: on hold, access stays until the release" in titles
    assert ("GET", "/ping", None) in heart.got


@pytest.mark.parametrize("killed", [-1.0, 0.0, 0.02, 0.5])
def test_a_service_killed_around_the_moment_ends_access_after_its_next_start_and_never_early(
    seeded: World, own: Path, killed: float
) -> None:
    at, text = in_seconds(5)
    seeded.write(people(dana={"at": text}), GROUPS)
    with leaver_run(seeded.root, own, "--here") as first:
        until(lambda: datetime.now(UTC) >= at + timedelta(seconds=killed))
        first.kill()
    with leaver_run(seeded.root, own, "--here") as second:
        # The killed one may have disabled the account and died before it revoked the sessions.
        until(lambda: not seeded.account("dana").enabled and sessions_revoked(seeded, "dana", at))
        # Whoever cut wrote it, or whoever came after says that nobody did.
        until(lambda: bool(cuts_told(own, "dana")))
        second.stop()
    assert at <= cut_in_directory(seeded, "dana") < at + timedelta(seconds=20)


def test_once_does_what_is_due_and_ends(seeded: World, own: Path) -> None:
    past = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%d %H:%M")
    ahead = (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%d %H:%M")
    seeded.write(people(dana={"at": past}, sam={"at": ahead}), GROUPS)
    with leaver_run(seeded.root, own, "--once", "--here") as running:
        line = running.wait_for("cut", person="dana")
        assert line["lateness_seconds"] > timedelta(days=6).total_seconds()
        assert running.process.wait(90) == 0
    assert seeded.members("Team") == {"sam", "kim"}
    with leaver_run(seeded.root, own, "--once", "--here") as again:
        assert again.process.wait(90) == 0
        assert again.events("cut") == []
        assert [line["text"] for line in again.events("verified")] == ["acme: nothing to change, read back"]


def test_once_says_by_its_exit_code_that_a_directory_failed(seeded: World, own: Path) -> None:
    past = (datetime.now(UTC) - timedelta(days=7)).strftime("%Y-%m-%d %H:%M")
    seeded.write(people(dana={"at": past}), GROUPS)
    seeded.endpoint.fault("forbidden", method="PATCH", path="*/users/*", count=None)
    with leaver_run(seeded.root, own, "--once", "--here") as running:
        assert running.process.wait(100) == 3
        assert "User.EnableDisableAccount.All" in running.wait_for("failed")["text"]


def test_a_second_service_on_the_same_files_is_refused(seeded: World, own: Path) -> None:
    with leaver_run(seeded.root, own, "--here") as first:
        first.wait_for("start")
        with leaver_run(seeded.root, own, "--here") as second:
            assert second.process.wait(30) == 2
            second.wait_for("unlogged")
            assert "another leaver run serves" in second.text
        assert first.process.poll() is None


def test_the_main_branch_is_followed_at_once_on_sighup_and_by_the_hook(seeded: World, own: Path) -> None:
    shutil.copy(Path(__file__).parents[2] / ".gitignore", seeded.root)
    git(seeded.root, "init", "-q", "-b", "main")
    # The test's project has a link to a virtual environment, where a checkout has a folder.
    (seeded.root / ".git/info/exclude").write_text(".venv\n")

    def merge(**departures: dict[str, Any]) -> None:
        seeded.write(people(**departures), GROUPS)
        git(seeded.root, "add", "-A")
        git(seeded.root, "commit", "-q", "-m", "records")

    merge()
    with leaver_run(seeded.root, own) as running:
        running.wait_for("records")
        past = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S")
        merge(dana={"at": past})
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("cut", person="dana")
        merge(dana={"at": past}, sam={"at": past})
        found = json.loads((own / "service" / "hook.json").read_text())
        bearer = {"Authorization": f"Bearer {found['token']}"}
        assert httpx.post(f"{found['address']}/fetch", headers=bearer, trust_env=False).status_code == 202
        running.wait_for("cut", person="sam")
        assert running.stop() == 0


def test_two_services_share_a_database_and_one_takes_over_when_the_other_is_killed(
    seeded: World, sandbox_folder: Path, database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    at, text = in_seconds(14)
    seeded.write(people(dana={"at": text}), GROUPS)
    homes = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    for each in homes:
        (each / "sandbox").symlink_to(sandbox_folder)
    words = ("--here", "--database", database)
    with leaver_run(seeded.root, homes[0], *words) as one:
        one.wait_for("leader")
        with leaver_run(seeded.root, homes[1], *words) as two:
            two.wait_for("standby")
            two.wait_for("ready")
            one.kill()
            two.wait_for("leader")
            line = two.wait_for("cut", person="dana")
            assert 0 <= line["lateness_seconds"] < 5
            until(lambda: seeded.members("Team") == {"sam", "kim"}, 60)
            assert two.stop() == 0
    assert cut_in_directory(seeded, "dana") >= at
    with open_store(homes[0], database=database) as store:
        assert store.verify("acme").problems == ()
        assert [each.entry.person for each in store.read("acme") if each.entry.kind is Kind.CUT] == ["dana"]


def test_a_service_whose_database_goes_away_ends_access_all_the_same(seeded: World, own: Path) -> None:
    at, text = in_seconds(6)
    seeded.write(people(dana={"at": text}), GROUPS)
    with leaver_run(
        seeded.root, own, "--here", "--database", "postgresql://leaver:hunter2@127.0.0.1:1/none"
    ) as running:
        running.wait_for("fault")
        line = running.wait_for("cut", person="dana")
        assert 0 <= line["lateness_seconds"] < 5
        assert "hunter2" not in running.text
        # It is not evidence yet, and it is not lost.
        until(lambda: bool(waiting(own)))
    assert cut_in_directory(seeded, "dana") >= at
