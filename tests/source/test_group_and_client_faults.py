"""One fault in one field of groups.yaml or client.yaml, and the exact line that is printed for it."""

from __future__ import annotations

import pytest

from tests.source.project import CLIENT, Project

GROUP_FAULTS = {
    "missing name": ("b: {directory: entra}", '2:3: group "b": lacks `name`. Add `name:`.'),
    "unknown key": (
        "b: {name: B, directory: entra, members: []}",
        '2:34: group "b": "members" is not a key here. Correct it to "membership", or remove it.',
    ),
    "membership": (
        "b: {name: B, directory: entra, membership: all}",
        '2:46: group "b": `membership` is "all". Write "exact" or "additive".',
    ),
    "unknown directory": (
        "b: {name: B, directory: entr}",
        '2:27: group "b": directory "entr" is not known. Correct it to "entra", or add it to client.yaml.',
    ),
    "list for a group": (
        "b: []",
        '2:3: group "b": is a list, not a mapping. Write "key: value" lines, indented below it.',
    ),
    "key of a group": (
        "B b: {name: B, directory: entra}",
        '2:3: group "B b": "B b" is not a key. Write at most 64 lower-case letters, digits, dots and '
        "hyphens, a letter or digit at both ends.",
    ),
    "name twice in one directory": (
        "b: {name: Staff, directory: entra}\n  c: {name: STAFF, directory: entra}",
        '3:13: group "c": is called "STAFF" in entra, and so is group "b". Rename one of them.',
    ),
}


@pytest.mark.parametrize(("record", "line"), GROUP_FAULTS.values(), ids=GROUP_FAULTS)
def test_a_fault_in_a_group_is_one_line(project: Project, record: str, line: str) -> None:
    project.write(groups=f"groups:\n  {record}\n", people="people: {}\n")
    assert project.problems() == [f"groups.yaml:{line}"]


CLIENT_FAULTS = {
    "missing name": (
        CLIENT.replace("name: Acme\n", ""),
        'client.yaml: client "acme": lacks `name`. Add `name:`.',
    ),
    "missing directories": (
        "name: Acme\n",
        'client.yaml: client "acme": lacks `directories`. Add `directories:`.',
    ),
    "no directories": (
        "name: Acme\ndirectories: {}\n",
        'client.yaml:2:1: client "acme": `directories` is empty. Write at least one, or remove the key.',
    ),
    "zone": (
        CLIENT.replace("London", "Londn"),
        'client.yaml:2:7: client "acme": `zone` "Europe/Londn" is not an IANA time zone. '
        'Write a name such as "Europe/London" or "America/New_York".',
    ),
    "kind of a directory": (
        CLIENT.replace("kind: okta", "kind: octa"),
        'client.yaml:5:3: client "acme": `directories.okta` is "octa". Write "entra" or "okta".',
    ),
    "directory without a kind": (
        CLIENT.replace("kind: okta, ", ""),
        'client.yaml:5:3: client "acme": `directories.okta` lacks `kind`. Add `kind: entra` or `kind: okta`.',
    ),
    "text for a directory": (
        "name: Acme\ndirectories: {entra: yes please}\n",
        'client.yaml:2:22: client "acme": `directories.entra` is "yes please", not a mapping. '
        'Write "key: value" lines, indented below it.',
    ),
    "tenant": (
        CLIENT.replace("11111111-", ""),
        'client.yaml:4:32: client "acme": `directories.entra.tenant` "2222-3333-4444-555555555555" '
        'is not a tenant ID. Write the UUID in lower case, like "11111111-2222-3333-4444-555555555555".',
    ),
    "domain": (
        CLIENT.replace("domain: acme.example}\n  okta", "domain: acme}\n  okta"),
        'client.yaml:4:78: client "acme": `directories.entra.domain` "acme" is not a domain. '
        'Write it in lower case, like "acme.example".',
    ),
    "organisation": (
        CLIENT.replace("org: acme,", "org: acme.okta.com,"),
        'client.yaml:5:27: client "acme": `directories.okta.org` "acme.okta.com" is not an organisation name. '
        'Write the first part of its address, such as "acme".',
    ),
    "missing organisation": (
        CLIENT.replace("org: acme,", ""),
        'client.yaml:5:3: client "acme": `directories.okta` lacks `org`. Add `org:`.',
    ),
    "limit that is no number": (
        CLIENT + "limits: {removals: many}\n",
        'client.yaml:6:20: client "acme": `limits.removals` "many" is not a whole number. Write it in digits.',
    ),
    "limit below nought": (
        CLIENT + "limits: {removals: -1}\n",
        'client.yaml:6:20: client "acme": `limits.removals` "-1" is not a whole number. Write it in digits.',
    ),
    "limit over a hundred per cent": (
        CLIENT + "limits: {percent: 101}\n",
        'client.yaml:6:19: client "acme": `limits.percent` is 101. 100 is the most.',
    ),
    "unknown key": (
        CLIENT + "on_removal: delete\n",
        'client.yaml:6:1: client "acme": "on_removal" is not a key here. Correct it to "on removal", or remove it.',
    ),
    "removal mode": (
        CLIENT + "on removal: destroy\n",
        'client.yaml:6:13: client "acme": `on removal` is "destroy". Write "disable" or "delete".',
    ),
    "one tenant twice": (
        CLIENT + "  more: {kind: entra, tenant: 11111111-2222-3333-4444-555555555555, domain: b.example}\n",
        'client.yaml:6:31: client "acme": directories "entra" and "more" are both '
        "11111111-2222-3333-4444-555555555555. Keep one of them.",
    ),
    "list for the whole": (
        "- name: Acme\n",
        'client.yaml: client "acme": is a list, not a mapping. Write "key: value" lines, indented below it.',
    ),
    "text for the whole": (
        "Acme\n",
        'client.yaml: client "acme": is "Acme", not a mapping. Write "key: value" lines, indented below it.',
    ),
}


@pytest.mark.parametrize(("text", "line"), CLIENT_FAULTS.values(), ids=CLIENT_FAULTS)
def test_a_fault_in_client_yaml_is_one_line(project: Project, text: str, line: str) -> None:
    project.write(client=text)
    assert project.problems() == [line]
