"""What may not stand in a file of records, whatever the records say; and the exact line printed for it."""

from __future__ import annotations

import pytest

from leaver.source.reader import read
from tests.source.project import PEOPLE, Project

FAULTS: dict[str, tuple[str | bytes, list[str]]] = {
    "duplicate key of a record": (
        "people:\n  dana: {}\n  dana: {name: D}\n",
        ['3:3: client "acme": `people` has the key "dana" twice. Keep one of them.'],
    ),
    "duplicate key in a record": (
        "people:\n  dana:\n    name: D\n    title: T\n    name: E\n",
        ['5:5: person "dana": has the key "name" twice. Keep one of them.'],
    ),
    "duplicate key further in": (
        "people:\n  dana:\n    nda: {signed: 2026-01-01, document: N, document: N}\n",
        ['3:44: person "dana": `nda` has the key "document" twice. Keep one of them.'],
    ),
    "anchor and alias": (
        "people:\n  dana: &staff\n    name: D\n  sam: *staff\n",
        [
            '2:9: person "dana": has the anchor "&staff". Remove it; write values out.',
            '4:8: person "sam": has the alias "*staff". Write the value out.',
        ],
    ),
    "anchor on a text": (
        "people:\n  dana: {name: &n D, title: *n}\n",
        [
            '2:16: person "dana": `name` has the anchor "&n". Remove it; write values out.',
            '2:29: person "dana": `title` has the alias "*n". Write the value out.',
        ],
    ),
    "merge key": (
        "people:\n  dana: {<<: {name: D}}\n",
        ['2:10: person "dana": has the merge key `<<`. Write the keys out.'],
    ),
    "tag": (
        "people:\n  dana: {name: !!str D}\n",
        ['2:16: person "dana": `name` has the tag "tag:yaml.org,2002:str". Remove it; the field has a type.'],
    ),
    "tag that would run code": (
        "people: !!python/object/apply:os.system [ls]\n",
        [
            '1:1: client "acme": `people` is a list, not a mapping. Write "key: value" lines, indented below it.',
            '1:9: client "acme": `people` has the tag "tag:yaml.org,2002:python/object/apply:os.system". '
            "Remove it; the field has a type.",
        ],
    ),
    "tag of its own": (
        "people: {dana: {name: !secret D}}\n",
        ['1:23: person "dana": `name` has the tag "!secret". Remove it; the field has a type.'],
    ),
    "tag directive": (
        "%TAG ! tag:acme.example,2026:\n---\npeople: {}\n",
        ['1:1: client "acme": has a %TAG directive. Remove it.'],
    ),
    "version directive": (
        "%YAML 3.0\n---\npeople: {}\n",
        ['1:1: client "acme": asks for another version of YAML. Remove the %YAML line.'],
    ),
    "second document": (
        "people: {}\n---\npeople: {}\n",
        ['2:1: client "acme": begins a second document. Keep one document, without `---`, a file.'],
    ),
    "bare no as a key": (
        "people: {no: {}}\n",
        ['1:10: client "acme": `people` has "no" as a key. Write a word, in quotes if it is meant.'],
    ),
    "nothing as a key": (
        "people:\n  ?\n  : x\n",
        ['2:4: client "acme": `people` has nothing as a key. Write a word, in quotes if it is meant.'],
    ),
    "mapping as a key": (
        "people: {dana: {{a: b}: x}}\n",
        ['1:17: client "acme": has a key that is no plain text. Write a word as the key.'],
    ),
    "very long key": (
        f"people: {{dana: {{{'k' * 200}: x}}}}\n",
        ['1:17: person "dana": has a key of 200 characters. 128 is the most.'],
    ),
    "tab as indentation": (
        "people:\n\tdana:\n\t\tname: D\n",
        ['2:1: client "acme": has a tab, and so has 1 more line. Write spaces instead.'],
    ),
    "tab before a comment": (
        "people: {}\t# nobody\n",
        ['1:11: client "acme": has a tab. Write spaces instead.'],
    ),
    "not UTF-8": (
        b"people:\n  dana: {name: Dan\xe9}\n",
        ['2:19: client "acme": byte 0xe9 is not UTF-8. Save the file as UTF-8.'],
    ),
    "UTF-16": (
        "people: {}\n".encode("utf-16"),
        ['1:1: client "acme": byte 0xff is not UTF-8 (the file is UTF-16). Save the file as UTF-8.'],
    ),
    "NUL": (
        "people: {}\0\n",
        ['1:11: client "acme": has the invisible character U+0000. Remove it.'],
    ),
    "control characters": (
        "# a\x07b\npeople: {}\x1b\n# \x7f\n",
        ['1:4: client "acme": has the invisible character U+0007, and so have 2 more places. Remove it.'],
    ),
    "line that runs backwards": (
        "people: {}  # \u202enobody\n",
        ['1:15: client "acme": has the invisible character U+202E. Remove it.'],
    ),
    "character of no width": (
        "people: {}  # fin\u200bance\n",
        ['1:18: client "acme": has the invisible character U+200B. Remove it.'],
    ),
    "mark that reorders": (
        "people: {}  # \u061c\u200f\u200e\n",
        ['1:15: client "acme": has the invisible character U+061C, and so have 2 more places. Remove it.'],
    ),
    "letter without ink": (
        "people: {}  # \u3164\n",
        ['1:15: client "acme": has the invisible character U+3164. Remove it.'],
    ),
    "tag that hides text": (
        "people: {}  # \U000e0042\n",
        ['1:15: client "acme": has the invisible character U+E0042. Remove it.'],
    ),
    "line break that no editor shows": (
        "# nobody\u2028people: {dana: {}}\n",
        ['1:9: client "acme": has the invisible character U+2028. Remove it.'],
    ),
    "carriage return alone": (
        "# nobody\rpeople: {dana: {}}\n",
        ['1:9: client "acme": has the invisible character U+000D. Remove it.'],
    ),
    "merge conflict": (
        "people:\n<<<<<<< HEAD\n  dana: {}\n=======\n  sam: {}\n>>>>>>> leave-dana\n",
        [
            '2:1: client "acme": has a merge conflict ("<<<<<<< HEAD"). Resolve it, and remove the markers.',
            '6:1: client "acme": has a merge conflict (">>>>>>> leave-dana"). Resolve it, and remove the markers.',
        ],
    ),
    "empty": (
        "",
        ['client "acme": the file is empty. Restore it, or delete it if it is meant to be gone.'],
    ),
    "comments only": (
        "# people:\n",
        ['client "acme": the file is empty. Restore it, or delete it if it is meant to be gone.'],
    ),
    "nothing under the key": (
        "people:\n",
        [
            '1:8: client "acme": `people` is empty. '
            "Write a value, [] for an empty list or {} for no records, or remove the key."
        ],
    ),
    "another key": (
        "persons: {}\n",
        [
            'client "acme": lacks `people`. Add `people:`.',
            '1:1: client "acme": "persons" is not a key here. Correct it, or remove it.',
        ],
    ),
    "record that is nothing": (
        "people:\n  dana:\n",
        [
            '2:8: person "dana": is empty. '
            "Write a value, [] for an empty list or {} for no records, or remove the key."
        ],
    ),
    "key of a person": (
        "people: {Dana Reyes: {}}\n",
        [
            '1:10: person "Dana Reyes": "Dana Reyes" is not a key. Write at most 64 lower-case letters, digits, '
            "dots and hyphens, a letter or digit at both ends."
        ],
    ),
    "nesting bomb of lists": (
        "people: " + "[" * 100_000,
        ['1:28: client "acme": nests deeper than 20 levels. Records are five levels deep.'],
    ),
    "nesting bomb of mappings": (
        "{a: " * 100_000,
        ['1:81: client "acme": nests deeper than 20 levels. Records are five levels deep.'],
    ),
    "quote that is never closed": (
        "people: {dana: {name: 'Dana}}\n",
        ['1:23: client "acme": a quote is opened and never closed. Close it.'],
    ),
    "reserved sign": (
        "people: {dana: {name: @dana}}\n",
        ['1:23: client "acme": a text begins with a sign that YAML reserves. Put the text in quotes.'],
    ),
    "colon in a text": (
        "people:\n  dana:\n    title: Head: Finance\n",
        [
            '3:16: client "acme": has a ":" where no key can stand. '
            'Correct the indentation, or put a text that has ": " in quotes.'
        ],
    ),
    "indentation": (
        "people:\n  dana:\n    name: D\n   title: T\n",
        [
            '4:4: client "acme": is indented unlike its neighbours, or a quote or bracket is open. '
            "Indent the keys of one record alike, two spaces deeper than the key above."
        ],
    ),
    "text without a colon": (
        "people:\n  dana: {}\n  sam\n",
        ['4:1: client "acme": has a key without ":". Write "key: value".'],
    ),
    "list in brackets": (
        "people: {dana: {groups: [a, b}}\n",
        ['1:30: client "acme": a list in brackets lacks "," or "]". Write "[one, two]".'],
    ),
}


