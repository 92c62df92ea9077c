"""Retrieval by mode, and by the defaults of LlamaIndex and LangChain with the same encoder, in one run.

Every system gets the same texts, uncut by us, and the same questions, and is measured the same way.
LlamaIndex is its `VectorStoreIndex` with its own splitter and in-memory store, LangChain its
`InMemoryVectorStore`; what each hides behind an option stays off. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from llama_index.core import Document as LlamaDocument
from llama_index.core import VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.utils import set_global_tokenizer
from pydantic import ConfigDict

from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import load_encoder
from answerable.knowledge.embedding.encoder import Encoder
from answerable.knowledge.retrieval import SearchMode, search_reranked
from bench.collection import Query, Text, read_collection, spread
from bench.knowledge_bed import fresh_cluster, new_workspace, process
from bench.retrieval import index, measured, ranking

_DEPTH = 20
Find = Callable[[str], list[str]]
"""The ids of the texts found for a query, best first."""


class _LlamaEncoder(BaseEmbedding):
    """Our encoder as LlamaIndex takes one."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    encoder: Encoder

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.encoder.encode(texts).tolist()
        return vectors

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class _LangChainEncoder(Embeddings):
    """Our encoder as LangChain takes one."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text."""
        vectors: list[list[float]] = self._encoder.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """One vector."""
        return self.embed_documents([text])[0]


def llama_index(encoder: Encoder, texts: Sequence[Text]) -> Find:
    """LlamaIndex as it comes: cut by its SentenceSplitter, ranked by cosine."""
    set_global_tokenizer(str.split)  # its own is fetched from the network
    documents = [LlamaDocument(text=item.text, id_=item.id) for item in texts]
    vectors = VectorStoreIndex.from_documents(
        documents, embed_model=_LlamaEncoder(encoder=encoder), transformations=[SentenceSplitter()]
    )
    retriever = vectors.as_retriever(similarity_top_k=_DEPTH)
    return lambda query: [str(found.node.ref_doc_id) for found in retriever.retrieve(query)]


def langchain(encoder: Encoder, texts: Sequence[Text]) -> Find:
    """LangChain's in-memory store as it comes: ranked by cosine."""
    store = InMemoryVectorStore(_LangChainEncoder(encoder))
    store.add_documents([LangChainDocument(page_content=item.text, id=item.id) for item in texts])
    return lambda query: [str(found.id) for found in store.similarity_search(query, k=_DEPTH)]


def peer_figures(find: Find, queries: Sequence[Query]) -> dict[str, float]:
    """The measures of a peer, by text."""
    orders, milliseconds = [], []
    for query in queries:
        started = time.perf_counter()
        found = find(query.text)
        milliseconds.append((time.perf_counter() - started) * 1000)
        orders.append(list(dict.fromkeys(found)))
    return {**measured(orders, queries), "search_p50_ms": round(float(np.median(milliseconds)), 2)}


async def own_figures(
    runtime: Runtime, workspaces: Callable[[], str], texts: Sequence[Text], queries: Sequence[Query]
) -> dict[str, dict[str, float]]:
    """The measures of every mode, and of hybrid search without the texts' titles."""
    workspace_id = workspaces()
    by_document = await index(runtime, workspace_id, texts)
    figures = {
        f"Answerable, {mode.value}": await ranking(runtime, workspace_id, by_document, queries, mode)
        for mode in (SearchMode.LEXICAL, SearchMode.DENSE, SearchMode.HYBRID)
    }
    bare = workspaces()
    untitled = await index(runtime, bare, texts, titled=False)
    figures["Answerable, hybrid, without titles"] = await ranking(runtime, bare, untitled, queries)
    if runtime.settings.search.reranker.folder is not None:
        figures["Answerable, hybrid, reranked"] = await ranking(
            runtime, workspace_id, by_document, queries, look=search_reranked
        )
    return figures


async def run(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """The figures of every system."""
    collection = read_collection(options.path, split=options.split)
    queries = spread(collection.queries, options.questions)
    with fresh_cluster() as (folder, admin_url):
        async with process(folder, admin_url, reranker=options.reranker) as runtime:
            figures = await own_figures(runtime, lambda: new_workspace(admin_url), collection.texts, queries)
        encoder = load_encoder(folder, threads=1)
        if encoder is None:
            raise SystemExit("there is no embedding model: run 'answerable models pull'")
        for name, make in (("LlamaIndex, defaults", llama_index), ("LangChain, defaults", langchain)):
            figures[name] = peer_figures(make(encoder, collection.texts), queries)
    return figures


def table(figures: dict[str, dict[str, float]]) -> str:
    """The figures as Markdown, a row a system."""
    rows = ["| system | recall@5 | MRR@10 | nDCG@10 | p50 ms |", "| --- | --- | --- | --- | --- |"]
    for name, found in figures.items():
        measures = " | ".join(f"{found[key]:.3f}" for key in ("recall_at_5", "mrr_at_10", "ndcg_at_10"))
        rows.append(f"| {name} | {measures} | {found['search_p50_ms']:.1f} |")
    return "\n".join(rows)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a SQuAD-shaped JSON file or a BEIR-shaped folder")
    parser.add_argument("--split", help="the qrels of a BEIR-shaped folder; test, else dev, else train")
    parser.add_argument("--questions", type=int, default=2000, help="questions asked, evenly spread; 0: all")
    parser.add_argument("--reranker", type=Path, help="a folder with a cross-encoder, as the hub has it")
    print(table(asyncio.run(run(parser.parse_args()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
