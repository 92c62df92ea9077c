"""A scripted provider on loopback that speaks the OpenAI, Anthropic and Gemini protocols."""

from tests.factories.upstream.script import Call, Fail, Hang, RawBytes, Reply, Tokens
from tests.factories.upstream.server import Seen, Upstream

__all__ = ["Call", "Fail", "Hang", "RawBytes", "Reply", "Seen", "Tokens", "Upstream"]
