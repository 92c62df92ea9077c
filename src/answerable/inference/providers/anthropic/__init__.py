"""The Anthropic protocol: `/v1/messages`."""
