"""Each policy on records: an example that breaks it, with the exact text, and one that keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from leaver import policy
from tests.policy.project import NOW, broken

PEOPLE = "identities/acme/people.yaml"
GROUPS = "identities/acme/groups.yaml"
CLIENT = "identities/acme/client.yaml"
SECRETS = "payroll: {name: Payroll, directory: entra, confidential: true}"
SIGN = "Add `nda:` with the signed agreement, or take the access away."


class Case(NamedTuple):
    policy: str
    people: str = ""
    groups: str = ""
    client: str = ""
    expected: str = ""
    """The one line that is said; empty where the example keeps the policy."""


BROKEN = {
    "confidential group without an agreement": Case(
        "signed-nda",
        "dana: {groups: [payroll]}",
        SECRETS,
        expected=f'{PEOPLE}:2:19: mandatory: person "dana": needs a signed NDA for group "payroll", and has none '
        f"(signed-nda). {SIGN}",
    ),
    "several reasons are one line": Case(
        "signed-nda",
        "dana: {groups: [payroll], roles: [Global Reader], employee type: Agent}",
        SECRETS,
        "nda: {employee types: [agent]}",
        f'{PEOPLE}:2:19: mandatory: person "dana": needs a signed NDA for group "payroll", role "Global Reader", '
        f"the employee type Agent, and has none (signed-nda). {SIGN}",
    ),
    "an agreement for everybody": Case(
        "signed-nda",
        "dana: {}",
        client="nda: {everyone: true}",
        expected=f'{PEOPLE}:2:3: mandatory: person "dana": needs a signed NDA for an account at this client, and '
        f"has none (signed-nda). {SIGN}",
    ),
    "an agreement that has expired": Case(
        "signed-nda",
        "dana: {groups: [payroll], nda: {signed: 2020-01-01, document: N-1, expires: 2026-11-22}}",
        SECRETS,
        expected=f'{PEOPLE}:2:19: mandatory: person "dana": needs a signed NDA for group "payroll", and theirs '
        f"expired 2026-11-22 (signed-nda). {SIGN}",
    ),
    "an agreement of tomorrow": Case(
        "signed-nda",
        "dana: {groups: [payroll], nda: {signed: 2026-11-23, document: N-1}}",
        SECRETS,
        expected=f'{PEOPLE}:2:19: mandatory: person "dana": needs a signed NDA for group "payroll", and theirs is '
        f"signed 2026-11-23, which is still to come (signed-nda). {SIGN}",
    ),
    "an agreement that nobody has looked at": Case(
        "nda-review",
        "dana: {groups: [payroll], nda: {signed: 2023-11-22, document: N-1}}",
        SECRETS,
        "nda: {review: 3 years}",
        f'{PEOPLE}:2:43: advisory: person "dana": NDA N-1 was signed 2023-11-22, and its review after 3 years was '
        "due 2026-11-22 (nda-review). Have it confirmed or signed anew, and write the new day and document "
        "into `nda`.",
    ),
    "a privileged role for ever": Case(
        "no-standing-privilege",
        "dana: {roles: [Reports Reader, user administrator]}",
        expected=f'{PEOPLE}:2:34: advisory: person "dana": has role "user administrator" without an end '
        "(no-standing-privilege). Write the role as `{role: ..., until: ...}`, and renew it when it is still "
        "needed.",
    ),
    "groups that exclude each other": Case(
        "separate-duties",
        "dana: {groups: [orders, pay]}",
        """
        orders: {name: Orders, directory: entra}
        pay: {name: Pay, directory: entra, separate from: [orders]}
        """,
        expected=f'{PEOPLE}:2:27: mandatory: person "dana": is in group "pay" and in group "orders", which exclude '
        "each other (separate-duties). Remove one of the two groups, or let one end before the other starts.",
    ),
    "a shared account of nobody": Case(
        "shared-account-owner",
        "desk: {kind: shared}",
        expected=f'{PEOPLE}:2:3: mandatory: person "desk": is a shared account without an owner '
        "(shared-account-owner). Add `owner:`, the key of a person who is here or an e-mail address.",
    ),
    "a service account of somebody who has left": Case(
        "shared-account-owner",
        """
        lee: {disabled: true}
        scan: {kind: service, owner: lee}
        """,
        expected=f'{PEOPLE}:3:32: mandatory: person "scan": is a service account, and its owner lee has left '
        "(shared-account-owner). Add `owner:`, the key of a person who is here or an e-mail address.",
    ),
    "somebody without a manager": Case(
        "has-manager",
        """
        lee: {}
        dana: {manager: lee}
        sam: {}
        """,
        expected=f'{PEOPLE}:4:3: advisory: person "sam": has no manager (has-manager). Add `manager:`.',
    ),
    "somebody without a start": Case(
        "has-start",
        "dana: {}",
        expected=f'{PEOPLE}:2:3: advisory: person "dana": has no start (has-start). Add `starts:`.',
    ),
    "a contractor for ever": Case(
        "contractor-end",
        "dana: {employee type: Contractor}",
        expected=f'{PEOPLE}:2:25: mandatory: person "dana": is a Contractor without an end (contractor-end). '
        "Add `until:` with the end of the contract.",
    ),
    "the client's own word for a contractor": Case(
        "contractor-end",
        """
        dana: {employee type: locum}
        lee: {employee type: contractor}
        """,
        client="temporary: [locum]",
        expected=f'{PEOPLE}:2:25: mandatory: person "dana": is a locum without an end (contractor-end). '
        "Add `until:` with the end of the contract.",
    ),
    "staff for ever, and nameless": Case(
        "staff-access",
        "dana: {staff: true}",
        expected=f'{PEOPLE}:2:17: mandatory: person "dana": is staff without a name and an end (staff-access). '
        "Add what is missing: `name:`, an account for each of them, `until:`.",
    ),
    "reports of somebody who has left": Case(
        "leaver-successor",
        """
        lee: {departure: {at: 2026-11-20 17:00}}
        dana: {manager: lee}
        """,
        expected=f'{PEOPLE}:3:19: advisory: person "dana": their manager lee has left (leaver-successor). Name '
        "somebody who stays: as `handover` of the departure, and then as `manager` or `owner`.",
    ),
    "a group of somebody who has left": Case(
        "leaver-successor",
        "lee: {disabled: true}",
        "vpn: {name: VPN, directory: entra, owner: lee}",
        expected=f'{GROUPS}:2:45: advisory: group "vpn": its owner lee has left (leaver-successor). Name '
        "somebody who stays: as `handover` of the departure, and then as `manager` or `owner`.",
    ),
    "a departure without a handover": Case(
        "leaver-successor",
        """
        lee: {departure: {at: 2026-12-20 17:00}}
        dana: {manager: lee}
        """,
        expected=f'{PEOPLE}:2:9: advisory: person "lee": leaves without a handover, and dana would be without one '
        "who answers for them (leaver-successor). Name somebody who stays: as `handover` of the departure, and "
        "then as `manager` or `owner`.",
    ),
    "a handover to somebody who leaves first": Case(
        "leaver-successor",
        """
        lee: {departure: {at: 2026-12-20 17:00, handover: sam}}
        sam: {until: 2026-12-01 17:00}
        dana: {manager: lee}
        """,
        expected=f'{PEOPLE}:2:53: advisory: person "lee": hands dana over to sam, who leaves first '
        "(leaver-successor). Name somebody who stays: as `handover` of the departure, and then as `manager` or "
        "`owner`.",
    ),
    "more members than seats": Case(
        "licence-seats",
        """
        dana: {groups: [cad]}
        lee: {groups: [cad]}
        """,
        "cad: {name: CAD, directory: entra, seats: 1}",
        expected=f'{GROUPS}:2:45: advisory: group "cad": has 2 members for 1 seat (licence-seats). Buy more and '
        "correct `seats`, or take people out.",
    ),
    "more members than seats next month": Case(
        "licence-seats",
        """
        dana: {groups: [cad]}
        lee: {groups: [cad], starts: 2026-12-01 09:00}
        """,
        "cad: {name: CAD, directory: entra, seats: 1}",
        expected=f'{GROUPS}:2:45: advisory: group "cad": will have from 2026-12-01 09:00 UTC on 2 members for 1 '
        "seat (licence-seats). Buy more and correct `seats`, or take people out.",
    ),
    "more people than seats of a licence": Case(
        "licence-seats",
        """
        dana: {licences: [e3], usage location: GB}
        lee: {licences: [e3], usage location: GB}
        """,
        client="licences:\n  e3: {sku: SPE_E3, seats: 1}",
        expected=f'{CLIENT}:6:28: advisory: licence "e3": has 2 people for 1 seat (licence-seats). Buy more and '
        "correct `seats`, or take people out.",
    ),
    "more people than seats of a licence next month": Case(
        "licence-seats",
        """
        dana: {licences: [e3], usage location: GB, until: 2026-12-02 09:00, starts: 2024-01-01 09:00}
        lee: {licences: [e3], usage location: GB, starts: 2026-12-01 09:00}
        """,
        client="licences:\n  e3: {sku: SPE_E3, seats: 1}",
        expected=f'{CLIENT}:6:28: advisory: licence "e3": will have from 2026-12-01 09:00 UTC on 2 people for 1 seat '
        "(licence-seats). Buy more and correct `seats`, or take people out.",
    ),
    "a client that deletes": Case(
        "disable-not-delete",
        client="on removal: delete",
        expected=f'{CLIENT}:5:13: advisory: client "acme": deletes the account of a deleted record at once '
        "(disable-not-delete). Write `on removal: disable`, and declare accounts with `protect`.",
    ),
    "a token in a text": Case(
        "no-secret",
        'dana: {title: "ghp_0123456789abcdefghijABCDEFGHIJ012345"}',
        expected=f'{PEOPLE}:2:17: mandatory: person "dana": has what looks like a GitHub token in `title` '
        "(no-secret). Take it out, and revoke it where it came from: whoever reads the repository has it.",
    ),
}
KEPT = {
    "signed and in force": Case(
        "signed-nda",
        "dana: {groups: [payroll], nda: {signed: 2026-11-22, document: N-1, expires: 2026-11-23}}",
        SECRETS,
    ),
    "no access any more": Case("signed-nda", "dana: {groups: [payroll], disabled: true}", SECRETS),
    "the group's time is over": Case(
        "signed-nda", "dana: {groups: [{group: payroll, until: 2026-11-22 14:00}]}", SECRETS
    ),
    "a confidential group that says it needs none": Case(
        "signed-nda",
        "dana: {groups: [payroll]}",
        "payroll: {name: Payroll, directory: entra, confidential: true, nda: not required}",
    ),
    "a role that is not privileged": Case("signed-nda", "dana: {roles: [Reports Reader]}"),
    "one day before its review": Case(
        "nda-review",
        "dana: {groups: [payroll], nda: {signed: 2023-11-23, document: N-1}}",
        SECRETS,
        "nda: {review: 3 years}",
    ),
    "an old agreement that nothing needs": Case(
        "nda-review", "dana: {nda: {signed: 2003-11-23, document: N-1}}", "", "nda: {review: 3 years}"
    ),
    "a privileged role for a time": Case(
        "no-standing-privilege", "dana: {roles: [{role: User Administrator, until: 2026-12-01 09:00}]}"
    ),
    "a privileged role of somebody who leaves": Case(
        "no-standing-privilege", "dana: {roles: [User Administrator], until: 2026-12-01 09:00}"
    ),
    "one group after the other": Case(
        "separate-duties",
        """
        dana:
          groups:
            - {group: orders, until: 2026-12-01 09:00}
            - {group: pay, starts: 2026-12-01 09:00, until: 2027-01-01 09:00}
        """,
        """
        orders: {name: Orders, directory: entra, separate from: [pay]}
        pay: {name: Pay, directory: entra}
        """,
    ),
    "a shared account with an owner": Case(
        "shared-account-owner", "desk: {kind: shared, owner: desk@msp.example}"
    ),
    "the head has no manager": Case(
        "has-manager",
        """
        lee: {}
        dana: {manager: lee}
        desk: {kind: shared, owner: lee}
        """,
    ),
    "a start": Case("has-start", "dana: {starts: 2026-01-01 09:00}"),
    "a contractor until a day": Case(
        "contractor-end", "dana: {employee type: contractor, until: 2027-01-01 09:00}"
    ),
    "a contractor who has a departure": Case(
        "contractor-end", "dana: {employee type: contractor, departure: {at: 2027-01-01 09:00}}"
    ),
    "staff with a name and an end": Case(
        "staff-access", "dana: {staff: true, name: Dana Reyes, until: 2027-01-01 09:00}"
    ),
    "a handover to somebody who stays": Case(
        "leaver-successor",
        """
        lee: {departure: {at: 2026-12-20 17:00, handover: sam}}
        sam: {}
        dana: {manager: lee}
        """,
    ),
    "a departure of somebody whom nobody reports to": Case(
        "leaver-successor", "lee: {departure: {at: 2026-12-20 17:00}}"
    ),
    "one goes when the other comes": Case(
        "licence-seats",
        """
        dana: {groups: [cad], until: 2026-12-01 09:00}
        lee: {groups: [cad], starts: 2026-12-01 09:00}
        """,
        "cad: {name: CAD, directory: entra, seats: 1}",
    ),
    "a client that disables": Case("disable-not-delete", client="on removal: disable"),
    "words and numbers": Case(
        "no-secret",
        'dana: {title: "Head of Interdepartmental-Telecommunications", employee id: "4711-0815-2026"}',
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_example_that_breaks_the_policy(name: str, tmp_path: Path) -> None:
    case = BROKEN[name]
    found = broken(tmp_path, case.policy, people=case.people, groups=case.groups, client=case.client)
    assert found == [case.expected]


@pytest.mark.parametrize("name", KEPT)
def test_an_example_that_keeps_the_policy(name: str, tmp_path: Path) -> None:
    case = KEPT[name]
    assert broken(tmp_path, case.policy, people=case.people, groups=case.groups, client=case.client) == []


def test_every_policy_on_records_has_both_examples() -> None:
    wanted = {each.name for each in policy.POLICIES if each.on_records}
    assert {case.policy for case in BROKEN.values()} == wanted
    assert {case.policy for case in KEPT.values()} == wanted


@pytest.mark.parametrize(("offset", "count"), [(-1, 0), (0, 1)])
def test_an_agreement_expires_on_the_clients_day(offset: int, count: int, tmp_path: Path) -> None:
    people = "dana: {groups: [payroll], nda: {signed: 2020-01-01, document: N-1, expires: 2026-11-23}}"
    midnight = datetime.fromisoformat("2026-11-22T13:00+00:00")
    (tmp_path / "identities" / "acme").mkdir(parents=True)
    found = broken(
        tmp_path,
        "signed-nda",
        people=people,
        groups=SECRETS,
        client="",
        now=midnight + timedelta(hours=11, minutes=offset),
    )
    assert len(found) == count


def test_a_level_of_the_client_is_in_force(tmp_path: Path) -> None:
    people = "dana: {groups: [payroll]}"
    (found,) = broken(
        tmp_path, "signed-nda", people=people, groups=SECRETS, client="policies: {signed-nda: advisory}"
    )
    assert ": advisory: " in found
    off = "policies: {signed-nda: disabled}"
    assert broken(tmp_path, "signed-nda", people=people, groups=SECRETS, client=off, now=NOW) == []