@pytest.mark.parametrize(("text", "lines"), FAULTS.values(), ids=FAULTS)
def test_a_file_that_may_not_be_is_refused(project: Project, text: str | bytes, lines: list[str]) -> None:
    project.write(people=text)
    assert project.problems() == [
        f"people.yaml:{line}".replace("yaml:client", "yaml: client") for line in lines
    ]


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(project: Project) -> None:
    project.write(people=b"\xef\xbb\xbf" + PEOPLE.replace("\n", "\r\n").encode())
    assert project.problems() == []
    assert str(project.load().place("acme", "people", "dana.reyes", "manager")) == (
        "identities/acme/people.yaml:6:14"
    )


@pytest.mark.parametrize("name", ["علی\u200cرضا", "شیما", "Zoë ❤\ufe0f", "ක්\u200dෂ"])
def test_a_name_is_written_with_the_joiners_it_needs(project: Project, name: str) -> None:
    project.write(people=PEOPLE.replace("Dana Reyes", name))
    assert project.problems() == []
    assert project.load().clients["acme"].people["dana.reyes"].name == name


def test_a_file_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leaver.source.reader.VALUES_LIMIT", 100)
    flaws = read(f"[{'a, ' * 101}]").flaws
    assert [(flaw.column, flaw.fault, flaw.remedy) for flaw in flaws] == [
        (302, "is one of more than 100 values", "Split the file.")
    ]


