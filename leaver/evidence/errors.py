"""What stops evidence from being kept or read."""

from __future__ import annotations

from leaver.errors import LeaverError


class EvidenceError(LeaverError):
    """The evidence cannot be written or read; the chain is as it was."""
