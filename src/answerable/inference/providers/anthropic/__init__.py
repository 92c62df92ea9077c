"""The Anthropic protocol: `/v1/messages`."""

from answerable.inference.providers.anthropic.adapter import AnthropicAdapter

__all__ = ["AnthropicAdapter"]
