"""The steps for Microsoft Entra ID, through Microsoft Graph, and what client.yaml may say of them."""

from __future__ import annotations

from leaver.runbook.entra.handover import full_access
from leaver.runbook.entra.settings import SETTINGS, Contradiction, contradictions
from leaver.runbook.entra.steps import RESTORE, STEPS

__all__ = ["RESTORE", "SETTINGS", "STEPS", "Contradiction", "contradictions", "full_access"]
