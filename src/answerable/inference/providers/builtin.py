"""The protocols that come with Answerable, as the plugin that gives them."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.inference.providers.adapter import Adapter
from answerable.inference.providers.anthropic.adapter import AnthropicAdapter
from answerable.inference.providers.gemini.adapter import GeminiAdapter
from answerable.inference.providers.openai.adapter import OpenAIAdapter
from answerable.plugins import hookimpl


@hookimpl
def answerable_providers() -> Sequence[Adapter]:
    """OpenAI and everything compatible, Anthropic, Gemini."""
    return (OpenAIAdapter(), AnthropicAdapter(), GeminiAdapter())
