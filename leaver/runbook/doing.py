"""One step while it acts: its calls, what they came to, and what reading back shows of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from leaver.actions.errors import CallFailed, Failing, Throttled, Unreachable
from leaver.runbook.reading import Judged, Reading, Task
from leaver.runbook.step import Ask, Reply
from leaver.runbook.transport import Answered


@dataclass(slots=True)
class Doing:
    """A step that acts: what was left, what the calls came to, and what reading back shows."""

    task: Task
    was: Judged
    sent: dict[str, Ask]
    answers: dict[str, Answered] = field(default_factory=dict)
    now: Judged | None = None
    reading: Reading | None = None
    """What was read back."""
    lost: list[CallFailed] = field(default_factory=list)
    """Faults after which a call may have been done all the same, of earlier tries."""
    unsent: set[str] = field(default_factory=set)
    """Calls that were not sent, as one that must go well before them did not."""

    @property
    def errors(self) -> list[CallFailed]:
        return [each for each in self.answers.values() if isinstance(each, CallFailed)]

    def renewed(self) -> bool:
        """Take up the calls that are to be made by what was read back; whether there are any, and reason for them.

        Reason is a call that may have been done unseen, or something to do that was not there before.
        """
        if self.task.step.once or self.now is None or self.now.good or self.now.trouble is not None:
            return False
        lost = [each for each in self.errors if each.maybe_done]
        before = {item.key for item in self.was.left}
        if self.reading is None or not (lost or any(item.key not in before for item in self.now.left)):
            return False
        try:
            asks = self.reading.acts(self.task, [item for item in self.now.left if not item.why])
        except Exception:
            # What was read before made sense: the step ends with that.
            return False
        self.lost += lost
        self.sent, self.answers, self.unsent = {ask.key: ask for ask in asks}, {}, set()
        return bool(asks)

    @property
    def open(self) -> bool:
        """Whether a later look may show it done: something was done, or may have been."""
        if self.now is None or self.now.good:
            return self.now is None
        if self.now.fault is not None and not isinstance(self.now.fault, Throttled | Failing | Unreachable):
            return False
        return any(isinstance(each, Reply) or each.maybe_done for each in self.answers.values())

    def went_well(self, key: str) -> bool:
        """Whether the calls went well that must be over before this one; one that was not sent has not."""
        needs = [need for need in self.sent[key].after if need in self.sent]
        return all(isinstance(self.answers.get(need), Reply) for need in needs)
