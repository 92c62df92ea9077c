"""OpenAI's chat completions, as clients speak them."""

from answerable.inference.dialects.openai_chat.dialect import OpenAIChat

__all__ = ["OpenAIChat"]
