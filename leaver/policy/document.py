"""docs/policies.md, made of the definitions."""

from __future__ import annotations

from leaver.policy.catalogue import POLICIES
from leaver.policy.rule import Policy

_HEAD = """\
# Policies

<!-- Made by `leaver policies --write docs/policies.md`. -->

Sound records can still be wrong: a contractor without an end, an administrator for ever. Policies say so. One
definition of each runs

- on records, in `leaver check`, with file, line and column: a break of an advisory policy is shown, one of a
  mandatory policy is a problem (exit code 1);
- on records and resources, with Pulumi alone: `pulumi preview -s acme --policy-pack policies`. There a mandatory
  one fails the preview. Run the pack on pull requests, not on the apply of a departure at its moment: an NDA that
  expired overnight must not keep anybody's access alive;
- in `leaver preview` (a mandatory one ends with exit code 1) and `leaver apply` (shown, never in its way: an apply
  may be somebody's departure). `leaver apply --approved` refuses a plan that itself breaks a mandatory one;
- on authors, in `leaver check --since origin/main`: who wrote a line, by `git blame`, against whose record it is in.
  With `--from REF` what is not committed counts as written by each author of that branch, as the forge's check does.

A client sets levels in its client.yaml; an unknown name is refused:

```yaml
policies:
  has-start: disabled             # most people were here before Leaver came
  no-standing-privilege: mandatory
```

Controls are those of the CIS Controls version 8 and of NIST SP 800-53 revision 5 that a policy helps to meet; none
of them is met by a policy alone.

| Policy | Level | Controls | What it requires | What to do | Looks at |
|---|---|---|---|---|---|
"""
_TAIL = """
## What they need to know

| In | Field | For |
|---|---|---|
| client.yaml | `nda: {everyone: true, employee types: [contractor], review: 3 years}` | signed-nda, nda-review |
| client.yaml | `temporary: [contractor, intern]` | contractor-end |
| client.yaml | `dormant: 45 days`; below an Entra directory `sign ins: true` | dormant-account |
| groups.yaml | `confidential: true`, `nda: required` or `nda: not required` | signed-nda, protected-members |
| groups.yaml | `separate from: [payments-approval]` | separate-duties |
| groups.yaml; client.yaml, below a licence | `seats: 12` | licence-seats |
| groups.yaml, people | `owner: lee.park` | leaver-successor, shared-account-owner |
| people | `nda: {signed: 2024-03-01, document: N-17, expires: 2027-03-01}` | signed-nda, nda-review |
| people | `kind: shared` or `kind: service` | shared-account-owner |
| people | `staff: true` | staff-access |

Privileged roles are those that Microsoft labels so in its list of built-in Entra roles.

dormant-account needs what only the directories know, the last sign-in of each account. `leaver verify` looks at it:
always with Okta (`lastLogin`), with Entra where client.yaml says `sign ins: true` for the directory, because a tenant
without a P1 licence, or an application without AuditLog.Read.All, would get no answer at all. It says nothing of an
account that its directory does not date.

## A client's own policies

`identities/<client>/policies/<name>.py` runs in `leaver check`:

```python
REMEDY = "Start on a working day."
LEVEL = "advisory"  # mandatory where it says nothing


def check(client, now):
    for key, person in client["people"].items():
        if "title" not in person:
            yield "people", [key], "has no title"
```

`client` is what the YAML files say (`key`, `settings`, `groups`, `people`; moments in ISO 8601, UTC), `now` an aware
datetime. Whoever may merge records must not thereby run code. So the file runs only when policies/trusted.yaml, which
the maintainers own, lists the SHA-256 of its content; until then `leaver check` fails and says the line to add. The
very bytes that were hashed run in a process of their own: an empty environment and folder, the standard library only,
limits on processor, memory and time, no files but the library's, no processes, and no network. These fences are made
in Python and by the kernel where it lets us; they are the second line. The first is that a maintainer reads the code.
"""
_LOOKS = (
    ("records", "on_records"),
    ("resources", "on_resources"),
    ("sign-ins", "on_sign_ins"),
    ("authors", "on_authors"),
)


def looks_at(policy: Policy) -> list[str]:
    """What the policy can be broken by: records, resources, sign-ins, authors."""
    return [word for word, field in _LOOKS if getattr(policy, field) is not None]


def markdown() -> str:
    """The whole page."""
    rows = (
        f"| `{each.name}` | {each.level.value} | {', '.join(each.controls)} | {each.requires} | {each.remedy} "
        f"| {', '.join(looks_at(each))} |\n"
        for each in POLICIES
    )
    return f"{_HEAD}{''.join(rows)}{_TAIL}"
