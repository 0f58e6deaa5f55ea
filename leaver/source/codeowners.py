"""CODEOWNERS of the code host, made from the clients' approvers and the trust configuration."""

from __future__ import annotations

from leaver.errors import LeaverError
from leaver.source.estate import Estate
from leaver.source.files import IDENTITIES
from leaver.source.trust import TRUSTED, Trust

PATH = ".github/CODEOWNERS"
_HEAD = """\
# Made by `leaver codeowners --write` of policies/trusted.yaml and of `approvers` in each client.yaml.
# The last line that fits a file counts. Records are the clients'; code, and client.yaml, which says who approves,
# what is allowed and what is refused, are the maintainers'.
"""


def codeowners(estate: Estate, trust: Trust) -> str:
    """The text of the file. A client without approvers is the maintainers' whole.

    Raises:
        LeaverError: the trust configuration names no maintainers; then nobody would own the code.
    """
    if not trust.maintainers:
        raise LeaverError(f"{TRUSTED}: names no maintainers. Add `maintainers: [...]`, who own the code.")
    owners = " ".join(trust.maintainers)
    lines = [f"* {owners}"]
    for key, client in sorted(estate.clients.items()):
        if client.settings.approvers:
            folder = f"/{IDENTITIES}/{key}"
            lines += [
                f"{folder}/ {' '.join(client.settings.approvers)}",
                f"{folder}/client.yaml {owners}",
                f"{folder}/policies/ {owners}",
            ]
    return _HEAD + "".join(f"{line}\n" for line in lines)
