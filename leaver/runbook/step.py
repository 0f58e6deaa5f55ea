"""What a step of the runbook is: what it reads, what is left to do by what was read, and the call that does it.

A step does no call itself. It says what to ask, judges the answers, and names the calls that mend what is left;
the conductor sends them, many at once. So "done" always means: asked again, and nothing was left.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal


class BadReply(Exception):
    """An answer does not have the form that its vendor documents, so nobody knows what is so: unverified.

    The message names the answer's key and what is wrong with it, and repeats nothing of it.
    """


@dataclass(frozen=True, slots=True)
class Ask:
    """One call. `path` starts with the version or API root (/v1.0/users/…, /api/v1/users/…) and is encoded."""

    key: str
    """Names the answer; two steps that ask the same (same key) share one answer."""
    path: str
    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"] = "GET"
    json: Any = field(default=None, repr=False)
    """The body. It may hold a secret (a new password): no log, error or evidence shows it."""
    paged: bool = False
    """A list: the conductor follows the pages, and the answer's `data` is the list of all rows."""
    headers: Mapping[str, str] = field(default_factory=dict)
    fine: tuple[int, ...] = ()
    """Statuses beside 2xx that are an answer and no fault, such as 404 for what may not be there."""
    alone: bool = False
    """Not in a batch, for what the vendor's batch endpoint does not carry."""
    after: tuple[str, ...] = ()
    """Keys of asks of the same act that must have gone well before this one is sent: a new owner is added before
    the last one goes. Where one of them failed, this one is not sent."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to an `Ask`."""

    status: int
    data: Any
    request_id: str | None = None
    date: datetime | None = None


Seen = Mapping[str, Reply]
"""The replies so far, by the asks' keys."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is not yet as it should be: `key` is stable (an ID), `name` is for people."""

    key: str
    name: str
    why: str = ""
    """Why no call can mend it, with what to do by hand; `act` then has no ask for it, and the step fails with it."""


def deletions(left: Sequence[Item], path: Callable[[str], str]) -> list[Ask]:
    """A deletion for each item that a call can mend, at the path of its key; what is gone by then is fine."""
    return [Ask(item.key, path(item.key), "DELETE", fine=(404,)) for item in left if not item.why]


@dataclass(frozen=True, slots=True)
class Case:
    """One departed person's account in one directory.

    `cut` is the moment from which access is ended: sessions and passwords must be newer or dead. `settings` is
    what the client's runbook says of this step. `handover` is the colleague's username in this directory.
    `departure` says whether there is a departure (else the record was disabled, deleted or reached its end).
    """

    client: str
    person: str
    directory: str
    account: str
    """The directory's own ID."""
    username: str
    cut: datetime
    now: datetime
    settings: Mapping[str, Any] = field(default_factory=dict)
    handover: str | None = None
    departure: bool = True
    retained_until: datetime | None = None
    """From this moment on the account may be deleted; None while that is open."""
    taken: frozenset[str] | None = None
    """The steps that were taken for this cut, by name; None where nobody remembers. A time stamp alone does not show
    whose act it is of: the person may have chosen a new password between the cut and the end of the sign-in."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A Graph application permission or an Okta scope, and what it is for."""

    name: str
    purpose: str


class Step(ABC):
    """One step, for one kind of directory. Stateless: one object serves all people."""

    name: ClassVar[str]
    """Kebab-case, stable: in client.yaml, in the evidence and in the reports."""
    title: ClassVar[str]
    """What it does, as an order: "delete the sign-in methods"."""
    kind: ClassVar[Literal["entra", "okta"]]
    needs: ClassVar[tuple[Permission, ...]]
    """All that its asks need."""
    after: ClassVar[tuple[str, ...]] = ()
    """Steps that must be over before this one acts (mail before licences)."""
    on_request: ClassVar[bool] = False
    """Only where the client's runbook names it: wiping devices, forwarding, handing over."""
    ahead: ClassVar[bool] = False
    """It may also run before the cut, because it takes no access away (a leave date in the directory)."""
    once: ClassVar[bool] = False
    """The directory cannot be asked whether it is so (Okta lists nobody's sessions): it is done once, and the
    directory's answer is all there is."""

    def skip(self, case: Case, seen: Seen) -> str | None:  # noqa: ARG002
        """Why it does not apply to this account, such as "there is no mailbox"; None when it does."""
        return None

    @abstractmethod
    def look(self, case: Case, seen: Seen) -> Sequence[Ask]:
        """What must still be read, given what was; empty when all is known. Called until it is."""

    @abstractmethod
    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        """What is not yet as it should be. A step of `once` gives one item, whatever was seen. Raises BadReply;
        so may the other methods that are given answers."""

    @abstractmethod
    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        """The calls that mend what is left; each may be sent twice without harm. `key` is an item's key where
        one call mends one item."""

    def undo(self, case: Case) -> Sequence[Ask]:  # noqa: ARG002
        """The calls that take back what was done `ahead`, when the departure is called off before the cut."""
        return ()

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:  # noqa: ARG002
        """What people should know beside the outcome: what was left alone and why, what is to do by hand."""
        return ()

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        """What the person has of this, for the before-image and the evidence: JSON, no secret."""
        return {"left": [item.name for item in self.left(case, seen)]}
