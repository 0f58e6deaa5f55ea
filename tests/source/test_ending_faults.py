"""How access ends: every refusal of a departure, a hold, a notice and access for a time, by its exact line."""

from __future__ import annotations

import pytest

from tests.source.project import CLIENT, GROUPS, Project

ON_CALL = CLIENT + "on call: on-call@msp.example\n"
FORM = "`hold: {until: released, owner: on-call, expires: ...}`"
AT = "at: 2026-11-27 17:00"

MOMENT_FAULTS = {
    "relative words": (
        "at: next friday",
        '3:21: person "dana": `departure.at` "next friday" is not a moment. '
        'Write date and time, such as "2026-11-27 17:00"; relative words are refused.',
    ),
    "date without a time": (
        "at: 2026-11-27",
        '3:21: person "dana": `departure.at` "2026-11-27" has no time. Say the minute, such as "2026-11-27 17:00".',
    ),
    "gap": (
        "at: 2027-03-28 01:30",
        '3:21: person "dana": `departure.at` "2027-03-28 01:30" does not exist in Europe/London '
        '(the clocks go forward). Write "2027-03-28 00:30" or "2027-03-28 02:30".',
    ),
    "overlap": (
        "at: 2026-10-25 01:00",
        '3:21: person "dana": `departure.at` "2026-10-25 01:00" happens twice in Europe/London '
        '(the clocks go back). Write "2026-10-25 01:00 +01:00" or "2026-10-25 01:00 +00:00".',
    ),
    "leap day of another year": (
        "at: 2027-02-29 17:00",
        '3:21: person "dana": `departure.at` "2027-02-29 17:00" does not exist (day is out of range for month). '
        "Correct the date or the time.",
    ),
    "expiry without a time": (
        f"{AT}, hold: {{until: released, owner: lee, expires: 2026-11-28}}",
        '3:84: person "dana": `departure.hold.expires` "2026-11-28" has no time. '
        'Say the minute, such as "2026-11-28 17:00".',
    ),
    "release in relative words": (
        f"{AT}, hold: until released, released: now",
        '3:71: person "dana": `departure.released` "now" is not a moment. '
        'Write date and time, such as "2026-11-27 17:00"; relative words are refused.',
    ),
    "notice of another form": (
        f"{AT}, notice: soon",
        '3:47: person "dana": `departure.notice` "soon" is not a moment. '
        'Write date and time, such as "2026-11-27 17:00"; relative words are refused.',
    ),
    "notice on a day that does not exist": (
        f"{AT}, notice: 2026-11-31",
        '3:47: person "dana": `departure.notice` "2026-11-31" does not exist (day is out of range for month). '
        "Correct the date.",
    ),
}
HOLD_FAULTS = {
    "word of another kind": (
        f"{AT}, hold: until lunch",
        '3:45: person "dana": `departure.hold` is "until lunch". Write "none" or "until released".',
    ),
    "hold until something else": (
        f"{AT}, hold: {{until: monday}}",
        '3:53: person "dana": `departure.hold.until` is "monday". Write "released".',
    ),
    "hold without until": (
        f"{AT}, hold: {{owner: lee}}",
        '3:39: person "dana": `departure.hold` lacks `until`. Add `until:`.',
    ),
    "misspelt owner": (
        f"{AT}, hold: {{until: released, ownr: lee}}",
        '3:63: person "dana": "ownr" is not a key here. Correct it to "owner", or remove it.',
    ),
    "owner that is nobody": (
        f"{AT}, hold: {{until: released, owner: The Boss}}",
        '3:70: person "dana": `departure.hold.owner` "The Boss" names nobody. '
        'Write "on-call", the key of a person, or an e-mail address.',
    ),
    "released without a hold": (
        f"{AT}, released: 2026-11-27 16:00",
        '3:5: person "dana": `departure` released at 2026-11-27 16:00Z without a hold. '
        "Add `hold: until released`, or remove `released`.",
    ),
    "released against the hold's answer": (
        f"{AT}, hold: none, released: 2026-11-27 16:00",
        '3:5: person "dana": `departure` released at 2026-11-27 16:00Z without a hold. '
        "Add `hold: until released`, or remove `released`.",
    ),
    "releaser without a release": (
        f"{AT}, hold: none, released by: lee",
        '3:5: person "dana": `departure` has `released by` without `released`. '
        "Add `released:`, or remove `released by`.",
    ),
    "reason without a release": (
        f"{AT}, hold: none, reason: call",
        '3:5: person "dana": `departure` has `reason` without `released`. Add `released:`, or remove `reason`.',
    ),
    "contentious without an answer": (
        f"{AT}, kind: contentious",
        '3:5: person "dana": `departure` is contentious and does not answer `hold`. '
        f"Write `hold: none` or {FORM}.",
    ),
    "contentious in the short form": (
        f"{AT}, kind: contentious, hold: until released",
        f'3:5: person "dana": `departure` is contentious, and its hold has no owner. Write {FORM}.',
    ),
    "contentious without an owner": (
        f"{AT}, kind: contentious, hold: {{until: released, expires: 2026-11-28 09:00}}",
        f'3:5: person "dana": `departure` is contentious, and its hold has no owner. Write {FORM}.',
    ),
    "contentious without an expiry": (
        f"{AT}, kind: contentious, hold: {{until: released, owner: lee}}",
        f'3:5: person "dana": `departure` is contentious, and its hold never expires. Write {FORM}.',
    ),
    "expiry before the moment": (
        f"{AT}, hold: {{until: released, owner: lee, expires: 2026-11-27 16:59}}",
        '3:5: person "dana": `departure` has a hold that expires 2026-11-27 16:59Z, before the departure\'s moment '
        "2026-11-27 17:00Z. Correct `hold.expires` or `at`.",
    ),
    "notice after the moment": (
        f"{AT}, notice: 2026-11-27 17:00",
        '3:5: person "dana": `departure` puts on notice from 2026-11-27 17:00Z, not before the departure\'s moment '
        "2026-11-27 17:00Z. Correct `notice` or `at`.",
    ),
    "owner who is unknown": (
        f"{AT}, hold: {{until: released, owner: le}}",
        '3:70: person "dana": owner "le" is not known. Correct it to "lee", or write an e-mail address.',
    ),
    "owner who is the leaver": (
        f"{AT}, hold: {{until: released, owner: dana}}",
        '3:70: person "dana": is the owner of their own hold. Name another person, an e-mail address, or on-call.',
    ),
    "short form where nobody is on call": (
        f"{AT}, hold: until released",
        '3:45: person "dana": has a hold without an owner, and client.yaml names nobody on call. '
        "Add `on call:` to client.yaml, or an owner to the hold: a person's key or an e-mail address.",
    ),
    "on-call where nobody is on call": (
        f"{AT}, hold: {{until: released, owner: on-call}}",
        '3:70: person "dana": has a hold without an owner, and client.yaml names nobody on call. '
        "Add `on call:` to client.yaml, or an owner to the hold: a person's key or an e-mail address.",
    ),
    "notice where there is no group for it": (
        f"{AT}, notice: 2026-11-01",
        '3:47: person "dana": is put on notice, and the client has no notice group. '
        "Add `notice groups:` to client.yaml, or remove `notice`.",
    ),
}


