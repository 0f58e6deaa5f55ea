"""`leaver evidence report` and `leaver evidence letter`, on a project with a store of its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from leaver.evidence import Entry, Kind, Outcome, open_store
from leaver.runbook import entra
from tests.evidence.pdf_text import Pdf, squeezed
from tests.evidence.samples import AGREED, cut, entry, looked

Run = Callable[..., Result]
Keep = Callable[..., None]
LATER = ("--now", "2027-03-27 12:00 +00:00")
MOMENT = AGREED.replace(year=2027, month=3, day=26, hour=21)
"""Dana Reyes of the example client leaves at 17:00 in New York."""
HASH = re.compile(r"[0-9a-f]{64}")


@pytest.fixture
def keep(project: Path) -> Keep:
    """Write entries into the project's evidence."""

    def write(entries: Iterable[Entry]) -> None:
        with open_store(project / ".leaver") as store:
            for each in entries:
                store.append(each)

    return write


@pytest.fixture(autouse=True)
def released(project: Path) -> None:
    """The example's departure without its hold: it is agreed, and it was asked for."""
    people = project / "identities/acme/people.yaml"
    text = people.read_text(encoding="utf-8")
    hold = re.search(r" +# HR calls.*\n +hold: .*\n", text)
    assert hold is not None
    people.write_text(text.replace(hold[0], "      hold: none\n"), encoding="utf-8")


@pytest.fixture(autouse=True)
def no_steps(project: Path) -> None:
    """The example's runbook with nothing but a task by hand: steps have tests of their own."""
    settings = project / "identities/acme/client.yaml"
    text = re.sub(r"(?ms)^runbook:.*?(?=^\S|\Z)", "", settings.read_text(encoding="utf-8"))
    steps = "".join(f"    {step.name}: false\n" for step in entra.STEPS)
    tasks = "  tasks:\n    door-badge: {title: Take the door badge, due: 1 day}\n"
    settings.write_text(f"{text}runbook:\n  steps:\n{steps}{tasks}", encoding="utf-8")


def done() -> list[Entry]:
    """Access ended two seconds after the moment, and the badge was taken."""
    word = {"agreed": MOMENT, "asked_by": "Lee Park <lee.park@acme.example>", "approved_by": ("Amara Nwosu",)}
    late = (MOMENT - AGREED).total_seconds()
    return [
        cut("entra", late + 2, directory_date=None, **word),
        entry(Kind.TASK, late + 600, step="door-badge", outcome=Outcome.DONE),
        looked(late + 3600),
    ]


