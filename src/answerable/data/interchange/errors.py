"""Why a foreign model is not taken at all."""

from __future__ import annotations

from answerable.kit.errors import InvalidInput


class UnreadableFile(InvalidInput):
    """A file is no YAML or JSON, or of a format that is not read; the error names it."""

    code, title = "unreadable_model_file", "A model file cannot be read"


class UnknownTable(InvalidInput):
    """The mapping names a table that the files or the workspace do not have."""

    code, title = "unknown_table", "A table of the mapping is not known"
