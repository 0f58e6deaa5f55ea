"""What can go wrong between Leaver and a directory, as types that a caller can act on."""

from __future__ import annotations

from datetime import datetime

from leaver.errors import EXIT_USAGE, DirectoryError, LeaverError


class CredentialsMissing(LeaverError):
    """Nothing says how to sign in to a directory."""

    exit_code = EXIT_USAGE


class SandboxNotRunning(LeaverError):
    """The client is an example, and the sandbox that holds its directories does not run."""

    exit_code = EXIT_USAGE


class CallFailed(DirectoryError):
    """A call to a directory failed.

    `place` is `<client>/<directory>`, `subject` what the call was about, `fault` what came back. `status` and
    `code` are the answer's HTTP status and the vendor's own error code, `request_id` what the vendor's support
    asks for, `date` the directory's clock; each None when there was no answer or it did not say.
    `maybe_done`: a try of the call may have taken effect all the same; only reading tells. `data` is the decoded
    body of the answer, for callers to whom this status is an answer; no message repeats it.
    """

    maybe_done = False
    data: object = None

    def __init__(
        self,
        place: str,
        subject: str,
        fault: str,
        remedy: str,
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        date: datetime | None = None,
    ) -> None:
        self.place = place
        self.subject = subject
        self.fault = fault
        self.remedy = remedy
        self.status = status
        self.code = code
        self.request_id = request_id
        self.date = date
        mark = f" [request {request_id}]" if request_id else ""
        super().__init__(f"{place}: {subject}: {fault}{mark}. {remedy}")


class Unreachable(CallFailed):
    """No answer: no connection, a broken one, or a timeout."""


class Failing(CallFailed):
    """The directory answered 5xx. `wait` is in seconds."""

    wait: float | None = None


class Throttled(CallFailed):
    """The directory answered 429: nothing was done. `wait` is in seconds, `until` by the directory's clock."""

    wait: float | None = None
    until: datetime | None = None


class Unauthorised(CallFailed):
    """The directory does not accept the credentials."""


class Forbidden(CallFailed):
    """The credentials are good but lack a permission; the message names it."""


class Missing(CallFailed):
    """There is no such object."""


class Refused(CallFailed):
    """The directory understood the call and refused it (another 4xx, or 501)."""


class BadAnswer(CallFailed):
    """The answer is not what the API's documents promise: not JSON, keys missing, too large, another host."""
