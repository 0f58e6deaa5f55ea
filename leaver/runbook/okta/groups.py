"""Every group, whoever put the account there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from leaver.runbook.okta import reply, scopes
from leaver.runbook.okta.base import OktaStep
from leaver.runbook.okta.reply import Row, segment
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen, deletions

GROUPS = "groups"
RULES = "group-rules"
OWN, BUILT_IN, OF_AN_APPLICATION = "OKTA_GROUP", "BUILT_IN", "APP_GROUP"
LONGEST_EXCEPTIONS = 100
"""Users that a group rule can except (Okta support: removing users from the exception list)."""


def ask_groups(case: Case) -> Ask:
    """The groups of the account; `admin-roles` shares it."""
    return Ask(GROUPS, reply.path_of(case, "groups?limit=200"), paged=True, fine=(404,))


def kind_of(row: Row) -> str:
    """OKTA_GROUP, APP_GROUP or BUILT_IN. Raises BadReply: one guess would leave access, another none to mend."""
    kind = reply.word(row, GROUPS, "type")
    if kind not in (OWN, BUILT_IN, OF_AN_APPLICATION):
        raise BadReply(f"{GROUPS}: a group of another type than {OWN}, {OF_AN_APPLICATION} and {BUILT_IN}")
    return kind


def name_of(row: Row) -> str:
    """A group's name."""
    return reply.label({**reply.inner(row, "profile"), "id": row.get("id")}, "name")


def leave(case: Case, group: str) -> str:
    """The path of a membership."""
    return f"/api/v1/groups/{segment(group)}/users/{segment(case.account)}"


class Groups(OktaStep):
    """All groups that Okta lets anybody change; Everyone, which is built in, holds every user.

    developer.okta.com: User Resources, list all groups; Groups, unassign a user; Group Rules, list all group
    rules. Whoever a rule put into a group becomes one of the rule's exceptions when removed (Okta support: user
    added to group exclusion list), so that the removal lasts while the rule has room for exceptions.
    """

    name = "groups"
    title = "remove the account from all groups"
    needs: ClassVar[tuple[Permission, ...]] = (scopes.USERS_READ, scopes.GROUPS_READ, scopes.GROUPS_MANAGE)
    lists = (GROUPS,)
    what = "groups"

    def first(self, case: Case) -> Sequence[Ask]:
        return [ask_groups(case)]

    def then(self, case: Case, seen: Seen) -> Sequence[Ask]:  # noqa: ARG002
        rows = reply.rows(seen, GROUPS)
        asks = []
        if any(kind_of(row) == OWN for row in rows):
            # A help desk's role may see groups and not their rules; that is worth a note, and stops nothing.
            asks.append(Ask(RULES, "/api/v1/groups/rules?limit=200", paged=True, fine=(403,)))
        for source in dict.fromkeys(filter(None, map(_source, rows))):
            path = f"/api/v1/apps/{segment(source)}"
            asks.append(Ask(_app_key(source), path, fine=(403, 404)))
        return asks

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:  # noqa: ARG002
        found = []
        for row in reply.rows(seen, GROUPS):
            kind = kind_of(row)
            if kind != BUILT_IN:
                why = f"{_owner(row, seen)} sets its members: take the account out there."
                found.append(
                    Item(reply.identity(row, GROUPS), f"group {name_of(row)}", "" if kind == OWN else why)
                )
        return found

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:  # noqa: ARG002
        return deletions(left, lambda key: leave(case, key))

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:
        if not reply.exists(seen) or seen[GROUPS].status == 404 or RULES not in seen:
            return ()
        if seen[RULES].status == 403:
            return ("Group rules cannot be read, so nobody knows whether one puts the account back.",)
        return list(self._rules(case, seen))

    def _rules(self, case: Case, seen: Seen) -> Iterator[str]:
        own = {row.get("id"): row for row in reply.rows(seen, GROUPS) if kind_of(row) == OWN}
        for rule in reply.rows(seen, RULES):
            if rule.get("status") != "ACTIVE":
                continue
            excepted = _texts(rule, "conditions", "people", "users", "exclude")
            for group in _texts(rule, "actions", "assignUserToGroups", "groupIds"):
                if group not in own or case.account in excepted:
                    continue
                said = f'The rule "{reply.label(rule, "name")}" puts users into {name_of(own[group])}'
                if len(excepted) >= LONGEST_EXCEPTIONS:
                    yield (
                        f"{said} and has no room for another exception ({LONGEST_EXCEPTIONS} users): it puts the "
                        "account back. Take somebody off its exceptions."
                    )
                else:
                    yield f"{said}: Okta makes the account one of its exceptions."

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002
        by_kind: dict[str, list[str]] = {OWN: [], OF_AN_APPLICATION: [], BUILT_IN: []}
        for row in reply.rows(seen, GROUPS):
            by_kind[kind_of(row)].append(name_of(row))
        return {
            "groups": sorted(by_kind[OWN]),
            "of applications": sorted(by_kind[OF_AN_APPLICATION]),
            "built in": sorted(by_kind[BUILT_IN]),
        }


def _source(row: Row) -> str | None:
    found = reply.inner(row, "source").get("id")
    return found if isinstance(found, str) and found and kind_of(row) == OF_AN_APPLICATION else None


def _app_key(app: str) -> str:
    return f"app:{app}"


def _owner(row: Row, seen: Seen) -> str:
    source = _source(row)
    known = seen.get(_app_key(source)) if source else None
    if known is None or known.status != 200 or not isinstance(known.data, dict):
        return "an application"
    return f"the application {reply.label(known.data, 'label', 'name')}"


def _texts(row: Row, *path: str) -> list[str]:
    """A list of texts deep within a row; empty where it is not there."""
    *outer, last = path
    for name in outer:
        row = reply.inner(row, name)
    found = row.get(last)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
