"""Evidence as the annotations of each protocol."""

from __future__ import annotations

import re

from answerable.chat.asking.answer import Answer, CatalogueEvidence, Evidence, QuoteEvidence
from answerable.inference.chat import Json

Document = dict[str, Json]
_MARK = re.compile(r"\[(\d{1,3})\]")
_LONGEST_CITED = 2_000


def chat_annotations(answer: Answer) -> list[Json]:
    """`url_citation`s, one a citation mark; the indexes are those of the mark in the text."""
    found: list[Json] = []
    for start, end, item in _marks(answer):
        citation: Document = {
            "start_index": start,
            "end_index": end,
            "title": _title(item),
            "url": _address(item),
        }
        found.append({"type": "url_citation", "url_citation": citation})
    return found


def response_annotations(answer: Answer) -> list[Json]:
    """`file_citation`s, one a citation mark; `file_id` is the document's or the dataset's id."""
    return [
        {"type": "file_citation", "file_id": _id(item), "filename": _title(item), "index": start}
        for start, _, item in _marks(answer)
    ]


def message_citations(answer: Answer) -> list[Json]:
    """Anthropic's citations, one a piece of evidence: quotes by their characters in the document's text,
    queries as results of a search."""
    found: list[Json] = []
    for index, item in enumerate(_cited(answer)):
        if isinstance(item, QuoteEvidence):
            found.append(
                {
                    "type": "char_location",
                    "cited_text": item.quote,
                    "document_index": index,
                    "document_title": item.title,
                    "start_char_index": item.start,
                    "end_char_index": item.end,
                    "file_id": item.document_id,
                }
            )
            continue
        found.append(
            {
                "type": "search_result_location",
                "cited_text": _words(item),
                "search_result_index": index,
                "source": _address(item),
                "title": _title(item),
                "start_block_index": 0,
                "end_block_index": 1,
            }
        )
    return found


def _marks(answer: Answer) -> list[tuple[int, int, Evidence]]:
    by_number = {item.n: item for item in answer.evidence}
    return [
        (match.start(), match.end(), by_number[int(match[1])])
        for match in _MARK.finditer(answer.text)
        if int(match[1]) in by_number
    ]


def _cited(answer: Answer) -> list[Evidence]:
    return list({item.n: item for _, _, item in _marks(answer)}.values())


def _title(item: Evidence) -> str:
    if isinstance(item, QuoteEvidence):
        return item.title
    return "Semantic model" if isinstance(item, CatalogueEvidence) else item.dataset


def _id(item: Evidence) -> str:
    if isinstance(item, QuoteEvidence):
        return item.document_id
    return item.model_revision if isinstance(item, CatalogueEvidence) else item.dataset_id


def _address(item: Evidence) -> str:
    """Where the source is read, below the server's own address."""
    if isinstance(item, QuoteEvidence):
        return f"/api/v1/documents/{item.document_id}/text"
    if isinstance(item, CatalogueEvidence):
        return "/api/v1/datasets"
    return f"/api/v1/datasets/{item.dataset_id}"


def _words(item: Evidence) -> str:
    if isinstance(item, QuoteEvidence):
        return item.quote
    words = ", ".join(item.datasets) if isinstance(item, CatalogueEvidence) else item.words
    return words[:_LONGEST_CITED]
