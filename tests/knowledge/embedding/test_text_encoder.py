"""The asynchronous encoder: one load, a query cache, and absence that is no error."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from answerable.knowledge.embedding import Encoder, TextEncoder
from answerable.knowledge.embedding.conversion import convert
from tests.knowledge.embedding.tiny_model import make_model


async def test_the_model_is_loaded_once_and_only_when_asked(tmp_path: Path) -> None:
    make_model(tmp_path / "source")
    loads: list[Encoder] = []

    def load() -> Encoder:
        loads.append(Encoder(convert(tmp_path / "source", tmp_path / "model")))
        return loads[-1]

    encoder = TextEncoder(load)
    assert loads == []
    vectors = await asyncio.gather(*(encoder.encode(["red car"]) for _ in range(4)))
    assert len(loads) == 1
    assert all(vector is not None and vector.shape == (1, 32) for vector in vectors)
    encoder.close()


async def test_a_repeated_query_is_not_computed_again(tmp_path: Path) -> None:
    make_model(tmp_path / "source")
    encoder = TextEncoder(lambda: Encoder(convert(tmp_path / "source", tmp_path / "model")))
    first = await encoder.encode_query("blue tree")
    again = await encoder.encode_query("blue tree")
    assert first is again
    direct = await encoder.encode(["blue tree"])
    assert direct is not None
    np.testing.assert_allclose(first, direct[0], atol=1e-6)
    encoder.close()


async def test_without_a_model_the_answer_is_none() -> None:
    encoder = TextEncoder(lambda: None)
    assert await encoder.encode(["red"]) is None
    assert await encoder.encode_query("red") is None
    encoder.close()
