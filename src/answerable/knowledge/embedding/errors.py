"""What can be wrong with an embedding model's files."""

from __future__ import annotations


class ModelFilesError(Exception):
    """An embedding model cannot be used; the message says what is wrong with its files."""


class EncoderAway(Exception):
    """An encoder behind an address gave no vectors; the message says why."""


class DamagedWeights(ModelFilesError):
    """The weights file is not whole, or is not the one that was expected."""


class UnsupportedModel(ModelFilesError):
    """The model is of a kind that the converter does not know."""
