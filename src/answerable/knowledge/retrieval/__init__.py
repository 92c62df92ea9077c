"""Search over the index of passages."""

from answerable.knowledge.retrieval.candidate import Candidate, RankedPassage
from answerable.knowledge.retrieval.filters import Filters
from answerable.knowledge.retrieval.found import Found
from answerable.knowledge.retrieval.query import Scope, SearchMode
from answerable.knowledge.retrieval.service import search, search_reranked

__all__ = [
    "Candidate",
    "Filters",
    "Found",
    "RankedPassage",
    "Scope",
    "SearchMode",
    "search",
    "search_reranked",
]