@pytest.mark.parametrize(
    ("departure", "line"), (MOMENT_FAULTS | HOLD_FAULTS).values(), ids=MOMENT_FAULTS | HOLD_FAULTS
)
def test_a_fault_in_a_departure_is_one_line(project: Project, departure: str, line: str) -> None:
    project.write(people=f"people:\n  dana:\n    departure: {{{departure}}}\n  lee: {{}}\n")
    assert project.problems() == [f"people.yaml:{line}"]


@pytest.mark.parametrize(
    "departure",
    [
        f"{AT}, hold: until released",
        f"{AT}, hold: {{until: released}}",
        f"{AT}, hold: {{until: released, owner: on-call}}",
        f"{AT}, hold: {{until: released, owner: lee}}",
        f"{AT}, hold: {{until: released, owner: boss@msp.example}}",
        f"{AT}, hold: {{until: released, expires: 2026-11-27 17:00}}",
        f"{AT}, kind: contentious, hold: none",
        f"{AT}, kind: contentious, hold: {{until: released, owner: on-call, expires: 2026-11-28 09:00}}",
        f"{AT}, kind: contentious, hold: until released, released: 2026-11-27 16:42:10Z, released by: Lee",
        f"{AT}, hold: until released, released: 2026-11-27 16:42:10Z, reason: HR called",
    ],
)
def test_these_departures_are_in_order(project: Project, departure: str) -> None:
    project.write(client=ON_CALL, people=f"people:\n  dana:\n    departure: {{{departure}}}\n  lee: {{}}\n")
    assert project.problems() == []


def test_a_hold_that_is_released_needs_no_owner_any_more(project: Project) -> None:
    project.write(
        people="people:\n  dana: {departure: {at: 2026-11-27 17:00, hold: until released, "
        "released: 2026-11-27 18:00}}\n"
    )
    assert project.problems() == []


