"""Where a person stands between joining and leaving, and what access they have, at a given moment.

Pure functions of a record and `now`: no clock, no network, no memory. What a caller knows of the world (a cut
that was read back, when a record was first seen to be gone) it passes in. Every moment at which an answer
changes is told by `changes`, so that a scheduler can sleep until the next one.
"""

from leaver.lifecycle.access import ended_term, groups_at, notice_groups_at, on_notice, roles_at, term_changes
from leaver.lifecycle.phase import Phase, changes, effective_end, phase, waits
from leaver.lifecycle.removal import kept_until, removal_phase
from leaver.lifecycle.tasks import Task, tasks, tasks_of

__all__ = [
    "Phase",
    "Task",
    "changes",
    "effective_end",
    "ended_term",
    "groups_at",
    "kept_until",
    "notice_groups_at",
    "on_notice",
    "phase",
    "removal_phase",
    "roles_at",
    "tasks",
    "tasks_of",
    "term_changes",
    "waits",
]
