"""The OpenAI protocol: OpenAI itself, Azure's deployments, and every compatible server."""