def test_a_complete_departure_is_a_page_and_exit_code_0(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes")
    assert HASH.sub("HASH", result.output) == (
        "Dana Reyes at Acme Robotics: complete: access ended 26 Mar 2027 17:00:02 EDT, 2 s after the agreed moment\n"
        "  report    departure-acme-dana.reyes.html\n"
        "  evidence  3 entries, sound; head HASH\n"
        "  verify    leaver evidence verify acme --head HASH\n"
    )
    assert result.exit_code == 0
    page = (project / "departure-acme-dana.reyes.html").read_text(encoding="utf-8")
    assert "Dana Reyes’s access to the systems of Acme Robotics ended on Friday, March 26, 2027" in page
    assert run(*result.output.split("verify    leaver ")[1].split()).exit_code == 0


def test_what_is_open_is_said_and_ends_with_1(run: Run, keep: Keep) -> None:
    keep(done()[:1])
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes")
    assert result.exit_code == 1
    assert "Dana Reyes at Acme Robotics: open: access ended" in result.output
    assert "  - Task by hand still open: Take the door badge, on-call@msp.example, due " in result.output


def test_a_step_of_the_runbook_that_nobody_took_is_missed(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    settings = project / "identities/acme/client.yaml"
    text = settings.read_text(encoding="utf-8").replace("    licences: false\n", "")
    settings.write_text(text, encoding="utf-8")
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes")
    assert result.exit_code == 1
    assert "  - Take the licences away (entra): not taken yet.\n" in result.output


@pytest.mark.parametrize(
    ("options", "name", "begins"),
    [
        (("--format", "pdf"), "departure-acme-dana.reyes.pdf", b"%PDF"),
        (("--output", "dana.pdf"), "dana.pdf", b"%PDF"),
        (("--output", "dana.htm"), "dana.htm", b"<!doctype html>"),
        (("--output", "dana.json"), "dana.json", b"{"),
        (("--output", "dana", "--format", "json"), "dana", b"{"),
    ],
)
def test_the_format_is_what_is_asked_for_or_what_the_name_says(
    run: Run, keep: Keep, project: Path, options: tuple[str, ...], name: str, begins: bytes
) -> None:
    keep(done())
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes", *options)
    assert result.exit_code == 0
    assert f"  report    {name}\n" in result.output
    assert (project / name).read_bytes().startswith(begins)


def test_json_says_everything_with_moments_in_utc(run: Run, keep: Keep) -> None:
    keep(done())
    told = json.loads(run(*LATER, "evidence", "report", "acme", "dana.reyes", "--json").output)
    assert told["outcome"] == "complete"
    assert (told["due"], told["ended"], told["latenessSeconds"]) == (
        "2027-03-26T21:00:00+00:00",
        "2027-03-26T21:00:02+00:00",
        2.0,
    )
    assert told["access"][0]["requestId"] == "req-entra"
    assert told["evidence"]["verifies"] is True
    assert told == json.loads(
        run(*LATER, "evidence", "report", "acme", "dana.reyes", "--format", "json").output
    )


def test_a_page_may_go_to_the_standard_output(run: Run, keep: Keep) -> None:
    keep(done())
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes", "--output", "-")
    assert result.output.startswith("<!doctype html>")
    assert result.output.endswith("</html>")


def test_a_chain_that_was_changed_is_never_complete(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    chain = project / ".leaver/evidence/acme.jsonl"
    chain.write_bytes(chain.read_bytes().replace(b"Amara Nwosu", b"Lee Parkman"))
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes")
    assert result.exit_code == 1
    assert "Dana Reyes at Acme Robotics: unverified" in result.output
    assert "  - The evidence does not verify: " in result.output
    assert "CHANGED; head" in result.output


def test_of_a_record_that_is_gone_the_evidence_tells(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    people = project / "identities/acme/people.yaml"
    text = people.read_text(encoding="utf-8")
    gone = re.sub(r"(?ms)^  dana\.reyes:\n.*?(?=^  \S)", "", text).replace(
        "manager: dana.reyes", "manager: lee.park"
    )
    people.write_text(gone, encoding="utf-8")
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes")
    assert result.exit_code == 0
    page = (project / "departure-acme-dana.reyes.html").read_text(encoding="utf-8")
    assert "The record of this person is gone" in page


def test_of_a_client_that_is_gone_the_evidence_tells(run: Run, keep: Keep, project: Path) -> None:
    keep(
        [
            Entry(
                kind=Kind.CUT,
                client="oldco",
                person="kim",
                directory="entra",
                at=MOMENT,
                outcome=Outcome.DONE,
            )
        ]
    )
    result = run(*LATER, "evidence", "report", "oldco", "kim")
    assert result.exit_code == 1
    assert "which further steps there were to be is not known, as the record is gone" in result.output


def test_other_records_with_problems_do_not_keep_the_report_back(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    people = project / "identities/acme/people.yaml"
    people.write_text(
        people.read_text(encoding="utf-8") + "  broken.one:\n    groups: [nowhere]\n", encoding="utf-8"
    )
    result = run(*LATER, "evidence", "report", "acme", "dana.reyes")
    assert (result.exit_code, result.stderr) == (
        0,
        "acme: other records have problems, and were not looked at. See: leaver check acme\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("acme", "dana.reye"),
            'acme: person "dana.reye": there is neither a record nor evidence of them. '
            'Correct the key to "dana.reyes".\n',
        ),
        (("acm", "dana.reyes"), 'no client "acm". Did you mean "acme"?\n'),
        (
            ("acme", "dana.reyes", "--since", "9d"),
            "report: a person's departure has no period. Leave PERSON out, or --from, --to, --since.\n",
        ),
        (
            ("acme", "--since", "9d", "--from", "2026-01-01"),
            "report: --from and --since both say where it begins. Give one of them.\n",
        ),
        (
            ("acme", "--from", "2027-02-01", "--to", "2027-01-01"),
            "report: the time ends 2027-01-02T05:00:00+00:00, not after it begins 2027-02-01T05:00:00+00:00.\n",
        ),
        (("acme", "--from", "2027-02-30"), None),
        (("acme", "dana.reyes", "--output", "no/where.html"), None),
    ],
)
def test_what_cannot_be_done_is_a_usage_error(
    run: Run, keep: Keep, arguments: tuple[str, ...], message: str | None
) -> None:
    keep(done())
    result = run(*LATER, "evidence", "report", *arguments)
    assert result.exit_code == 2
    assert result.stderr == message if message is not None else result.stderr.count("\n") == 1


def test_all_departures_of_a_time_with_their_spread(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    result = run(*LATER, "evidence", "report", "acme", "--from", "2027-03-01", "--to", "2027-03-26")
    assert HASH.sub("HASH", result.output) == (
        "Acme Robotics: 1 departure, 1 complete\n"
        "  lateness  median 2 s after, 95th percentile 2 s after, worst 2 s after; exposure 2 s\n"
        "  report    departures-acme-2027-03-01-2027-03-26.html\n"
        "  verify    acme: leaver evidence verify acme --head HASH\n"
    )
    assert result.exit_code == 0
    assert run(
        *LATER, "evidence", "report", "acme", "--from", "2027-03-01", "--to", "2027-03-25"
    ).output.startswith("Acme Robotics: 0 departures, 0 complete\n")


def test_all_clients_at_once_and_one_whose_records_are_broken(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    (project / "identities/kestrel/client.yaml").write_text("name: [\n", encoding="utf-8")
    told = json.loads(run(*LATER, "evidence", "report", "--since", "30d", "--json").output)
    assert [each["person"] for each in told["departures"]] == [
        "jerome.baptiste",
        "callum.strachan",
        "dana.reyes",
    ]
    assert [each.partition(":")[0] for each in told["problems"]] == ["kestrel"]
    assert told["complete"] is False
    assert told["lateness"]["maxSeconds"] == 2.0


def test_the_letter_says_what_survives(run: Run, keep: Keep, project: Path) -> None:
    keep(done())
    result = run(*LATER, "evidence", "letter", "acme", "dana.reyes", "--format", "pdf")
    assert (result.exit_code, result.output) == (
        0,
        "Dana Reyes at Acme Robotics: exit-letter-acme-dana.reyes.pdf\n",
    )
    text = squeezed(Pdf((project / "exit-letter-acme-dana.reyes.pdf").read_bytes()).text())
    assert squeezed("go on for 5 years after you leave: up to and including March 26, 2032.") in text


def test_a_letter_leaves_evidence_of_its_bytes_and_not_of_what_it_says(
    run: Run, keep: Keep, project: Path
) -> None:
    keep(done())
    words = ("evidence", "letter", "acme", "dana.reyes", "--operator", "Kim <kim@msp.example>")
    result = run(*LATER, *words, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    with open_store(project / ".leaver") as store:
        last = [each.entry for each in store.read("acme")][-1]
    data = (project / "exit-letter-acme-dana.reyes.html").read_bytes()
    assert (last.kind, last.person, last.asked_by) == (Kind.LETTER, "dana.reyes", "Kim <kim@msp.example>")
    assert last.at.isoformat() == told["made"]
    assert last.seen == {
        "file": "exit-letter-acme-dana.reyes.html",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    assert told["sha256"] == last.seen["sha256"]
    report = json.loads(run(*LATER, "evidence", "report", "acme", "dana.reyes", "--json").output)
    assert [(each["what"], each["detail"]) for each in report["timeline"]][-1] == (
        "Exit letter written",
        "Kim",
    )
    assert "Kim <kim@msp.example>" not in report["askedBy"]


def test_a_letter_without_an_agreement_is_written_and_ends_with_1(run: Run, project: Path) -> None:
    result = run(*LATER, "evidence", "letter", "acme", "tomasz.wilk")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        'acme: person "tomasz.wilk": the record has no `nda`. Add `nda: {signed: '
    )
    assert "Not to be sent as it is" in (project / "exit-letter-acme-tomasz.wilk.html").read_text(
        encoding="utf-8"
    )


def test_a_client_s_own_text_is_taken_and_its_faults_are_named(run: Run, project: Path) -> None:
    folder = project / "identities/acme/letters"
    folder.mkdir()
    own = folder / "exit.txt"
    own.write_text("# Good luck, {name}\n\n{what you signed} $7$ <b>\n", encoding="utf-8")
    assert run("evidence", "letter", "acme", "dana.reyes").exit_code == 0
    page = (project / "exit-letter-acme-dana.reyes.html").read_text(encoding="utf-8")
    assert "<h1>Good luck, Dana Reyes</h1>" in page
    assert "NDA-2024-017. $7$ &lt;b&gt;</p>" in page
    own.write_text("Dear {nme}\n", encoding="utf-8")
    result = run("evidence", "letter", "acme", "dana.reyes")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        'identities/acme/letters/exit.txt:1:6: letter: there is no field "nme". Correct it to "name"; there are: '
    )
    checked = run("check")
    assert checked.exit_code == 1
    assert 'identities/acme/letters/exit.txt:1:6: letter: there is no field "nme".' in checked.output
    own.unlink()
    own.symlink_to("/etc/hostname")
    result = run("evidence", "letter", "acme", "dana.reyes")
    assert result.exit_code == 1
    assert "leads out of the project by a symbolic link" in result.stderr


def test_the_text_can_be_had_to_write_an_own_one(run: Run) -> None:
    result = run("evidence", "letter", "--text")
    assert result.exit_code == 0
    assert result.stdout.startswith("# What goes on after you leave {client}\n")
    assert "{what survives}: a sentence: how long the duties go on, and until when\n" in result.stderr


def test_a_letter_needs_somebody(run: Run) -> None:
    result = run("evidence", "letter", "acme")
    assert (result.exit_code, result.stderr) == (2, "letter: whose? Name CLIENT and PERSON.\n")


def test_before_the_moment_the_report_says_that_it_is_to_come(run: Run) -> None:
    result = run("evidence", "report", "acme", "dana.reyes", "--json")
    told = json.loads(result.output)
    assert (result.exit_code, told["outcome"]) == (1, "open")
    assert told["reasons"][0]["text"].startswith(
        "The agreed moment, Friday, March 26, 2027, 17:00:00 EDT, is still"
    )
    assert told["evidence"]["entries"] == 0
    assert timedelta(seconds=told["exposureSeconds"]) == timedelta()
