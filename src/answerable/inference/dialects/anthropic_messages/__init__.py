"""Anthropic's messages, as clients speak them."""

from answerable.inference.dialects.anthropic_messages.dialect import AnthropicMessages

__all__ = ["AnthropicMessages"]
