"""The Pulumi program of one client: read records, directories and last state; plan; declare."""

from leaver.program.run import run

__all__ = ["run"]
