"""Sending a step's calls through a directory's API: what is the same for both vendors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from leaver.actions.answer import Answer
from leaver.actions.api import Api
from leaver.actions.call import Call
from leaver.actions.errors import CallFailed, Unauthorised
from leaver.runbook.step import Ask, Reply
from leaver.runbook.transport import Answered, Sent


class ApiTransport:
    """What a `Transport` tells of its API."""

    def __init__(self, api: Api) -> None:
        self.api = api

    @property
    def count(self) -> int:
        return self.api.channel.requests

    @property
    def settling(self) -> float:
        return self.api.policy.settling

    async def close(self) -> None:
        await self.api.close()


async def tried(api: Api, call: Call) -> Answer | CallFailed:
    """The answer to a call, or what it failed with."""
    try:
        return await api.send(call)
    except CallFailed as error:
        return error


def reply_to(ask: Ask, answer: Answer | CallFailed) -> Answered:
    """An answer as the step takes it: a failure that it calls fine is one, too."""
    if isinstance(answer, Answer):
        return Reply(answer.status, answer.data, answer.request_id, answer.date)
    status = answer.status
    # A refused sign-in has a status too, which says nothing of what was asked.
    if status is not None and status in ask.fine and not isinstance(answer, Unauthorised):
        return Reply(status, answer.data, answer.request_id, answer.date)
    return answer


def same_object(sent: Mapping[str, Sent]) -> list[Sequence[str]]:
    """Writes to one and the same object, which must not overtake each other, as chains of keys."""
    by_path: dict[str, list[str]] = defaultdict(list)
    for key, each in sent.items():
        if each.ask.method != "GET" and not each.ask.alone:
            by_path[each.ask.path.split("?")[0]].append(key)
    return [keys for keys in by_path.values() if len(keys) > 1]
