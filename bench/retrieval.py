"""Retrieval and stage-0 answers on a SQuAD-shaped file or a BEIR-shaped folder, through the real services.

Each text is indexed as a document, cut as an uploaded one is, and the questions are asked. Where the
collection has accepted answers, the quotes are held against them: `related` and `unrelated` are asked of a
second workspace that holds every second topic: its own questions, and those of the other topics. `missing`
are asked of a third one that holds every second text of those topics: questions about the others, which are
on the topic and lack the fact.

`reliability` says how often the answers given with each confidence were right, over the `related` (a half),
`missing` and `unrelated` questions (a quarter each) of the topics that the confidence was not fitted on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, answer_from_documents
from answerable.knowledge.chunking import chunk
from answerable.knowledge.indexing import IndexedDocument, Passage, prepare_document, store_document
from answerable.knowledge.parsing.document import Heading, ParsedDocument
from answerable.knowledge.retrieval import Found, SearchMode, search
from bench.collection import Collection, Query, Text, read_collection, spread
from bench.knowledge_bed import fresh_cluster, member, new_workspace, process
from bench.measures import ndcg, recall, reciprocal_rank

_BATCH = 64
_DEPTH = 20
"""Passages that are looked at for ten documents."""
_LONGEST_QUOTE = 320
_OF_HALVES = ("first_quote_right", "first_three_right", "coverage")
_BINS = 10
_WEIGHTS = {"related": 2.0, "missing": 1.0, "unrelated": 1.0}


async def index(
    runtime: Runtime, workspace_id: str, texts: Sequence[Text], *, titled: bool = True
) -> dict[str, str]:
    """Index each text as a document; returns the texts' ids by the documents'.

    Without `titled` the documents have no titles, as files named by a number have none.
    """
    made: dict[str, str] = {}
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        # Short documents are prepared together, as a busy worker's encoder would see them.
        cut = [passages_of(item, titled=titled) for item in batch]
        flat = [passage for found in cut for passage in found]
        whole = await prepare_document(runtime, workspace_id, IndexedDocument("", ""), flat)
        ready = iter(whole.passages)
        async with runtime.database.begin(member(workspace_id)) as session:
            for item, found in zip(batch, cut, strict=True):
                document = IndexedDocument(ids.new_id("doc"), item.title if titled else "")
                prepared = tuple(next(ready) for _ in found)
                await store_document(session, replace(whole, document=document, passages=prepared))
                made[document.id] = item.id
    return made


def passages_of(item: Text, *, titled: bool = True) -> list[Passage]:
    """A text as the system cuts documents. A title of its own is its headline."""
    text, headings = item.text, ()
    if titled and item.title and item.is_document:
        text = f"{item.title}\n\n{item.text}"
        headings = (Heading(1, item.title, 0, len(item.title)),)
    parsed = ParsedDocument(text, (), headings, item.title or None, "text/plain")
    return [
        Passage(
            found.ordinal, found.start, found.end, text[found.start : found.end], None, found.heading_path
        )
        for found in chunk(parsed)
    ]


async def ranking(
    runtime: Runtime,
    workspace_id: str,
    texts: Mapping[str, str],
    queries: Sequence[Query],
    mode: SearchMode = SearchMode.HYBRID,
    look: Callable[..., Awaitable[Found]] = search,
) -> dict[str, float]:
    """recall@5, MRR@10, nDCG@10 and latency of search, by document: one counts at its best passage."""
    orders, milliseconds = [], []
    for query in queries:
        started = time.perf_counter()
        async with runtime.database.begin(member(workspace_id)) as session:
            found = await look(session, runtime, query.text, limit=_DEPTH, mode=mode)
        milliseconds.append((time.perf_counter() - started) * 1000)
        documents = (texts[passage.candidate.document_id] for passage in found.passages)
        orders.append(list(dict.fromkeys(documents)))
    return {**measured(orders, queries), "search_p50_ms": round(float(np.median(milliseconds)), 2)}


def measured(orders: Sequence[Sequence[str]], queries: Sequence[Query]) -> dict[str, float]:
    """The measures of rankings, a ranking a query."""
    pairs = [(order, query.relevant) for order, query in zip(orders, queries, strict=True)]
    reciprocal = [reciprocal_rank(order, wanted, 10) for order, wanted in pairs]
    return {
        "recall_at_5": round(float(np.mean([recall(order, wanted, 5) for order, wanted in pairs])), 4),
        "mrr_at_10": round(float(np.mean(reciprocal)), 4),
        "ndcg_at_10": round(float(np.mean([ndcg(order, wanted, 10) for order, wanted in pairs])), 4),
    }


async def answers(
    runtime: Runtime, workspace_id: str, questions: Sequence[Query]
) -> tuple[list[DocumentAnswer], float]:
    """Each question's answer, and the median time in milliseconds."""
    found, milliseconds = [], []
    for question in questions:
        started = time.perf_counter()
        async with runtime.database.begin(member(workspace_id)) as session:
            found.append(await answer_from_documents(session, runtime, question.text))
        milliseconds.append((time.perf_counter() - started) * 1000)
    return found, round(float(np.median(milliseconds)), 2)


def is_right(answer: DocumentAnswer, question: Query, quotes: int = 1) -> bool:
    """Whether one of the first quotes, at most 320 characters each, has an accepted answer."""
    first = [quote.text for quote in answer.quotes[:quotes] if len(quote.text) <= _LONGEST_QUOTE]
    return any(accepted in quote for quote in first for accepted in question.answers)


