"""The converted cross-encoder agrees with the same weights computed in plain numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from answerable.knowledge.embedding import DamagedWeights, UnsupportedModel
from answerable.knowledge.embedding.architecture import read_config
from answerable.knowledge.reranking.cross_encoder import CrossEncoder, convert_cross_encoder
from tests.knowledge.embedding.tiny_model import FAMILIES, make_model, reference_hidden, write_safetensors

TEXTS = ["red car runs", "the green house", "tree", "red red red"]


@pytest.mark.parametrize("family", list(FAMILIES))
def test_a_cross_encoder_gives_the_scores_of_the_original(tmp_path: Path, family: str) -> None:
    weights = make_model(tmp_path / "source", family=family, head=True)
    model = CrossEncoder(convert_cross_encoder(tmp_path / "source", tmp_path / "models"))
    tokenizer = Tokenizer.from_file(str(tmp_path / "source" / "tokenizer.json"))
    config = read_config(tmp_path / "source")
    bare = {name.removeprefix(FAMILIES[family]): tensor for name, tensor in weights.items()}
    dense, out = ("bert.pooler.dense", "classifier")
    if family != "bert":
        dense, out = ("classifier.dense", "classifier.out_proj")
    expected = []
    for text in TEXTS:
        pair = tokenizer.encode("blue car", text)
        segments = pair.type_ids if family == "bert" else None
        first = reference_hidden(config, bare, pair.ids, segments)[0]
        inner = np.tanh(weights[f"{dense}.weight"] @ first + weights[f"{dense}.bias"])
        logit = (weights[f"{out}.weight"] @ inner + weights[f"{out}.bias"]).item()
        expected.append(1 / (1 + np.exp(-logit)))
    np.testing.assert_allclose(model.scores("blue car", TEXTS), expected, atol=0.06)
    assert model.scores("blue car", []).shape == (0,)


def test_a_model_with_several_labels_is_no_reranker(tmp_path: Path) -> None:
    tensors = make_model(tmp_path / "source", head=True)
    tensors["classifier.weight"] = np.zeros((3, 32), np.float32)
    write_safetensors(tmp_path / "source" / "model.safetensors", tensors)
    with pytest.raises(UnsupportedModel, match="3 scores"):
        convert_cross_encoder(tmp_path / "source", tmp_path / "models")


def test_an_encoder_without_a_head_is_no_reranker(tmp_path: Path) -> None:
    make_model(tmp_path / "source")
    with pytest.raises(DamagedWeights, match="classifier"):
        convert_cross_encoder(tmp_path / "source", tmp_path / "models")
