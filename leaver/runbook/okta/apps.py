"""Applications that were assigned to the account itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from leaver.runbook.mastered import profile_source
from leaver.runbook.okta import reply, scopes
from leaver.runbook.okta.base import OktaStep
from leaver.runbook.okta.reply import Row, segment
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen, deletions

APPS = "apps"
_SOURCE = "PROFILE_MASTERING"


class Apps(OktaStep):
    """Direct assignments. Those that come with a group go with the group, and Okta refuses to end them alone.

    Ending one is for good: the profile in the application cannot be restored, and where provisioning says so the
    account in the application is deactivated too.
    developer.okta.com: Applications, list all applications (filter user.id, expand user); Application Users,
    unassign an application user.
    """

    name = "apps"
    title = "end the direct application assignments"
    # An administrator's assignment of the console goes with the role.
    after = ("suspend", "sessions")
    needs: ClassVar[tuple[Permission, ...]] = (scopes.USERS_READ, scopes.APPS_READ, scopes.APPS_MANAGE)

    def first(self, case: Case) -> Sequence[Ask]:
        query = urlencode(
            {"filter": f'user.id eq "{case.account}"', "expand": f"user/{case.account}", "limit": "200"}
        )
        return [Ask(APPS, f"/api/v1/apps?{query}", paged=True)]

    def then(self, case: Case, seen: Seen) -> Sequence[Ask]:
        # 404: the assignment ended meanwhile.
        return [
            Ask(_assignment_key(app), self._path(case, app), fine=(404,))
            for row in reply.rows(seen, APPS)
            if not _embedded(row) and (app := reply.identity(row, APPS))
        ]

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:  # noqa: ARG002
        return [
            Item(reply.identity(row, APPS), _name(row))
            for row, scope in self._assigned(seen)
            if scope == "USER"
        ]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:  # noqa: ARG002
        return deletions(left, lambda key: self._path(case, key))

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:
        if not reply.exists(seen):
            return ()
        assigned = list(self._assigned(seen))
        found = [str(profile_source(_name(row), case.username)) for row, _ in assigned if _sources(row)]
        by_group = [_name(row) for row, scope in assigned if scope == "GROUP"]
        if by_group:
            found.append(f"Applications that come with a group and go with it: {', '.join(by_group)}.")
        return found

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002
        found: dict[str, list[str]] = {"USER": [], "GROUP": []}
        for row, scope in self._assigned(seen):
            found[scope].append(_name(row))
        return {"direct": sorted(found["USER"]), "by group": sorted(found["GROUP"])}

    def _assigned(self, seen: Seen) -> Iterator[tuple[Row, str]]:
        """Each application with USER or GROUP: how it came to the account. Raises BadReply."""
        for row in reply.rows(seen, APPS):
            assignment = _embedded(row)
            if not assignment:
                key = _assignment_key(reply.identity(row, APPS))
                if seen[key].status == 404:
                    continue
                assignment = reply.an_object(seen[key].data, key)
            scope = reply.word(assignment, APPS, "scope")
            if scope not in ("USER", "GROUP"):
                raise BadReply(f"{APPS}: an assignment of another scope than USER and GROUP")
            yield row, scope

    def _path(self, case: Case, app: str) -> str:
        return f"/api/v1/apps/{segment(app)}/users/{segment(case.account)}"


def _embedded(row: Row) -> Row:
    return reply.inner(reply.inner(row, "_embedded"), "user")


def _assignment_key(app: str) -> str:
    return f"assignment:{app}"


def _name(row: Row) -> str:
    return reply.label(row, "label", "name")


def _sources(row: Row) -> bool:
    """Whether the application may be the source of its users' profiles (Okta, application features)."""
    features = row.get("features")
    return isinstance(features, list) and _SOURCE in features
