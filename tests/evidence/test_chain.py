"""The chain: whatever is done to it afterwards is found."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.evidence import Entry, Findings, standalone
from leaver.evidence.canonical import canonical, moment, parse_moment, plain
from leaver.evidence.chain import parse_head, parse_line, seal
from leaver.evidence.form import entry_from_json, entry_to_json
from leaver.evidence.keys import public_line
from leaver.evidence.verify import Check
from tests.evidence.entries import KEY, KEYS, NOW, OTHER, chain, entries, faults, head, look, step, values

STORY = [step("disable"), step("revoke"), step("groups"), step("licences", why="é → \U0001f600")]
SIGNED = chain(*STORY)
UNSIGNED = chain(*STORY, key=None)


def test_a_line_is_canonical_json_whose_last_two_fields_are_hash_and_signature() -> None:
    line = SIGNED[0].line.decode()
    assert line.startswith(
        '{"entry":{"agreed":"2026-11-27T22:00:00.211902Z","at":"2026-11-27T22:00:04.211902Z",'
    )
    assert f'"format":1,"key":"{KEY.id}","number":1,"previous":"{"0" * 64}","sha256":"' in line
    assert json.loads(line)["entry"]["lateness_ms"] == 4000
    assert list(json.loads(line)) == ["entry", "format", "key", "number", "previous", "sha256", "signature"]


@given(entries)
def test_what_is_read_is_what_was_stored_whatever_it_is(entry: Entry) -> None:
    stored = seal(entry, 1, "0" * 64, KEY)
    assert parse_line(stored.line) == stored
    assert seal(stored.entry, 1, "0" * 64, KEY) == stored


@given(values)
def test_canonical_json_is_one_line_that_reads_back_and_stays(value: object) -> None:
    text = canonical(plain(value))
    assert b"\n" not in text
    assert canonical(json.loads(text)) == text


def test_canonical_json_sorts_as_rfc_8785_does_and_has_no_floats() -> None:
    assert canonical(plain({"\ue000": 1, "\U0001f600": 2, "b": 0.1, "a": [2**60, True]})) == (
        '{"a":["1152921504606846976",true],"b":"0.1","\U0001f600":2,"\ue000":1}'.encode()
    )


def test_what_json_has_no_place_for_becomes_a_text_without_its_content() -> None:
    assert plain({"x": object(), "y": b"secret", "z": {1: "\ud800"}}) == {
        "x": "(object)",
        "y": "(bytes)",
        "z": {"1": "\ufffd"},
    }


def test_moments_are_utc_with_microseconds_and_nothing_else_is_one() -> None:
    assert (
        moment(datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-02T02:00:00.000000Z"
    )
    assert parse_moment("2026-01-02T02:00:00.000000Z") == datetime.fromisoformat("2026-01-02T02:00:00+00:00")
    for text in (
        "2026-01-02T02:00:00Z",
        "2026-01-02 02:00:00.000000Z",
        "2026-01-02T03:00:00.000000+01:00",
        7,
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - datetime's own texts are not ours
            parse_moment(text)
    with pytest.raises(ValueError, match="a moment without a zone"):
        moment(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"color": "red"}, "has the unknown field 'color'"),
        ({"person": 7}, "has a person that is no text"),
        ({"approved_by": "Bo"}, "has an approved_by that is no list of texts"),
        ({"seen": []}, "has a seen that is no mapping"),
        ({"lateness_ms": 5}, "is not in the form in which Leaver writes it"),
        ({"why": ""}, "is not in the form in which Leaver writes it"),
        ({"kind": "party"}, "'party' is not a valid Kind"),
    ],
)
def test_an_entry_in_another_form_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        entry_from_json({**entry_to_json(step()), **change})


def test_a_chain_as_it_was_written_is_sound() -> None:
    found = look([each.line for each in SIGNED], head(SIGNED), anchor=SIGNED[1].sha256)
    assert (found.ok, found.count, found.sha256, found.signed) == (True, 4, SIGNED[-1].sha256, {KEY.id: 4})
    assert found.notes == ()


@given(st.data())
@pytest.mark.parametrize("chained", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
def test_any_change_of_any_byte_is_found(chained: list, data: st.DataObject) -> None:
    text = b"".join(each.line + b"\n" for each in chained)
    key = chained[0].key and KEY
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[place]))
    spoilt = text[:place] + bytes([other]) + text[place + 1 :]
    assert not _look_at(spoilt, head(chained, key), key).ok


@given(st.data())
@pytest.mark.parametrize("chained", [SIGNED, UNSIGNED], ids=["signed", "unsigned"])
def test_any_byte_taken_out_or_put_in_is_found(chained: list, data: st.DataObject) -> None:
    text = b"".join(each.line + b"\n" for each in chained)
    key = chained[0].key and KEY
    place = data.draw(st.integers(0, len(text) - 1))
    put_in = data.draw(st.binary(max_size=1))
    spoilt = text[:place] + put_in + text[place + (not put_in) :]
    assert not _look_at(spoilt, head(chained, key), key).ok


def _look_at(text: bytes, checkpoint: bytes, key: object) -> Findings:
    *lines, tail = text.split(b"\n")
    check = Check("acme", "acme.jsonl", KEYS if key else {}).lines(lines)
    if tail:
        check.torn(len(tail))
    return check.findings(checkpoint, "acme.head")


@given(st.data())
def test_any_removal_swap_or_truncation_is_found_given_the_checkpoint(data: st.DataObject) -> None:
    lines = [each.line for each in UNSIGNED]
    spoilt = data.draw(st.permutations(lines).map(list) | st.lists(st.sampled_from(lines), max_size=6))
    found = look(spoilt, head(UNSIGNED, None), {})
    assert found.ok == (spoilt == lines)


@given(st.data())
def test_any_change_of_the_checkpoint_is_found(data: st.DataObject) -> None:
    text = head(SIGNED)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[place]))
    spoilt = text[:place] + bytes([other]) + text[place + 1 :]
    assert not look([each.line for each in SIGNED], spoilt).ok


FORGED = chain(*STORY[:2], step("party"), STORY[3], key=None)
STRANGE = chain(*STORY, key=OTHER)
LINES = [each.line for each in SIGNED]
CHAIN = b"".join(line + b"\n" for line in LINES)


@pytest.mark.parametrize(
    ("lines", "checkpoint", "said"),
    [
        (
            [LINES[0], LINES[1].replace(b"revoke", b"invoke"), *LINES[2:]],
            head(SIGNED),
            ["acme.jsonl:2:1: entry 2: was changed: its content does not have the hash it states"],
        ),
        (
            [LINES[0], *LINES[2:]],
            head(SIGNED),
            ["acme.jsonl:2:1: entry 3: stands where entry 2 should be: entry 2 is missing here"],
        ),
        (
            [LINES[0], LINES[3]],
            head(SIGNED),
            ["acme.jsonl:2:1: entry 4: stands where entry 2 should be: entries 2 to 3 are missing here"],
        ),
        (
            [LINES[0], LINES[2], LINES[1], LINES[3]],
            head(SIGNED),
            [
                "acme.jsonl:2:1: entry 3: stands where entry 2 should be: entry 2 is missing here",
                "acme.jsonl:3:1: entry 2: stands where entry 4 should be: it was moved, or written twice",
                "acme.jsonl:4:1: entry 4: stands where entry 3 should be: entry 3 is missing here",
            ],
        ),
        (
            LINES[:2],
            head(SIGNED),
            ["acme.jsonl:2:1: entry 4: the chain ends with entry 2, and there were 4: lines were cut off"],
        ),
        (LINES, None, ["acme.head: checkpoint: is missing, so entries may be too"]),
        (LINES, b"{}", ["acme.head: checkpoint: has not the fields of a line of evidence"]),
        (
            [LINES[0], b"\x00" * 40, *LINES[2:]],
            head(SIGNED),
            ["acme.jsonl:2:1: entry 2: is not readable"],
        ),
        (
            [*LINES[:2], FORGED[2].line, FORGED[3].line],
            head(FORGED, None),
            [
                "acme.head: checkpoint: is not signed, and entries are",
                "acme.jsonl:3:1: entry 3: does not follow the entry before it: that one was changed, replaced "
                "or taken out",
                "acme.jsonl:3:1: entry 3: is not signed, and entries before it are",
                "acme.jsonl:4:1: entry 4: is not signed, and entries before it are",
            ],
        ),
        (
            [each.line for each in FORGED],
            head(FORGED, None),
            ["acme.jsonl: signatures: there are none, and there is a key"],
        ),
        (
            [STRANGE[0].line],
            head(STRANGE[:1], OTHER),
            [
                f"acme.head: checkpoint: is signed with the key {OTHER.id}, which is not trusted",
                f"acme.jsonl:1:1: entry 1: is signed with the key {OTHER.id}, which is not trusted",
            ],
        ),
        (
            [LINES[0].replace(SIGNED[0].signature.encode(), SIGNED[1].signature.encode())],  # type: ignore[union-attr]
            head(SIGNED[:1]),
            [f"acme.jsonl:1:1: entry 1: has a signature that the key {KEY.id} did not make"],
        ),
        (
            [chain(replace(STORY[0], client="blue"))[0].line],
            head(chain(replace(STORY[0], client="blue"))),
            ['acme.jsonl:1:1: entry 1: is of the client "blue"'],
        ),
    ],
    ids=["changed", "gap", "two gone", "swapped", "cut off", "no head", "bad head", "zeroes", "appended unsigned",
         "written anew unsigned", "foreign key", "another's signature", "another client's"],
)  # fmt: skip
def test_each_fault_is_named_by_its_line_and_entry(
    lines: list[bytes], checkpoint: bytes | None, said: list[str]
) -> None:
    assert faults(look(lines, checkpoint)) == said


def test_a_chain_written_anew_from_its_first_line_is_found_by_a_hash_that_was_noted() -> None:
    noted = UNSIGNED[2].sha256
    anew = [each.line for each in FORGED]
    assert look(anew, head(FORGED, None), {}).ok
    assert faults(look(anew, head(FORGED, None), {}, anchor=noted)) == [
        f"acme.jsonl: {noted}: is the hash of no entry here: lines were cut off, or the chain was written anew"
    ]


def test_a_key_that_came_later_covers_what_was_before_it() -> None:
    first = chain(*STORY[:2], key=None)
    later = seal(STORY[2], 3, first[-1].sha256, KEY)
    found = look([*(each.line for each in first), later.line], head([*first, later]))
    assert found.ok
    assert found.notes == (
        "acme.jsonl: the first 2 entries are not signed themselves; the signatures after them cover them.",
    )


def test_signed_lines_are_no_proof_without_a_key_to_check_them_by() -> None:
    assert faults(look(LINES, head(SIGNED), {})) == [
        "acme.jsonl: signatures: cannot be checked without public keys"
    ]


def test_the_checkpoint_reads_back() -> None:
    found = parse_head(head(SIGNED))
    assert (found.client, found.count, found.sha256, found.key) == ("acme", 4, SIGNED[-1].sha256, KEY.id)
    assert SIGNED[0].entry.at == NOW


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"entry":"\\ud800","format":1,"key":null,"number":1,"previous":"","sha256":"","signature":null}',
        b'{"entry":{},"format":1,"key":null,"number":1e400,"previous":"","sha256":"","signature":null}',
        b'{"entry":{},"format":1,"key":null,"number":NaN,"previous":"","sha256":"","signature":null}',
        b'{"entry":{},"format":1,"key":null,"number":'
        + b"9" * 5000
        + b',"previous":"","sha256":"","signature":null}',
        b'{"entry":{},"format":1,"key":null,"number":true,"previous":"","sha256":"","signature":null}',
        b'{"entry":{},"format":2,"key":null,"number":1,"previous":"","sha256":"","signature":null}',
        b'{"entry":{},"format":1,"key":"a","number":1,"previous":"","sha256":"","signature":null}',
        b'{"entry":{},"format":1,"key":7,"number":1,"previous":"","sha256":"","signature":8}',
        b'{"entry":{},"format":1,"key":null,"number":1,"previous":7,"sha256":7,"signature":null}',
        b"\xff\xfe",
        b"",
    ],
    ids=range(13),
)
def test_whatever_stands_in_a_line_is_a_fault_and_no_crash(line: bytes) -> None:
    found = look([*LINES, line], head(SIGNED))
    assert [str(each.place) for each in found.problems] == ["acme.jsonl:5:1"]
    assert standalone.check(CHAIN + line + b"\n", head(SIGNED), standalone.read_keys(public_line(KEY.public)))