def test_a_local_moment_of_a_client_without_a_zone_is_refused_wherever_it_stands(project: Project) -> None:
    hold = "{until: released, owner: lee, expires: 2026-11-28 09:00}"
    project.write(
        client=CLIENT.replace("zone: Europe/London\n", ""),
        people=f"people:\n  dana: {{departure: {{{AT} Z, notice: 2026-11-01, hold: {hold}}}}}\n"
        "  lee: {until: 2026-12-01 09:00, groups: [{group: everyone, until: 2026-12-01 09:00 +00:00}]}\n",
    )
    remedy = "Add `zone:` to client.yaml, or an offset such as +01:00 here."
    assert project.problems() == [
        'people.yaml:2:54: person "dana": `departure.notice` "2026-11-01" has no zone and the client has none. '
        'Add `zone:` to client.yaml, or write a moment with an offset, such as "2026-11-01 09:00 +01:00".',
        'people.yaml:2:111: person "dana": `departure.hold.expires` "2026-11-28 09:00" has no zone and the client '
        "has none. " + remedy,
        'people.yaml:3:16: person "lee": `until` "2026-12-01 09:00" has no zone and the client has none. '
        + remedy,
    ]


TERM_FAULTS = {
    "group that ends before it starts": (
        "groups: [{group: everyone, starts: 2026-12-02 09:00, until: 2026-12-01 09:00}]",
        '3:14: person "dana": `groups[0]` ends 2026-12-01 09:00Z, not after it starts 2026-12-02 09:00Z. '
        "Correct `starts` or `until`.",
    ),
    "group without an end": (
        "groups: [{group: everyone}]",
        '3:14: person "dana": `groups[0]` lacks `until`. Add `until:`.',
    ),
    "group without a name": (
        "groups: [{until: 2026-12-01 09:00}]",
        '3:14: person "dana": `groups[0]` lacks `group`. Add `group:`.',
    ),
    "misspelt key": (
        "groups: [{group: everyone, untl: x, until: 2026-12-01 09:00}]",
        '3:32: person "dana": "untl" is not a key here. Correct it to "until", or remove it.',
    ),
    "unknown group": (
        "groups: [{group: everyon, until: 2026-12-01 09:00}]",
        '3:14: person "dana": group "everyon" is not known. Correct it to "everyone", or add it to groups.yaml.',
    ),
    "group named with and without an end": (
        "groups: [everyone, {group: everyone, until: 2026-12-01 09:00}]",
        '3:24: person "dana": `groups` names "everyone" twice. Keep one of them.',
    ),
    "group where there is no account": (
        "accounts: [okta]\n    groups: [{group: everyone, until: 2026-12-01 09:00}]",
        '4:14: person "dana": group "everyone" is in entra, where the person has no account. '
        "Add entra to `accounts`, or remove the group.",
    ),
    "role that ends at a date": (
        "roles: [{role: User Administrator, until: 2026-12-01}]",
        '3:47: person "dana": `roles[0].until` "2026-12-01" has no time. '
        'Say the minute, such as "2026-12-01 17:00".',
    ),
    "role named twice": (
        "roles: [Reports Reader, {role: Reports Reader, until: 2026-12-01 09:00}]",
        '3:29: person "dana": `roles` names "Reports Reader" twice. Keep one of them.',
    ),
    "record that ends before it starts": (
        "starts: 2026-12-01 09:00\n    until: 2026-12-01 09:00",
        '2:3: person "dana": ends 2026-12-01 09:00Z, not after it starts 2026-12-01 09:00Z. '
        "Correct `starts` or `until`.",
    ),
    "record that ends twice": (
        f"until: 2026-12-01 09:00\n    departure: {{{AT}}}",
        '2:3: person "dana": ends twice: `until` 2026-12-01 09:00Z, `departure` 2026-11-27 17:00Z. '
        "Remove `until`: the departure takes its place.",
    ),
}


@pytest.mark.parametrize(("field", "line"), TERM_FAULTS.values(), ids=TERM_FAULTS)
def test_a_fault_in_access_for_a_time_is_one_line(project: Project, field: str, line: str) -> None:
    project.write(people=f"people:\n  dana:\n    {field}\n")
    assert project.problems() == [f"people.yaml:{line}"]


