"""OpenAI's responses, as clients speak them, without a store: each call carries its conversation."""

from answerable.inference.dialects.openai_responses.dialect import OpenAIResponses

__all__ = ["OpenAIResponses"]