def test_a_file_of_a_thousand_faults_is_not_read_further(project: Project) -> None:
    project.write(people="people:\n" + "  dana: {}\n" * 5_000)
    lines = project.problems()
    assert len(lines) == 1_001
    assert lines[-1] == (
        'people.yaml:1002:3: client "acme": is the 1000th fault of this file. Correct these first.'
    )


def test_a_file_of_thousands_of_wrong_fields_tells_of_the_first_thousand(project: Project) -> None:
    project.write(people="people:\n" + "".join(f"  d{n}: {{manger: lee}}\n" for n in range(5_000)))
    lines = project.problems()
    assert len(lines) == 1_001
    assert lines[0] == (
        'people.yaml: client "acme": has 4000 more problems than are told. Correct these first.'
    )


def test_a_rule_that_is_broken_by_thousands_tells_of_the_first_thousand(project: Project) -> None:
    project.write(people="people:\n" + "".join(f"  d{n}: {{manager: lee.park}}\n" for n in range(5_000)))
    lines = project.problems()
    assert len(lines) == 1_000
    assert lines[0].endswith('manager "lee.park" is not known. Correct it, or add the person.')


def test_a_billion_laughs_do_not_grow() -> None:
    lines = ["a: &a [x, x, x]"] + [
        f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    document = read("\n".join(lines))
    assert document.data["i"] == [None, None, None]
    assert len(document.flaws) == 9 + 8 * 3


@pytest.mark.parametrize("word", ["x" * 1_000, "é" * 1_000, "\u0301" * 100, "%s" * 100, "{}" * 100])
def test_a_long_or_odd_word_is_shown_on_one_bounded_line(project: Project, word: str) -> None:
    project.write(people=f"people: {{dana: {{country: '{word}'}}}}\n")
    (line,) = project.problems()
    assert len(line) < 250
    assert "\n" not in line
