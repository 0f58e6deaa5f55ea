"""The append-only, verifiable record of what was done about people's access (NIST SP 800-53 AU-10, PS-4).

`configured(home, environ)` opens the store that the environment asks for, `open_store` one by hand; `append` is
durable when it returns. See docs/evidence.md for the format, and what it proves.
"""

from leaver.evidence.chain import Head, Stored
from leaver.evidence.entry import Entry, Kind, Outcome
from leaver.evidence.errors import EvidenceError
from leaver.evidence.keys import PublicKeys, SigningKey, key_of
from leaver.evidence.store import Evidence, configured, open_store
from leaver.evidence.verify import Findings

__all__ = [
    "Entry",
    "Evidence",
    "EvidenceError",
    "Findings",
    "Head",
    "Kind",
    "Outcome",
    "PublicKeys",
    "SigningKey",
    "Stored",
    "configured",
    "key_of",
    "open_store",
]
