"""The one way that every call to a model takes, whoever makes it."""

from answerable.inference.gateway.inbound import ByteStream, Inbound, Reply
from answerable.inference.gateway.presence import Presence
from answerable.inference.gateway.service import Gateway
from answerable.inference.gateway.stream import AnswerStream

__all__ = ["AnswerStream", "ByteStream", "Gateway", "Inbound", "Presence", "Reply"]
