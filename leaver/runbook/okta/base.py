"""What the Okta steps share: the account is read first, and an account that is gone has nothing left."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

from leaver.runbook.okta import reply
from leaver.runbook.step import Ask, BadReply, Case, Seen, Step

GONE = "the account does not exist any more"


class OktaStep(Step):
    """A step that reads the account, and lists what the account has.

    `lists` are the keys of the lists beneath the account. Okta answers 404 for some of them when the account is
    deactivated (okta-sdk-java, issue 646: factors), so that nobody can read or change them then.
    """

    kind: ClassVar[Literal["okta"]] = "okta"
    after: ClassVar[tuple[str, ...]] = ("suspend", "sessions")
    lists: ClassVar[tuple[str, ...]] = ()
    what: ClassVar[str] = ""
    """What the lists show, in the plural."""

    def skip(self, case: Case, seen: Seen) -> str | None:
        if reply.USER not in seen:
            return None
        if not reply.exists(seen):
            return GONE
        for key in self.lists:
            if key in seen and seen[key].status == 404:
                if not reply.deprovisioned(case, seen):
                    raise BadReply(f"{key}: 404 for an account that exists")
                return f"the account is deactivated, and Okta shows no {self.what} of such an account"
        return None

    def look(self, case: Case, seen: Seen) -> Sequence[Ask]:
        missing = [ask for ask in (reply.ask_user(case), *self.first(case)) if ask.key not in seen]
        if missing:
            return missing
        if self.skip(case, seen) is not None:
            return ()
        return [ask for ask in self.then(case, seen) if ask.key not in seen]

    @abstractmethod
    def first(self, case: Case) -> Sequence[Ask]:
        """The lists, which are read together with the account."""

    def then(self, case: Case, seen: Seen) -> Sequence[Ask]:  # noqa: ARG002
        """What must be read when the lists are known."""
        return ()
