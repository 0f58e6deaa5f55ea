"""One fault in one field, and the exact line that is printed for it."""

from __future__ import annotations

import pytest

from tests.source.project import Project

PERSON_FAULTS = {
    "unknown key": (
        "manger: lee.park",
        '3:5: person "dana": "manger" is not a key here. Correct it to "manager", or remove it.',
    ),
    "unknown key like no other": (
        "zzz: lee.park",
        '3:5: person "dana": "zzz" is not a key here. Correct it, or remove it.',
    ),
    "underscore for a space": (
        "given_name: Dana",
        '3:5: person "dana": "given_name" is not a key here. Correct it to "given name", or remove it.',
    ),
    "unknown key further in": (
        "departure: {at: 2026-11-27 17:00, knd: voluntary}",
        '3:39: person "dana": "knd" is not a key here. Correct it to "kind", or remove it.',
    ),
    "bare no for a text": (
        "name: no",
        '3:11: person "dana": `name` is a bare no, not a text. Write it in quotes, or the text that is meant.',
    ),
    "bare off for a text": (
        "title: Off",
        '3:12: person "dana": `title` is a bare Off, not a text. Write it in quotes, or the text that is meant.',
    ),
    "bare true for a text": (
        "city: true",
        '3:11: person "dana": `city` is a bare true, not a text. Write it in quotes, or the text that is meant.',
    ),
    "bare no in a list": (
        "roles: [no]",
        '3:13: person "dana": `roles[0]` is a bare no, not a text. '
        "Write it in quotes, or the text that is meant.",
    ),
    "bare yes for a truth": (
        "disabled: yes",
        '3:15: person "dana": `disabled` is "yes", not true or false. Write true or false, without quotes.',
    ),
    "quoted truth": (
        'disabled: "true"',
        '3:15: person "dana": `disabled` is "true", not true or false. Write true or false, without quotes.',
    ),
    "number for a truth": (
        "disabled: 1",
        '3:15: person "dana": `disabled` is "1", not true or false. Write true or false, without quotes.',
    ),
    "list for a text": ("name: [a]", '3:5: person "dana": `name` is a list, not a text. Write one text.'),
    "mapping for a text": (
        "name: {a: b}",
        '3:5: person "dana": `name` is a mapping, not a text. Write one text.',
    ),
    "text for a list": (
        "groups: everyone",
        '3:13: person "dana": `groups` is "everyone", not a list. Write it in brackets, like [one, two].',
    ),
    "mapping for a list": (
        "groups: {everyone: true}",
        '3:5: person "dana": `groups` is a mapping, not a list. Write it in brackets, like [one, two].',
    ),
    "text for a mapping": (
        "departure: tomorrow",
        '3:16: person "dana": `departure` is "tomorrow", not a mapping. '
        'Write "key: value" lines, indented below it.',
    ),
    "missing key": ("departure: {kind: voluntary}", '3:5: person "dana": `departure` lacks `at`. Add `at:`.'),
    "empty value": (
        "manager:",
        '3:13: person "dana": `manager` is empty. '
        "Write a value, [] for an empty list or {} for no records, or remove the key.",
    ),
    "null": (
        "groups: null",
        '3:13: person "dana": `groups` is empty (null). '
        "Write a value, [] for an empty list or {} for no records, or remove the key.",
    ),
    "tilde in a list": (
        "groups: [~]",
        '3:14: person "dana": `groups[0]` is empty (~). '
        "Write a value, [] for an empty list or {} for no records, or remove the key.",
    ),
    "empty text": (
        'name: ""',
        '3:11: person "dana": `name` is an empty text. Write a text, or remove the key.',
    ),
    "blank text": (
        'name: "  "',
        '3:11: person "dana": `name` is an empty text. Write a text, or remove the key.',
    ),
    "no accounts": (
        "accounts: []",
        '3:5: person "dana": `accounts` is empty. Write at least one, or remove the key.',
    ),
    "long text": (
        f"name: {'x' * 300}",
        '3:11: person "dana": `name` is 300 characters long. 256 is the most.',
    ),
    "very long text": (
        f"name: {'x' * 5000}",
        '3:11: person "dana": `name` is 5000 characters long. 4096 is the most.',
    ),
    "text of two lines": (
        'name: "Dana\\nReyes"',
        '3:11: person "dana": `name` "Dana\\u000aReyes" is not one line of text. '
        "Write it on one line, without control characters.",
    ),
    "escaped control character": (
        'name: "Dana\\0"',
        '3:11: person "dana": `name` has the invisible character U+0000. Remove it.',
    ),
    "escaped line that runs backwards": (
        'name: "Dana\\u202e"',
        '3:11: person "dana": `name` has the invisible character U+202E. Remove it.',
    ),
    "escaped character of no width": (
        'name: "Dana\\u200b"',
        '3:11: person "dana": `name` has the invisible character U+200B. Remove it.',
    ),
    "username": (
        "username: dana",
        '3:15: person "dana": `username` "dana" is not a username. Write it like "dana.reyes@acme.example".',
    ),
    "country": (
        "usage location: uk",
        '3:21: person "dana": `usage location` "uk" is not a country code. '
        'Write two capital letters (ISO 3166-1), like "GB".',
    ),
    "key": (
        "manager: Lee Park",
        '3:14: person "dana": `manager` "Lee Park" is not a key. '
        "Write at most 64 lower-case letters, digits, dots and hyphens, a letter or digit at both ends.",
    ),
    "date that does not exist": (
        "nda: {signed: 2026-02-30, document: N-1}",
        '3:19: person "dana": `nda.signed` "2026-02-30" does not exist (day is out of range for month). '
        'Write a date such as "2026-11-27".',
    ),
    "date of another form": (
        "nda: {signed: 1 March 2024, document: N-1}",
        '3:19: person "dana": `nda.signed` "1 March 2024" is not a date. Write a date such as "2026-11-27".',
    ),
    "period": (
        "nda: {signed: 2026-02-03, document: N-1, survives: forever}",
        '3:56: person "dana": `nda.survives` "forever" is not a period. '
        'Write one such as "30 days", "8 weeks", "6 months" or "5 years".',
    ),
    "moment that does not exist": (
        "starts: 2026-02-29 09:00",
        '3:13: person "dana": `starts` "2026-02-29 09:00" does not exist (day is out of range for month). '
        "Correct the date or the time.",
    ),
    "hour that does not exist": (
        "starts: 2026-02-28 24:00",
        '3:13: person "dana": `starts` "2026-02-28 24:00" does not exist (hour must be in 0..23). '
        "Correct the date or the time.",
    ),
    "moment in a gap": (
        "departure: {at: 2026-03-29 01:30}",
        '3:21: person "dana": `departure.at` "2026-03-29 01:30" does not exist in Europe/London '
        '(the clocks go forward). Write "2026-03-29 00:30" or "2026-03-29 02:30".',
    ),
    "moment that happens twice": (
        "departure: {at: 2026-10-25 01:30}",
        '3:21: person "dana": `departure.at` "2026-10-25 01:30" happens twice in Europe/London '
        '(the clocks go back). Write "2026-10-25 01:30 +01:00" or "2026-10-25 01:30 +00:00".',
    ),
    "day without a time": (
        "departure: {at: 2026-11-27}",
        '3:21: person "dana": `departure.at` "2026-11-27" has no time. '
        'Say the minute, such as "2026-11-27 17:00".',
    ),
    "relative moment": (
        "departure: {at: tomorrow}",
        '3:21: person "dana": `departure.at` "tomorrow" is not a moment. '
        'Write date and time, such as "2026-11-27 17:00"; relative words are refused.',
    ),
    "bare no for a moment": (
        "starts: no",
        '3:13: person "dana": `starts` "no" is not a moment. '
        'Write date and time, such as "2026-11-27 17:00".',
    ),
    "list for a moment": (
        "starts: []",
        '3:5: person "dana": `starts` a list is not a moment. Write date and time, such as "2026-11-27 17:00".',
    ),
    "kind": (
        "departure: {at: 2026-11-27 17:00, kind: angry}",
        '3:45: person "dana": `departure.kind` is "angry". '
        'Write "voluntary", "involuntary" or "contentious".',
    ),
    "hold": (
        "departure: {at: 2026-11-27 17:00, hold: no}",
        '3:45: person "dana": `departure.hold` is "no". Write "none" or "until released".',
    ),
    "departure before the start": (
        "starts: 2026-11-27 17:00\n    departure: {at: 2026-11-27 16:00}",
        '2:3: person "dana": departs 2026-11-27 16:00Z, not after it starts 2026-11-27 17:00Z. '
        "Correct `starts` or `departure.at`.",
    ),
    "release without a hold": (
        "departure: {at: 2026-11-27 16:00, released: 2026-11-27 16:00}",
        '3:5: person "dana": `departure` released at 2026-11-27 16:00Z without a hold. '
        "Add `hold: until released`, or remove `released`.",
    ),
    "unknown group": (
        "groups: [everyon]",
        '3:14: person "dana": group "everyon" is not known. '
        'Correct it to "everyone", or add it to groups.yaml.',
    ),
    "unknown manager": (
        "manager: lee",
        '3:14: person "dana": manager "lee" is not known. Correct it, or add the person.',
    ),
    "their own manager": (
        "manager: dana",
        '3:14: person "dana": is their own manager. Name another person as manager.',
    ),
    "unknown handover": (
        "departure: {at: 2026-11-27 16:00, handover: danaa}",
        '3:49: person "dana": handover "danaa" is not known. Correct it to "dana", or add the person.',
    ),
    "handover to themselves": (
        "departure: {at: 2026-11-27 16:00, handover: dana}",
        '3:49: person "dana": is their own handover. Name another person as handover.',
    ),
    "unknown directory": (
        "accounts: [entra, octa]",
        '3:23: person "dana": directory "octa" is not known. Correct it to "okta", or add it to client.yaml.',
    ),
    "account named twice": (
        "accounts: [entra, entra]",
        '3:23: person "dana": `accounts` names "entra" twice. Keep one of them.',
    ),
    "group named twice": (
        "groups: [everyone, everyone]",
        '3:24: person "dana": `groups` names "everyone" twice. Keep one of them.',
    ),
    "group where there is no account": (
        "accounts: [okta]\n    groups: [everyone]",
        '4:14: person "dana": group "everyone" is in entra, where the person has no account. '
        "Add entra to `accounts`, or remove the group.",
    ),
    "role without an account in Entra": (
        "accounts: [okta]\n    roles: [User Administrator]",
        '4:5: person "dana": has directory roles without an account in an Entra directory. '
        "Remove `roles`, or add the directory to `accounts`.",
    ),
    "role named twice": (
        "roles: [User Administrator, User Administrator]",
        '3:33: person "dana": `roles` names "User Administrator" twice. Keep one of them.',
    ),
}


@pytest.mark.parametrize(("field", "line"), PERSON_FAULTS.values(), ids=PERSON_FAULTS)
def test_a_fault_in_a_person_is_one_line(project: Project, field: str, line: str) -> None:
    project.write(people=f"people:\n  dana:\n    {field}\n")
    assert project.problems() == [f"people.yaml:{line}"]