LONGEST = CLIENT + "longest: {group: 90 days, role: 1 month, record: 1 year}\n"
LENGTHS = {
    "group": (
        "groups: [{group: everyone, starts: 2026-01-01 09:00, until: 2026-04-01 10:01}]",
        '3:14: person "dana": group "everyone" lasts until 2026-04-01 10:01 BST, and the client allows 90 days. '
        "End it by 2026-04-01 09:00 BST, or change `longest` in client.yaml.",
    ),
    "group from the person's start": (
        "starts: 2026-01-01 09:00\n    groups: [finance, {group: everyone, until: 2026-06-01 09:00}]",
        '4:23: person "dana": group "everyone" lasts until 2026-06-01 09:00 BST, and the client allows 90 days. '
        "End it by 2026-04-01 09:00 BST, or change `longest` in client.yaml.",
    ),
    "role": (
        "roles: [{role: Reports Reader, starts: 2026-01-31 09:00, until: 2026-02-28 09:01}]",
        '3:13: person "dana": role "Reports Reader" lasts until 2026-02-28 09:01 GMT, and the client allows 1 month. '
        "End it by 2026-02-28 09:00 GMT, or change `longest` in client.yaml.",
    ),
    "record": (
        "starts: 2026-01-01 09:00\n    until: 2027-01-01 09:01",
        '4:12: person "dana": access lasts until 2027-01-01 09:01 GMT, and the client allows 1 year. '
        "End it by 2027-01-01 09:00 GMT, or change `longest` in client.yaml.",
    ),
    "group without a start": (
        "groups: [{group: everyone, until: 2026-04-01 09:00}]",
        '3:14: person "dana": group "everyone" ends without having a start, and `longest.group` of client.yaml is '
        "90 days. Add `starts:`, so that its length is known.",
    ),
    "record without a start": (
        "until: 2026-04-01 09:00",
        '3:12: person "dana": access ends without having a start, and `longest.record` of client.yaml is 1 year. '
        "Add `starts:`, so that its length is known.",
    ),
}


@pytest.mark.parametrize(("field", "line"), LENGTHS.values(), ids=LENGTHS)
def test_access_for_longer_than_the_client_allows_is_one_line(
    project: Project, field: str, line: str
) -> None:
    project.write(client=LONGEST, people=f"people:\n  dana:\n    {field}\n")
    assert project.problems() == [f"people.yaml:{line}"]


def test_access_for_exactly_as_long_as_the_client_allows_is_in_order(project: Project) -> None:
    project.write(
        client=LONGEST,
        people="people:\n  dana:\n    starts: 2026-01-01 09:00\n    until: 2027-01-01 09:00\n"
        "    groups: [{group: everyone, until: 2026-04-01 09:00}]\n"
        "    roles: [{role: Reports Reader, starts: 2026-01-31 09:00, until: 2026-02-28 09:00}]\n",
    )
    assert project.problems() == []


def test_access_without_an_end_is_not_held_against_the_longest(project: Project) -> None:
    project.write(client=LONGEST, people="people:\n  dana: {groups: [everyone], roles: [Reports Reader]}\n")
    assert project.problems() == []


def test_a_person_without_an_account_where_the_notice_group_is_cannot_be_put_on_notice(
    project: Project,
) -> None:
    project.write(
        client=CLIENT + "notice groups: [everyone]\n",
        people=f"people:\n  dana: {{accounts: [okta], departure: {{{AT}, notice: 2026-11-01}}}}\n",
    )
    assert project.problems() == [
        'people.yaml:2:70: person "dana": is put on notice, and has no account in entra, where the notice group is. '
        "Add a notice group in a directory of the person, or remove `notice`."
    ]


def test_a_notice_group_of_one_of_the_directories_is_enough(project: Project) -> None:
    project.write(
        client=CLIENT + "notice groups: [everyone, finance]\n",
        people=f"people:\n  dana: {{accounts: [okta], departure: {{{AT}, notice: 2026-11-01}}}}\n",
    )
    assert project.problems() == []


def test_notice_groups_that_are_unknown_or_named_twice_are_refused(project: Project) -> None:
    project.write(client=CLIENT + "notice groups: [everyone, leavers, everyone]\n", groups=GROUPS)
    assert project.problems() == [
        'client.yaml:6:27: client "acme": group "leavers" is not known. Correct it, or add it to groups.yaml.',
        'client.yaml:6:36: client "acme": `notice groups` names "everyone" twice. Keep one of them.',
    ]


def test_whoever_is_on_call_has_an_e_mail_address(project: Project) -> None:
    project.write(client=CLIENT + "on call: The Boss\n")
    assert project.problems() == [
        'client.yaml:6:10: client "acme": `on call` "The Boss" is not an e-mail address. '
        'Write it like "on-call@msp.example".'
    ]


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Europe/London", "2026-11-02", "2026-11-02T00:00:00+00:00"),
        ("Asia/Kathmandu", "2026-11-02", "2026-11-01T18:15:00+00:00"),
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00+00:00"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00"),
    ],
)
def test_notice_from_a_day_begins_with_the_day(project: Project, zone: str, day: str, begins: str) -> None:
    project.write(
        client=CLIENT.replace("Europe/London", zone) + "notice groups: [everyone]\n",
        people=f"people:\n  dana: {{departure: {{{AT}, notice: {day}}}}}\n",
    )
    departure = project.load().clients["acme"].people["dana"].departure
    assert departure is not None
    assert departure.notice is not None
    assert departure.notice.isoformat() == begins
