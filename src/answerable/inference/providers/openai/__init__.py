"""The OpenAI protocol: OpenAI itself, Azure's deployments, and every compatible server."""

from answerable.inference.providers.openai.adapter import OpenAIAdapter

__all__ = ["OpenAIAdapter"]
