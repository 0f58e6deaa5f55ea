"""overrides.yaml and limits.yaml: what is wrong with them has a place and a remedy; and folders that were renamed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.errors import RecordsError
from leaver.model import AllLimits
from leaver.model.shown import quoted
from leaver.source import all_limits
from leaver.source.judged import judged
from tests.source.project import CLIENT, Project

HASH = "sha256:9f2c4b1d7a60e83512cf0a9be4d7716c"
PLAN = f"sha256:{'4be1a7c0' * 8}"
GOOD = f'overrides:\n  - {{losses: "{HASH}", reason: "…", expires: "2026-11-25 12:00 +00:00"}}\n'


def test_the_line_that_a_refusal_prints_is_read(project: Project, tmp_path: Path) -> None:
    project.write(overrides=GOOD)
    for _ in range(2):
        estate = project.load("acme", cache=tmp_path / "cache")
        (override,) = estate.clients["acme"].overrides
        assert (override.losses, f"{override.expires:%Y-%m-%d %H:%M %Z}") == (HASH, "2026-11-25 12:00 UTC")
        assert str(estate.place("acme", "overrides", "overrides", 0, "expires")) == (
            "identities/acme/overrides.yaml:2:79"
        )
    project.write(overrides=GOOD.replace(", reason", f', plan: "{PLAN}", reason'))
    for _ in range(2):
        (override,) = project.load("acme", cache=tmp_path / "cache").clients["acme"].overrides
        assert (override.losses, override.plan) == (HASH, PLAN)
    project.write(overrides="overrides: []\n")
    assert project.load("acme", cache=tmp_path / "cache").clients["acme"].overrides == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace(HASH, "9f2c4b1d"),
            'overrides.yaml:2:14: client "acme": `overrides[0].losses` "9f2c4b1d" is not a hash of losses. '
            'Copy the line from the refusal: "sha256:" and 32 hexadecimal digits.',
        ),
        *(
            (
                GOOD.replace(", reason", f', plan: "{plan}", reason'),
                f'overrides.yaml:2:63: client "acme": `overrides[0].plan` {quoted(plan)} '
                "is not the approval of a plan. "
                'Copy the line from the refusal of `leaver preview --since`: "sha256:" and 64 hexadecimal digits.',
            )
            for plan in (HASH, PLAN.removeprefix("sha256:"), PLAN.upper())
        ),
        (
            GOOD.replace(', reason: "…"', ""),
            'overrides.yaml:2:5: client "acme": `overrides[0]` lacks `reason`. Add `reason:`.',
        ),
        (
            GOOD.replace(', expires: "2026-11-25 12:00 +00:00"', ""),
            'overrides.yaml:2:5: client "acme": `overrides[0]` lacks `expires`. Add `expires:`.',
        ),
        (
            GOOD.replace('"2026-11-25 12:00 +00:00"', "tomorrow"),
            'overrides.yaml:2:79: client "acme": `overrides[0].expires` "tomorrow" is not a moment. '
            'Write date and time, such as "2026-11-27 17:00"; relative words are refused.',
        ),
        (
            GOOD.replace("reason", "client: blue, reason"),
            'overrides.yaml:2:57: client "acme": "client" is not a key here. Correct it, or remove it.',
        ),
    ],
)
def test_a_malformed_override_is_refused_at_its_place(project: Project, text: str, said: str) -> None:
    project.write(overrides=text)
    assert project.problems() == [said]


def test_limits_over_all_clients_are_the_built_in_ones_without_a_file(project: Project) -> None:
    assert all_limits(project.root) == AllLimits()
    (project.root / "identities" / "limits.yaml").write_text("{removals: 5, day: {percent: 7}}\n")
    found = all_limits(project.root)
    assert (found.removals, found.percent, found.day.percent, found.day.removals) == (5, 5, 7, 100)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "removals: many\n",
            'identities/limits.yaml:1:11: all clients: `removals` "many" is not a whole number. Write it in digits.',
        ),
        (
            "group: {removals: 1, percent: 1}\n",
            'identities/limits.yaml:1:1: all clients: "group" is not a key here. Correct it, or remove it.',
        ),
        (
            "removals: 1\nremovals: 2\n",
            'identities/limits.yaml:2:1: all clients: has the key "removals" twice. Keep one of them.',
        ),
        (
            "day: {percent: 101}\n",
            "identities/limits.yaml:1:16: all clients: `day.percent` is 101. 100 is the most.",
        ),
    ],
)
def test_what_is_wrong_with_the_limits_over_all_clients_is_a_problem_of_the_records(
    project: Project, text: str, said: str
) -> None:
    (project.root / "identities" / "limits.yaml").write_text(text, encoding="utf-8")
    for read in (lambda: project.load(), lambda: all_limits(project.root)):
        with pytest.raises(RecordsError) as caught:
            read()
        assert [str(problem) for problem in caught.value.problems] == [said]


def settings_of(project: Project, *clients: str) -> None:
    (project.root / "stacks").mkdir(exist_ok=True)
    for client in clients:
        (project.root / "stacks" / f"Pulumi.{client}.yaml").touch()


def test_a_renamed_folder_says_how_to_take_its_stack_along(project: Project) -> None:
    settings_of(project, "acme-robotics")
    project.write(client=f"{CLIENT}was: acme-robotics   # until 2026\n")
    with pytest.raises(RecordsError) as caught:
        project.load()
    assert str(caught.value) == (
        'identities/acme-robotics: client "acme-robotics": the client\'s folder is gone, but '
        "stacks/Pulumi.acme-robotics.yaml is there. It is acme now, by its client.yaml: take its stack along, and "
        "commit the settings too: pulumi stack rename acme --stack acme-robotics"
    )
    settings_of(project, "acme")
    (project.root / "stacks" / "Pulumi.acme-robotics.yaml").unlink()
    assert list(project.load().clients) == ["acme"]


def test_a_folder_that_looks_renamed_is_asked_to_say_so(project: Project) -> None:
    settings_of(project, "acme-robotics")
    with pytest.raises(RecordsError) as caught:
        project.load()
    assert str(caught.value).endswith(
        "Restore the folder from version control; if it is acme now, write `was: acme-robotics` in its client.yaml; "
        "to end a client, destroy its stack and remove both."
    )
    settings_of(project, "acme")
    with pytest.raises(RecordsError) as caught:
        project.load()
    assert str(caught.value).endswith(
        "Restore the folder from version control; to end a client, destroy its stack and remove both."
    )


def test_a_check_tells_of_overrides_that_can_allow_nothing(project: Project) -> None:
    project.write(overrides=GOOD.replace("…", "A"))
    estate = project.load()

    def said(day: int) -> list[tuple[str, str]]:
        now = datetime(2026, 11, day, 12, tzinfo=UTC)
        found = judged(estate, ["acme"], now)
        return [(each.level.value, str(each.problem)) for each in found if each.policy == "override"]

    assert said(18) == said(24) == []
    assert said(17) == [
        (
            "mandatory",
            'identities/acme/overrides.yaml:2:79: client "acme": `overrides[0]` expires 2026-11-25 12:00 GMT, more '
            "than seven days ahead. Let it expire sooner.",
        )
    ]
    assert said(25) == [
        (
            "advisory",
            'identities/acme/overrides.yaml:2:5: client "acme": `overrides[0]` expired 2026-11-25 12:00 GMT. '
            "Remove it.",
        )
    ]
    project.write(overrides=GOOD)
    estate = project.load()
    assert said(24) == [
        (
            "mandatory",
            'identities/acme/overrides.yaml:2:65: client "acme": `overrides[0]` has the reason "…", which says '
            "nothing. Write why it is meant: a ticket, or a sentence.",
        )
    ]
