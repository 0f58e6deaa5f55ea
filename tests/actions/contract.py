"""What every `Directory` must do, whatever stands behind it: the sandbox always, a real tenant on request.

A real tenant is named by LEAVER_CONTRACT_ENTRA_TENANT and _DOMAIN, or LEAVER_CONTRACT_OKTA_ORG, together with the
usual variables for its credentials (as if the client's key were "contract"). LEAVER_CONTRACT_ENTRA_ACCOUNT or
LEAVER_CONTRACT_OKTA_ACCOUNT is the ID of an enabled account that nobody needs: it stays disabled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import pytest

from leaver.actions import Directory, Forbidden, Outcome, Throttled
from leaver.actions.call import Policy
from leaver.sandbox.endpoint import Endpoint

T = TypeVar("T")
PATIENT = Policy(call=10.0, settling=5.0, pause=0.01)
HURRIED = Policy(call=0.5, settling=0.3, longest_wait=0.2, pause=0.01)


@dataclass
class Subject:
    """A directory under test. `spare` are IDs of enabled accounts, each for one test to end."""

    kind: Literal["entra", "okta"]
    open: Callable[[Policy], Directory]
    spare: list[str]
    users: int = 1
    disabled: dict[str, str] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    box: Endpoint | None = None

    def do(self, work: Callable[[Directory], Awaitable[T]], policy: Policy = PATIENT) -> T:
        async def run() -> T:
            directory = self.open(policy)
            try:
                return await work(directory)
            finally:
                await directory.close()

        return asyncio.run(run())

    def fault(self, kind: str, **fields: Any) -> None:
        """Order a fault for this directory only."""
        assert self.box is not None
        self.box.fault(kind, directory=self.kind, **fields)

    @property
    def disabling(self) -> dict[str, str]:
        """The write that disables, as the fields of a fault."""
        if self.kind == "entra":
            return {"method": "PATCH", "path": "/v1.0/users/*"}
        return {"method": "POST", "path": "*/lifecycle/*"}

    @property
    def revoking(self) -> dict[str, str]:
        """The write that revokes, as the fields of a fault."""
        if self.kind == "entra":
            return {"method": "POST", "path": "*/revokeSignInSessions"}
        return {"method": "DELETE", "path": "*/sessions"}


class DirectoryContract:
    """Holds for the sandbox and for a real tenant."""

    def test_the_list_has_every_account_by_its_id(self, subject: Subject) -> None:
        found = subject.do(lambda directory: directory.accounts())
        assert len(found) >= subject.users
        assert all(id == account.id and account.username for id, account in found.items())

    def test_the_list_has_the_accounts_that_cannot_sign_in(self, subject: Subject) -> None:
        found = subject.do(lambda directory: directory.accounts())
        assert {id: found[id].status for id in subject.disabled} == subject.disabled
        assert not any(found[id].enabled for id in subject.disabled)

    def test_one_account_reads_as_it_does_in_the_list(self, subject: Subject) -> None:
        id = subject.spare[0]
        listed = subject.do(lambda directory: directory.accounts())[id]
        assert subject.do(lambda directory: directory.account(id)) == listed

    def test_nobody_is_none(self, subject: Subject) -> None:
        nobody = "99999999-9999-4999-8999-999999999999" if subject.kind == "entra" else "00u9999999999999999"
        assert subject.do(lambda directory: directory.account(nobody)) is None

    def test_groups_and_their_members(self, subject: Subject) -> None:
        groups = subject.do(lambda directory: directory.groups())
        by_name = {group.name: id for id, group in groups.items()}
        assert subject.groups.keys() <= by_name.keys()
        members = subject.do(lambda directory: directory.members(by_name[name] for name in subject.groups))
        assert {name: members[by_name[name]] for name in subject.groups} == subject.groups

    def test_a_cut_is_verified_and_can_be_repeated(self, subject: Subject) -> None:
        id = subject.spare.pop()

        async def cut(directory: Directory) -> list[Outcome]:
            return [await step(id) for step in (directory.disable, directory.revoke) * 2]

        found = subject.do(cut)
        assert [outcome.step for outcome in found] == ["disable", "revoke"] * 2
        assert all(outcome.verified for outcome in found), found
        assert all(outcome.request_id and outcome.date for outcome in found)
        account = subject.do(lambda directory: directory.account(id))
        assert account is not None
        assert not account.enabled


class FaultContract:
    """Holds for the sandbox, where bad days can be ordered."""

    def end(self, subject: Subject, policy: Policy = PATIENT) -> Outcome:
        id = subject.spare.pop()
        return subject.do(lambda directory: directory.disable(id), policy)

    def revoke(self, subject: Subject, policy: Policy = PATIENT) -> Outcome:
        id = subject.spare.pop()
        return subject.do(lambda directory: directory.revoke(id), policy)

    def test_a_cut_ends_the_sessions_that_were_open(self, subject: Subject) -> None:
        id = subject.spare.pop()
        account = subject.do(lambda directory: directory.account(id))
        assert account is not None
        who = {"client": "acme", "directory": subject.kind}

        def open_sessions() -> int:
            assert subject.box is not None
            found = subject.box.admin("GET", "/sessions", **who)["sessions"]
            return sum(each["valid"] for each in found if each["username"] == account.username)

        def sign_in() -> bool:
            assert subject.box is not None
            answer = subject.box.admin("POST", "/signin", {**who, "username": account.username})
            return bool(answer["ok"])

        assert sign_in()
        assert open_sessions() >= 1

        async def cut(directory: Directory) -> list[Outcome]:
            return [await directory.disable(id), await directory.revoke(id)]

        assert [outcome.result for outcome in subject.do(cut)] == ["done", "done"]
        assert open_sessions() == 0
        assert not sign_in()

    @pytest.mark.parametrize(
        "fault", [{"kind": "throttle", "retry_after": 0}, {"kind": "error", "status": 503}]
    )
    def test_a_passing_trouble_is_waited_out(self, subject: Subject, fault: dict[str, Any]) -> None:
        subject.fault(**fault, **subject.disabling, count=2)
        subject.fault(**fault, **subject.revoking, count=2)
        assert self.end(subject).result == "done"
        assert self.revoke(subject).result == "done"

    def test_a_list_that_is_throttled_goes_on_where_it_was(self, subject: Subject) -> None:
        subject.fault("throttle", method="GET", path="*/users", skip=1, count=2, retry_after=0)
        assert len(subject.do(lambda directory: directory.accounts())) >= subject.users

    def test_a_long_throttling_says_until_when(self, subject: Subject) -> None:
        subject.fault("throttle", **subject.disabling, count=None, retry_after=600)
        found = self.end(subject, HURRIED)
        assert found.result == "failed"
        assert isinstance(found.error, Throttled)
        assert found.error.wait == 600
        assert found.error.until is not None

    @pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
    def test_a_lost_answer_is_found_out(self, subject: Subject, kind: str) -> None:
        subject.fault(kind, **subject.disabling)
        subject.fault(kind, **subject.revoking)
        assert self.end(subject).result == "done"
        assert self.revoke(subject).result == "done"

    def test_a_write_whose_answer_never_comes_is_still_found_out(self, subject: Subject) -> None:
        subject.fault("drop_after", **subject.disabling, count=None)
        found = self.end(subject, HURRIED)
        assert found.result == "done"
        assert found.why.startswith("its answer got lost")

    def test_a_directory_that_does_nothing_is_a_failure(self, subject: Subject) -> None:
        subject.fault("error", **subject.disabling, count=None, status=503)
        assert self.end(subject, HURRIED).result == "failed"

    def test_a_stale_reading_is_waited_out(self, subject: Subject) -> None:
        subject.fault("stale", **subject.disabling, seconds=0.4)
        assert self.end(subject).result == "done"

    def test_a_reading_that_stays_stale_is_unverified(self, subject: Subject) -> None:
        subject.fault("stale", **subject.disabling, seconds=600)
        assert self.end(subject, HURRIED).result == "unverified"

    def test_a_forbidden_write_names_what_is_missing(self, subject: Subject) -> None:
        subject.fault("forbidden", **subject.disabling)
        found = self.end(subject)
        assert found.result == "failed"
        assert isinstance(found.error, Forbidden)
        assert "Grant " in found.why

    def test_a_forbidden_list_is_an_error(self, subject: Subject) -> None:
        subject.fault("forbidden", method="GET", path="*/users")
        with pytest.raises(Forbidden, match=f"acme/{subject.kind}: accounts: 403 .* Grant "):
            subject.do(lambda directory: directory.accounts())
