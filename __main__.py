"""The Pulumi program: `pulumi preview -s <client>`, `pulumi up -s <client>`."""

import os
from datetime import UTC, datetime
from pathlib import Path

from leaver.program import run

run(Path(__file__).resolve().parent, os.environ, lambda: datetime.now(UTC))
