"""A last look at passages by a model that reads query and passage together."""

from answerable.knowledge.reranking.reranker import Reranker, RerankerAway, provided_reranker

__all__ = ["Reranker", "RerankerAway", "provided_reranker"]
