"""Indexing rate against the bare embedding rate, on the same cores in one run.

The same generated passages are embedded alone, then indexed as documents of twenty passages; the two take
turns, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time

import numpy as np

from answerable.kit import ids
from answerable.knowledge.embedding import TextEncoder
from answerable.knowledge.indexing import IndexedDocument, Passage, prepare_document, store_document
from bench.knowledge_bed import fresh_cluster, member, new_workspace, process
from bench.natural_text import NaturalText

BUDGET = 0.8
_PER_DOCUMENT = 20
_WORDS = 70


async def run(documents: int) -> dict[str, object]:
    """Passages a second both ways, and their ratio."""
    text = NaturalText(seed=3)
    batches = [[text.passage(_WORDS) for _ in range(_PER_DOCUMENT)] for _ in range(documents)]
    bare, indexed = [], []
    with fresh_cluster() as (folder, admin_url):
        workspace_id = new_workspace(admin_url)
        async with process(folder, admin_url) as runtime:
            encoder = runtime.get(TextEncoder)
            if await encoder.encode(batches[0][:2]) is None:
                raise SystemExit("the embedding model's weights are not installed")
            for batch in batches:
                started = time.perf_counter()
                await encoder.encode(batch)
                bare.append(time.perf_counter() - started)
                started = time.perf_counter()
                passages = [Passage(n, 0, len(item), item) for n, item in enumerate(batch)]
                document = IndexedDocument(ids.new_id("doc"), "generated")
                prepared = await prepare_document(runtime, workspace_id, document, passages)
                async with runtime.database.begin(member(workspace_id)) as session:
                    await store_document(session, prepared)
                indexed.append(time.perf_counter() - started)
    return {
        "cores": os.cpu_count(),
        "passages": documents * _PER_DOCUMENT,
        "embedded_per_second": round(_PER_DOCUMENT / float(np.median(bare)), 1),
        "indexed_per_second": round(_PER_DOCUMENT / float(np.median(indexed)), 1),
        "ratio": round(float(np.median(bare) / np.median(indexed)), 3),
        "budget": BUDGET,
    }


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=30, help="documents of twenty passages")
    print(json.dumps({"indexing": asyncio.run(run(parser.parse_args().documents))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
