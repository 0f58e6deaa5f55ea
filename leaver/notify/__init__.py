"""Alarms and notices: what people must hear of, in calm words, through whatever service they use."""

from leaver.notify.heartbeat import Heartbeat
from leaver.notify.notice import Kind, Notice
from leaver.notify.sender import Sender, targets
from leaver.notify.texts import body, title

__all__ = ["Heartbeat", "Kind", "Notice", "Sender", "body", "targets", "title"]
