"""The command `leaver` and its commands."""

from __future__ import annotations

import click

from leaver import __version__
from leaver.cli import (
    apply,
    check,
    ci,
    demo,
    doctor,
    due,
    env,
    evidence,
    evidence_files,
    evidence_letter,
    evidence_report,
    hold,
    policies,
    preview,
    reinstate,
    release,
    run,
    sandbox,
    schema,
    status,
    task,
    verify,
)
from leaver.cli.command import group, shared_options


@group(
    params=shared_options(hidden=False),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean, 1 problems, 2 usage, 3 a directory or a provider failed.",
)
@click.version_option(__version__, prog_name="leaver", message="%(prog)s %(version)s")
def cli() -> None:
    """End people's access at the agreed moment, in every directory, and see that it ended.

    \b
    leaver check                      are the records sound?
    leaver preview acme               what would change, for whom, now?
    leaver apply acme                 do it, and read it back
    """


for _command in (
    check.check,
    preview.preview,
    apply.apply,
    verify.verify,
    release.release,
    hold.hold,
    hold.cancel,
    reinstate.reinstate,
    run.run,
    run.work,
    status.status,
    task.task,
    due.due,
    evidence.evidence,
    doctor.doctor,
    schema.schema,
    policies.policies,
    policies.codeowners,
    sandbox.sandbox,
    env.env,
    ci.changed,
    ci.ci,
    demo.demo,
):
    cli.add_command(_command)

for _command in (
    evidence_report.report,
    evidence_letter.letter,
    evidence_files.export,
    evidence_files.import_,
    evidence_files.key,
):
    evidence.evidence.add_command(_command)
