"""The sandbox's server process: `python -m leaver.sandbox HOME HTTP_PORT HTTPS_PORT`."""

from __future__ import annotations

import asyncio
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from leaver.errors import LeaverError
from leaver.sandbox.serving import serve


def _now() -> datetime:
    # A process of its own has no command line above it to be given a clock by.
    return datetime.now(UTC)


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM; answers an exit code."""
    home, http_port, https_port = arguments
    stop = threading.Event()
    try:
        asyncio.run(
            serve(
                Path(home),
                _now,
                int(http_port),
                int(https_port),
                ready=lambda _endpoint: None,
                stop=stop,
                on_signals=True,
            )
        )
    except LeaverError as fault:
        sys.stderr.write(f"{fault}\n")
        return fault.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
