"""What the program wrote down for its caller: what it would do, what the limits say of it, and why it refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leaver.desired import ChangeReport
from leaver.errors import LeaverError
from leaver.fleet.engine import EngineFailed
from leaver.limits import Judgement
from leaver.model import Client


class Refused(LeaverError):
    """The program refused to declare anything: its own words and exit code, and what it would have done."""

    def __init__(
        self, message: str, exit_code: int, changes: ChangeReport | None, limits: Judgement | None
    ) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.changes = changes
        self.limits = limits


def read_told(path: Path) -> dict[str, Any]:
    """The file that the program wrote. Raises EngineFailed where it wrote none."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EngineFailed("The program ended without a report. Run again with --debug.") from None
    return found


def said(client: Client, told: Mapping[str, Any]) -> tuple[ChangeReport | None, Judgement | None]:
    """What the program would do, and what the limits say of it, as far as it came."""
    if "report" not in told:
        return None, None
    return ChangeReport.from_json(told["report"]), Judgement.from_json(client, told["limits"])
