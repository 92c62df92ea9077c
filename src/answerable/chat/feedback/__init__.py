"""Feedback: what people say of answers, and the corrections that become proposals for an editor."""
