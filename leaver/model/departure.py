"""How a person's access ends: the agreed moment, the hold that waits for a call, the release, the notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Tag, model_validator

from leaver.model.types import DayOrMoment, Key, Moment, Owner, Record, Text, fault

ON_CALL = "on-call"
"""The owner of a hold who is whoever `on call` in client.yaml names."""


class DepartureKind(StrEnum):
    """How a departure came about; it decides urgency, and what nobody may forget to ask."""

    VOLUNTARY = "voluntary"
    INVOLUNTARY = "involuntary"
    CONTENTIOUS = "contentious"


class Hold(Record):
    """The departure waits for a release even after its moment."""

    until: Literal["released"]
    """The only word: a hold never ends by itself."""
    owner: Owner | None = None
    """Who makes the call: on-call, the key of a person of this client, or an e-mail address of the MSP's staff;
    left out, `on call` of client.yaml."""
    expires: Moment | None = None
    """From this moment on the hold alarms every hour; the departure still waits."""


def _form(value: Any) -> str:
    return "record" if isinstance(value, dict | Hold) else "word"


HoldAnswer = Annotated[
    Annotated[Literal["none", "until released"], Tag("word")] | Annotated[Hold, Tag("record")],
    Discriminator(_form),
]


class Tick(Record):
    """The word that a task by hand is done."""

    at: Moment
    """When it was ticked."""
    by: Text | None = None
    """Who ticked it."""
    note: Text | None = None
    """What is to be known of it, such as the number of a receipt."""


class Departure(Record):
    """The planned end of a person's access (NIST SP 800-53 PS-4, CIS Controls v8 6.2)."""

    at: Moment
    """The agreed moment: at it, and never before, every access ends."""
    kind: DepartureKind = DepartureKind.VOLUNTARY
    """voluntary, involuntary or contentious; a contentious one must answer `hold`."""
    hold: HoldAnswer | None = None
    """none; `until released`: the departure waits for the release even after its moment; or a mapping with the
    hold's owner and expiry."""
    notice: DayOrMoment | None = None
    """From this day or moment on the person is in the client's notice groups, until access ends."""
    released: Moment | None = None
    """When the on-call engineer gave the word; ends the hold, or starts the departure early."""
    released_by: Text | None = None
    """Who gave the word."""
    reason: Text | None = None
    """Why it was released when it was."""
    ticket: Text | None = None
    """The number of the ticket that asked for it."""
    handover: Key | None = None
    """The person who gets mail and files."""
    tasks_done: Mapping[Key, Tick] = {}
    """The tasks by hand of client.yaml's runbook that are done; `leaver task done` writes it."""

    @property
    def on_hold(self) -> bool:
        """Whether the departure waits for `released`, given or not."""
        return self.hold not in (None, "none")

    @property
    def owner(self) -> str | None:
        """Who makes the call, as the record says it; None where it says nothing."""
        return self.hold.owner if isinstance(self.hold, Hold) else None

    @property
    def expires(self) -> datetime | None:
        """From when the hold alarms; None where there is none, or one without expiry."""
        return self.hold.expires if isinstance(self.hold, Hold) else None

    @model_validator(mode="after")
    def _released_needs_a_hold(self) -> Self:
        if self.released is not None and not self.on_hold:
            raise fault(
                f"released at {self.released:%Y-%m-%d %H:%M}Z without a hold",
                "Add `hold: until released`, or remove `released`.",
            )
        for name in ("released by", "reason"):
            if getattr(self, name.replace(" ", "_")) is not None and self.released is None:
                raise fault(f"has `{name}` without `released`", f"Add `released:`, or remove `{name}`.")
        return self

    @model_validator(mode="after")
    def _contentious_answers_the_hold(self) -> Self:
        # Once it is released there is nothing left that anybody could forget.
        if self.kind is not DepartureKind.CONTENTIOUS or self.hold == "none" or self.released is not None:
            return self
        form = "`hold: {until: released, owner: on-call, expires: ...}`"
        if self.hold is None:
            raise fault("is contentious and does not answer `hold`", f"Write `hold: none` or {form}.")
        if self.owner is None:
            raise fault("is contentious, and its hold has no owner", f"Write {form}.")
        if self.expires is None:
            raise fault("is contentious, and its hold never expires", f"Write {form}.")
        return self

    @model_validator(mode="after")
    def _moments_are_in_order(self) -> Self:
        if self.expires is not None and self.expires < self.at:
            raise fault(
                f"has a hold that expires {self.expires:%Y-%m-%d %H:%M}Z, before the departure's moment "
                f"{self.at:%Y-%m-%d %H:%M}Z",
                "Correct `hold.expires` or `at`.",
            )
        if self.notice is not None and self.notice >= self.at:
            raise fault(
                f"puts on notice from {self.notice:%Y-%m-%d %H:%M}Z, not before the departure's moment "
                f"{self.at:%Y-%m-%d %H:%M}Z",
                "Correct `notice` or `at`.",
            )
        return self
