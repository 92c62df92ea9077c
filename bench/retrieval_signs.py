"""What each sign of the second look and of the quotes is worth: the same candidates, one weight at 0.

Each question is searched once a mode; its candidates are then ranked, and their sentences quoted, with all
weights and without one at a time, nothing fitted anew. Prints two Markdown tables.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from answerable.knowledge.answering.evidence import QUOTE_LIMIT, WEIGHTS, choose_excerpts, score_sentences
from answerable.knowledge.answering.expectation import Expectation, Expected
from answerable.knowledge.answering.long_sentences import with_clauses
from answerable.knowledge.retrieval import Found, SearchMode, search
from answerable.knowledge.retrieval.ranking import WEIGHTS as RANKING
from answerable.knowledge.retrieval.ranking import Weights, rank
from bench.collection import Query, read_collection, spread
from bench.knowledge_bed import fresh_cluster, member, new_workspace, process
from bench.retrieval import index, measured

_CANDIDATES = 24
_PASSAGES = 8
_QUOTES = 3
_MARGIN = 6.0
_SIGNS = ("sentence", "coverage", "pairs", "cosine", "bm25", "headings")

Kept = list[tuple[Query, Found]]


def ranking_row(kept: Kept, documents: dict[str, str], weights: Weights) -> str:
    """recall@5 and MRR@10 of the candidates ranked by these weights."""
    orders = []
    for _, found in kept:
        candidates = [passage.candidate for passage in found.passages]
        ranked = rank(found.query, candidates, found.mode, weights)
        orders.append(list(dict.fromkeys(documents[item.candidate.document_id] for item in ranked)))
    figures = measured(orders, [query for query, _ in kept])
    return f"{figures['recall_at_5']:.3f} / {figures['mrr_at_10']:.3f}"


def quoting_row(kept: Kept, without: Sequence[str]) -> str:
    """How often the first quote, and one of the first three, is right without these signs, nothing held
    back."""
    weights = np.array([0.0 if name in without else weight for name, weight in WEIGHTS.items()], np.float32)
    first, three = [], []
    for question, found in kept:
        passages = found.passages[:_PASSAGES]
        scored = score_sentences(Expectation(question.text), found.query, passages, found.mode, weights)
        texts = [
            passages[item.passage].candidate.text[item.start : item.end]
            for item in with_clauses(choose_excerpts(scored, _QUOTES, _MARGIN), passages)
        ]
        right = [
            len(text) <= QUOTE_LIMIT and any(accepted in text for accepted in question.answers)
            for text in texts
        ]
        first.append(any(right[:1]))
        three.append(any(right))
    return f"{np.mean(first):.3f} / {np.mean(three):.3f}"


def ranking_table(kept: dict[SearchMode, Kept], documents: dict[str, str]) -> list[str]:
    """A row a sign, a column a mode."""
    modes = (SearchMode.HYBRID, SearchMode.LEXICAL, SearchMode.DENSE)
    rows = [f"| without | {' | '.join(mode.value for mode in modes)} |", "| --- | --- | --- | --- |"]
    for sign in ("", *_SIGNS):
        cells = []
        for mode in modes:
            weights = RANKING[mode]
            counts = not sign or asdict(weights)[sign] > 0
            changed = replace(weights, **{sign: 0.0}) if sign else weights
            cells.append(ranking_row(kept[mode], documents, changed) if counts else "–")
        rows.append(f"| {sign or 'nothing'} | {' | '.join(cells)} |")
    return rows


def quoting_table(kept: Kept) -> list[str]:
    """A row a sign; the kinds of what is asked for are one."""
    kinds = [name for name in WEIGHTS if isinstance(name, Expected)]
    groups = {"nothing": [], **{name: [name] for name in WEIGHTS if name not in kinds}, "kind": kinds}
    rows = ["| without | first quote / one of three |", "| --- | --- |"]
    return rows + [f"| {name} | {quoting_row(kept, signs)} |" for name, signs in groups.items()]


async def run(options: argparse.Namespace) -> list[str]:
    """The tables' lines."""
    collection = read_collection(options.path, split=options.split)
    queries = spread(collection.queries, options.questions)
    with fresh_cluster() as (folder, admin_url):
        async with process(folder, admin_url) as runtime:
            workspace_id = new_workspace(admin_url)
            documents = await index(runtime, workspace_id, collection.texts)
            kept: dict[SearchMode, Kept] = {mode: [] for mode in SearchMode}
            for mode, pairs in kept.items():
                for query in queries:
                    async with runtime.database.begin(member(workspace_id)) as session:
                        found = await search(session, runtime, query.text, limit=_CANDIDATES, mode=mode)
                    pairs.append((query, found))
    lines = ranking_table(kept, documents)
    return [*lines, "", *quoting_table(kept[SearchMode.HYBRID])] if collection.has_answers else lines


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a SQuAD-shaped JSON file or a BEIR-shaped folder")
    parser.add_argument("--split", help="the qrels of a BEIR-shaped folder; test, else dev, else train")
    parser.add_argument("--questions", type=int, default=2000, help="questions asked, evenly spread; 0: all")
    print("\n".join(asyncio.run(run(parser.parse_args()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
