"""Retrieval and stage-0 answers on a SQuAD-shaped file, through the real services on PostgreSQL.

Paragraphs are indexed as documents and the questions asked. `related` and `unrelated` are asked of a second
workspace that holds every second article: its own questions, and those of the other articles. `missing` are
asked of a third one that holds every second paragraph of those articles: questions about the others, which
are on the topic and lack the fact.

`reliability` says how often the answers given with each confidence were right, over the `related` (a half),
`missing` and `unrelated` questions (a quarter each) of the articles that the confidence was not fitted on.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, answer_from_documents
from answerable.knowledge.indexing import IndexedDocument, Passage, prepare_document, store_document
from answerable.knowledge.retrieval import SearchMode, search
from bench.knowledge_bed import fresh_cluster, member, new_workspace, process

_BATCH = 64
_BINS = 10
_WEIGHTS = {"related": 2.0, "missing": 1.0, "unrelated": 1.0}


@dataclass(frozen=True, slots=True)
class Paragraph:
    article: int
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    paragraph: int
    article: int
    text: str
    answers: tuple[str, ...]


def read(path: Path) -> tuple[list[Paragraph], list[Question]]:
    """Paragraphs and questions of a SQuAD-shaped file; answers are strings or {"text": …}."""
    paragraphs: list[Paragraph] = []
    questions: list[Question] = []
    for article, entry in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        for paragraph in entry["paragraphs"]:
            for item in paragraph["qas"]:
                answers = tuple(a["text"] if isinstance(a, dict) else a for a in item["answers"])
                if answers:
                    questions.append(Question(len(paragraphs), article, item["question"], answers))
            paragraphs.append(Paragraph(article, entry.get("title", ""), paragraph["context"]))
    return paragraphs, questions


def spread(items: Sequence[Question], wanted: int) -> list[Question]:
    """At most `wanted` of the items, evenly spread."""
    if not wanted or len(items) <= wanted:
        return list(items)
    return [items[int(number * len(items) / wanted)] for number in range(wanted)]


async def index(runtime: Runtime, workspace_id: str, paragraphs: Sequence[Paragraph]) -> list[str]:
    """Index each paragraph as a document; returns their ids in order."""
    made: list[str] = []
    for start in range(0, len(paragraphs), _BATCH):
        batch = paragraphs[start : start + _BATCH]
        # Short documents are prepared together, as a busy worker's encoder would see them.
        passages = [Passage(n, 0, len(item.text), item.text) for n, item in enumerate(batch)]
        whole = await prepare_document(runtime, workspace_id, IndexedDocument("", ""), passages)
        async with runtime.database.begin(member(workspace_id)) as session:
            for item, prepared in zip(batch, whole.passages, strict=True):
                document = IndexedDocument(ids.new_id("doc"), item.title)
                await store_document(session, replace(whole, document=document, passages=(prepared,)))
                made.append(document.id)
    return made


async def ranking(
    runtime: Runtime, workspace_id: str, documents: Sequence[str], questions: Sequence[Question]
) -> dict[str, float]:
    """recall@5, MRR@10 and latency of search."""
    ranks, milliseconds = [], []
    for question in questions:
        started = time.perf_counter()
        async with runtime.database.begin(member(workspace_id)) as session:
            found = await search(session, runtime, question.text, mode=SearchMode.HYBRID)
        milliseconds.append((time.perf_counter() - started) * 1000)
        order = [passage.candidate.document_id for passage in found.passages]
        wanted = documents[question.paragraph]
        ranks.append(order.index(wanted) + 1 if wanted in order else 0)
    places = np.array(ranks)
    reciprocal = np.where(places > 0, 1 / np.maximum(places, 1), 0)
    return {
        "recall_at_5": round(float(((places > 0) & (places <= 5)).mean()), 4),
        "mrr_at_10": round(float(reciprocal.mean()), 4),
        "search_p50_ms": round(float(np.median(milliseconds)), 2),
    }


async def answers(
    runtime: Runtime, workspace_id: str, questions: Sequence[Question]
) -> tuple[list[DocumentAnswer], float]:
    """Each question's answer, and the median time in milliseconds."""
    found, milliseconds = [], []
    for question in questions:
        started = time.perf_counter()
        async with runtime.database.begin(member(workspace_id)) as session:
            found.append(await answer_from_documents(session, runtime, question.text))
        milliseconds.append((time.perf_counter() - started) * 1000)
    return found, round(float(np.median(milliseconds)), 2)


def is_right(answer: DocumentAnswer, question: Question) -> bool:
    """Whether the first quote, at most 320 characters, has an accepted answer."""
    first = answer.quotes[0].text if answer.quotes else ""
    return len(first) <= 320 and any(accepted in first for accepted in question.answers)


def quoting(found: Sequence[DocumentAnswer], questions: Sequence[Question], p50: float) -> dict[str, float]:
    """How often the first quote has the answer, of all questions and of those that were answered."""
    right = [is_right(answer, question) for answer, question in zip(found, questions, strict=True)]
    answered = [not answer.abstained for answer in found]
    return {
        "first_quote_right": round(float(np.mean(right)), 4),
        "coverage": round(float(np.mean(answered)), 4),
        "precision": round(sum(right) / max(1, sum(answered)), 4),
        "answer_p50_ms": p50,
    }


def is_held_out(question: Question) -> bool:
    """Whether the question's article is of the half that the confidence was not fitted on."""
    return question.article // 2 % 2 == 1


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
    options: argparse.Namespace,
    runtime: Runtime,
    workspaces: Callable[[], str],
    paragraphs: Sequence[Paragraph],
    questions: Sequence[Question],
) -> dict[str, object]:
    """How often questions are abstained from, by what of them is indexed, and what confidence means."""
    half = [number for number, item in enumerate(paragraphs) if item.article % 2 == 0]
    whole, gaps = workspaces(), workspaces()
    await index(runtime, whole, [paragraphs[number] for number in half])
    await index(runtime, gaps, [paragraphs[number] for number in half if number % 2 == 0])
    own = [item for item in questions if item.article % 2 == 0]
    asked = {
        "related": (whole, own),
        "missing": (gaps, [item for item in own if item.paragraph % 2 == 1]),
        "unrelated": (whole, [item for item in questions if item.article % 2 == 1]),
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
    paragraphs, questions = read(options.path)
    chosen = spread(questions, options.questions)
    with fresh_cluster() as (folder, admin_url):
        async with process(folder, admin_url) as runtime:
            whole = new_workspace(admin_url)
            started = time.perf_counter()
            documents = await index(runtime, whole, paragraphs)
            seconds = time.perf_counter() - started
            figures: dict[str, object] = {
                "paragraphs": len(paragraphs),
                "questions": len(chosen),
                "indexed_per_second": round(len(paragraphs) / seconds, 1),
                **await ranking(runtime, whole, documents, chosen),
                **quoting(*_with(await answers(runtime, whole, chosen), chosen)),
            }
            figures |= await silence(
                options, runtime, lambda: new_workspace(admin_url), paragraphs, questions
            )
            return figures


def _with(
    outcome: tuple[list[DocumentAnswer], float], questions: Sequence[Question]
) -> tuple[list[DocumentAnswer], Sequence[Question], float]:
    return outcome[0], questions, outcome[1]


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a SQuAD-shaped JSON file")
    parser.add_argument("--questions", type=int, default=2000, help="questions asked, evenly spread; 0: all")
    parser.add_argument("--abstention", type=int, default=500, help="related and unrelated questions each")
    print(json.dumps({"retrieval": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
