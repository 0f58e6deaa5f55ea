"""Why a plan takes or gives something, and whether that was agreed before."""

from __future__ import annotations

from leaver.actions.live import Live, called
from leaver.desired import Desired, DesiredAccount
from leaver.lifecycle import Phase, effective_end, ended_term
from leaver.model import Client, local
from leaver.program.plan import Plan, PlannedGroup
from leaver.source.state import StackState


class Reasons:
    """What the records, the last state and the directories know of the accounts of one plan."""

    def __init__(self, client: Client, wanted: Desired, plan: Plan, live: Live, state: StackState) -> None:
        self._client = client
        self._wanted = wanted
        self._live = live
        self._person = {
            (directory, remembered.id): person
            for (person, directory), remembered in state.memory.accounts.items()
        } | {(account.directory, account.id): account.person for account in plan.accounts if account.id}

    def name(self, directory: str, id_: str) -> str:
        """The person's key; for an account of nobody's, what the directory calls it."""
        person = self._person.get((directory, id_))
        if person is not None:
            return person
        return called(self._live[directory], id_)

    def leaves(self, group: PlannedGroup, id_: str) -> str:
        """Why the account leaves the group."""
        person = self._person.get((group.directory, id_))
        if person is None:
            return "no record puts it there, and the group is exact"
        return self.because(person, group.directory, group.key)

    def follows(self, directory: str, id_: str, access: str) -> bool:
        """Whether it is agreed that the account leaves a group, or it has no access that it could lose."""
        shown = self._live[directory].accounts.get(id_)
        if shown is not None and not shown.enabled:
            return True
        person = self._person.get((directory, id_))
        return person is not None and self.is_agreed(person, directory, access)

    def is_agreed(self, person: str, directory: str, access: str) -> bool:
        """Whether losing the group (its key) or role was agreed, or follows from losing the account."""
        wanted = self._wanted.accounts.get((person, directory))
        if wanted is not None and not wanted.enabled:
            return True
        record = self._client.people.get(person)
        if access in self._client.settings.notice_groups:
            return True
        return record is not None and ended_term(record, access, self._wanted.now) is not None

    def because(self, person: str, directory: str, access: str) -> str:
        """Why the person no longer has the group (its key) or role."""
        wanted = self._wanted.accounts.get((person, directory))
        if wanted is not None and not wanted.enabled:
            return self.why(wanted)
        record = self._client.people.get(person)
        ended = record and ended_term(record, access, self._wanted.now)
        return f"its time ended {local(ended, self._client.zone)}" if ended else ""

    def why(self, wanted: DesiredAccount) -> str:
        """Why the account is not enabled."""
        zone = self._client.zone
        if wanted.removal is not None:
            return f"its record is gone; kept until {local(wanted.removal.until, zone)[:10]}, then deleted"
        person = self._client.people[wanted.person]
        end = effective_end(person)
        if wanted.phase is Phase.DEPARTED and end is not None:
            return f"departed {local(end, zone)}"
        if wanted.phase is Phase.NOT_STARTED and person.starts is not None:
            return f"starts {local(person.starts, zone)}"
        return "its record says `disabled`, from this apply on" if person.disabled else ""

    def start(self, wanted: DesiredAccount) -> str:
        """Since when somebody who gets an account is there."""
        starts = self._client.people[wanted.person].starts
        return f"started {local(starts, self._client.zone)}" if starts else ""
