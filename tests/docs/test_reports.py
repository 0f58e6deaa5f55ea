"""docs/reports.md names the fields and controls that there are."""

from __future__ import annotations

import re
from pathlib import Path

from docs import report
from leaver.evidence.report.controls import CONTROLS
from leaver.evidence.report.letter import FIELDS
from leaver.evidence.report.values import Verdict

TEXT = Path(report.__file__).with_name("reports.md").read_text(encoding="utf-8")


def test_the_fields_of_a_letter_are_those_of_the_code() -> None:
    assert dict(re.findall(r"^\| `\{([^}]+)\}` \| (.+) \|$", TEXT, re.MULTILINE)) == dict(FIELDS)


def test_the_controls_are_those_of_the_code() -> None:
    section = TEXT.partition("## Controls")[2].partition("\nPS-4c, PS-4d")[0]
    listed = re.sub(r"\n +", " ", section)
    found = dict(re.findall(r"^- ([^:]+): (.+)$", listed, re.MULTILINE))
    for framework, numbers in found.items():
        assert numbers.split(", ") == [each.number for each in CONTROLS if each.framework == framework]
    assert set(found) == {each.framework for each in CONTROLS}


def test_the_outcomes_are_those_of_the_code_and_the_example_is_complete() -> None:
    assert re.findall(r"^\| (complete|open|partial|unverified) \|", TEXT, re.MULTILINE) == list(Verdict)
    assert report.report().verdict is Verdict.COMPLETE


def test_the_picture_is_small_enough_for_a_readme() -> None:
    assert Path(report.__file__).with_name("report.png").stat().st_size <= 200_000
