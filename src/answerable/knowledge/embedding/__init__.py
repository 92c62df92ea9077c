"""Texts to vectors, on this machine's CPU, without torch."""

from answerable.knowledge.embedding.encoder import Encoder, Vectors
from answerable.knowledge.embedding.errors import DamagedWeights, ModelFilesError, UnsupportedModel
from answerable.knowledge.embedding.text_encoder import (
    QueryVector,
    TextEncoder,
    document_encoder,
    has_encoder,
    load_encoder,
    query_encoder,
)

__all__ = [
    "DamagedWeights",
    "Encoder",
    "ModelFilesError",
    "QueryVector",
    "TextEncoder",
    "UnsupportedModel",
    "Vectors",
    "document_encoder",
    "has_encoder",
    "load_encoder",
    "query_encoder",
]