def quoting(found: Sequence[DocumentAnswer], questions: Sequence[Query], p50: float) -> dict[str, float]:
    """How often the first quote, and one of the first three, has the answer, of all questions; and of those
    that were answered."""
    pairs = list(zip(found, questions, strict=True))
    right = [is_right(answer, question) for answer, question in pairs]
    answered = [not answer.abstained for answer in found]
    return {
        "first_quote_right": round(float(np.mean(right)), 4),
        "first_three_right": round(float(np.mean([is_right(*pair, 3) for pair in pairs])), 4),
        "quotes": round(float(np.mean([len(answer.quotes) for answer in found])), 2),
        "coverage": round(float(np.mean(answered)), 4),
        "precision": round(sum(right) / max(1, sum(answered)), 4),
        "answer_p50_ms": p50,
    }


def is_held_out(question: Query) -> bool:
    """Whether the question's topic is of the half that the confidence was not fitted on."""
    return question.group // 2 % 2 == 1


def reliability(outcomes: Sequence[tuple[float, bool, float]]) -> dict[str, object]:
    """Of outcomes (confidence, whether right, weight): a row for each tenth of confidence, with the share
    that was right and the mean that was said, and the expected calibration error (Naeini et al. 2015):
    the mean distance between the two."""
    said, right, weight = (np.array(column, dtype=float) for column in zip(*outcomes, strict=True))
    tenths = np.minimum((said * _BINS).astype(int), _BINS - 1)
    rows = []
    error = 0.0
    for tenth in range(_BINS):
        chosen = tenths == tenth
        if not chosen.any():
            continue
        mean_said = float(np.average(said[chosen], weights=weight[chosen]))
        mean_right = float(np.average(right[chosen], weights=weight[chosen]))
        error += float(weight[chosen].sum() / weight.sum()) * abs(mean_said - mean_right)
        rows.append(
            {
                "from": tenth / _BINS,
                "questions": int(chosen.sum()),
                "said": round(mean_said, 3),
                "right": round(mean_right, 3),
            }
        )
    return {"bins": rows, "expected_calibration_error": round(error, 4)}


async def silence(
    options: argparse.Namespace, runtime: Runtime, workspaces: Callable[[], str], collection: Collection
) -> dict[str, object]:
    """How often questions are abstained from, by what of them is indexed, and what confidence means."""
    half = [text for text in collection.texts if text.group % 2 == 0]
    kept = half[::2]
    there = {text.id for text in kept}
    whole, gaps = workspaces(), workspaces()
    await index(runtime, whole, half)
    await index(runtime, gaps, kept)
    own = [query for query in collection.queries if query.group % 2 == 0]
    asked = {
        "related": (whole, own),
        "missing": (gaps, [query for query in own if there.isdisjoint(query.relevant)]),
        "unrelated": (whole, [query for query in collection.queries if query.group % 2 == 1]),
    }
    figures: dict[str, object] = {}
    outcomes: list[tuple[float, bool, float]] = []
    for name, (workspace_id, candidates) in asked.items():
        chosen = spread(candidates, options.abstention)
        found, _ = await answers(runtime, workspace_id, chosen)
        figures[f"{name}_abstained"] = round(float(np.mean([item.abstained for item in found])), 4)
        pairs = [pair for pair in zip(found, chosen, strict=True) if is_held_out(pair[1])]
        weight = _WEIGHTS[name] / max(1, len(pairs))
        outcomes += [
            (answer.confidence, is_right(answer, item), weight)
            for answer, item in pairs
            if not answer.abstained
        ]
    return {**figures, "reliability": reliability(outcomes)}


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    collection = read_collection(options.path, split=options.split)
    chosen = spread(collection.queries, options.questions)
    with fresh_cluster() as (folder, admin_url):
        async with process(folder, admin_url) as runtime:
            whole = new_workspace(admin_url)
            started = time.perf_counter()
            texts = await index(runtime, whole, collection.texts, titled=not options.untitled)
            seconds = time.perf_counter() - started
            figures: dict[str, object] = {
                "texts": len(collection.texts),
                "questions": len(chosen),
                "indexed_per_second": round(len(collection.texts) / seconds, 1),
                **await ranking(runtime, whole, texts, chosen),
            }
            if collection.has_answers:
                found, p50 = await answers(runtime, whole, chosen)
                figures |= quoting(found, chosen, p50) | {"halves": halves(found, chosen)}
                if options.abstention:
                    workspaces = partial(new_workspace, admin_url)
                    figures |= await silence(options, runtime, workspaces, collection)
            return figures


def halves(found: Sequence[DocumentAnswer], questions: Sequence[Query]) -> dict[str, dict[str, float]]:
    """The same of the half of the topics that weights were fitted on, and of the other."""
    parts: dict[str, dict[str, float]] = {}
    for name, held_out in (("fitted_on", False), ("held_out", True)):
        pairs = [pair for pair in zip(found, questions, strict=True) if is_held_out(pair[1]) is held_out]
        if pairs:
            figures = quoting([answer for answer, _ in pairs], [query for _, query in pairs], 0.0)
            parts[name] = {
                key: figures[key] for key in ("first_quote_right", "first_three_right", "coverage")
            }
    return parts


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a SQuAD-shaped JSON file or a BEIR-shaped folder")
    parser.add_argument("--split", help="the qrels of a BEIR-shaped folder; test, else dev, else train")
    parser.add_argument("--questions", type=int, default=2000, help="questions asked, evenly spread; 0: all")
    parser.add_argument(
        "--abstention", type=int, default=500, help="related, missing and unrelated questions each; 0: none"
    )
    parser.add_argument("--untitled", action="store_true", help="leave the texts' titles out")
    print(json.dumps({"retrieval": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
