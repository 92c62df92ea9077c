"""The web console's files, served beside the API whose client it is."""

from answerable.api.console.serving import Console

__all__ = ["Console"]
