"""Readers of LlamaIndex as sources: approved by name, run in a process of their own."""
