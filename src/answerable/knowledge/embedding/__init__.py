"""Texts to vectors, on this machine's CPU, without torch."""

from answerable.knowledge.embedding.encoder import Encoder, Vectors
from answerable.knowledge.embedding.encoders import (
    Encoders,
    configured,
    document_encoder,
    has_encoder,
    query_encoder,
)
from answerable.knowledge.embedding.errors import (
    DamagedWeights,
    EncoderAway,
    ModelFilesError,
    UnsupportedModel,
)
from answerable.knowledge.embedding.spec import EncoderSpec
from answerable.knowledge.embedding.text_encoder import QueryVector, TextEncoder, load_encoder

__all__ = [
    "DamagedWeights",
    "Encoder",
    "EncoderAway",
    "EncoderSpec",
    "Encoders",
    "ModelFilesError",
    "QueryVector",
    "TextEncoder",
    "UnsupportedModel",
    "Vectors",
    "configured",
    "document_encoder",
    "has_encoder",
    "load_encoder",
    "query_encoder",
]
