"""The policy pack: `pulumi preview -s <client> --policy-pack policies`. The engine starts it in the project."""

import os
from datetime import UTC, datetime
from pathlib import Path

from leaver.program.pack import run

run(Path.cwd(), os.environ, lambda: datetime.now(UTC))
