"""The command `leaver`: reads the clock, prints, and turns errors into exit codes; everything else is below."""

import gc

from leaver.cli.app import cli


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    # Rarer rather than never: a third of a release's processor time went there, and imports make no garbage.
    gc.set_threshold(50_000, 20, 100)
    cli.main(prog_name="leaver")


__all__ = ["cli", "main"]
