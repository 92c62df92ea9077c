"""The converted int8 model agrees with BERT computed from the same weights in plain numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from answerable.knowledge.embedding import Encoder
from answerable.knowledge.embedding.architecture import read_config
from answerable.knowledge.embedding.conversion import convert
from answerable.knowledge.embedding.encoder import batches
from answerable.knowledge.embedding.safetensors import read_safetensors
from answerable.knowledge.embedding.weights import find_weights, prepare_model
from tests.knowledge.embedding.tiny_model import make_model, reference_vector

ROUNDED = 0.9
"""What int8 leaves of a random model's cosine: processors without VNNI cut sums of large products off."""


@pytest.fixture
def tiny(tmp_path: Path) -> Encoder:
    make_model(tmp_path / "source")
    return Encoder(convert(tmp_path / "source", tmp_path / "model"))


def test_a_converted_model_gives_the_vectors_of_the_original(tmp_path: Path) -> None:
    weights = make_model(tmp_path / "source")
    encoder = Encoder(convert(tmp_path / "source", tmp_path / "model"))
    texts = ["red car runs", "the green house", "tree"]
    tokenizer = Tokenizer.from_file(str(tmp_path / "source" / "tokenizer.json"))
    config = read_config(tmp_path / "source")
    for text, vector in zip(texts, encoder.encode(texts), strict=True):
        reference = reference_vector(config, weights, tokenizer.encode(text).ids)
        assert vector @ reference > ROUNDED


def test_xlm_roberta_whose_positions_begin_after_the_padding_is_converted(tmp_path: Path) -> None:
    weights = make_model(tmp_path / "source", family="xlm-roberta")
    encoder = Encoder(convert(tmp_path / "source", tmp_path / "model"))
    tokenizer = Tokenizer.from_file(str(tmp_path / "source" / "tokenizer.json"))
    config = read_config(tmp_path / "source")
    assert (config.first_position, config.window) == (2, 14)
    for text in ("red car runs", "tree"):
        reference = reference_vector(config, weights, tokenizer.encode(text).ids)
        assert encoder.encode([text])[0] @ reference > ROUNDED


def test_the_default_model_in_int8_stays_within_a_hundredth_of_float32(tmp_path: Path) -> None:
    source = find_weights(tmp_path)
    folder = prepare_model(tmp_path)
    if source is None or folder is None:
        pytest.skip("the default model's weights are not installed")
    encoder = Encoder(folder)
    weights = read_safetensors(source / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    texts = ["How long may a customer return a grinder?", "Returns are accepted within 30 days of delivery."]
    vectors = encoder.encode([*texts, "The quarterly revenue grew."])
    for text, vector in zip(texts, vectors, strict=False):
        reference = reference_vector(read_config(source), weights, tokenizer.encode(text).ids)
        assert vector @ reference > 0.99
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_vectors_have_unit_length_and_the_order_of_the_texts(tiny: Encoder) -> None:
    texts = ["red", "red car house tree runs green blue", "", "car house"]
    together = tiny.encode(texts)
    assert together.shape == (4, 32)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert vector @ tiny.encode([text])[0] > 0.99


def test_no_texts_give_no_vectors(tiny: Encoder) -> None:
    assert tiny.encode([]).shape == (0, 32)


def test_text_beyond_the_window_is_left_out(tiny: Encoder) -> None:
    within, beyond = tiny.encode(["red " * 14, "red " * 14 + "tree " * 500])
    assert within @ beyond > 0.999


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 600))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    made = list(batches(lengths, budget))
    assert sorted(position for batch in made for position in batch) == list(range(len(lengths)))
    for batch in made:
        assert len(batch) == 1 or max(lengths[position] for position in batch) * len(batch) <= budget
