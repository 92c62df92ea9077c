"""A tiny random BERT in the hub's file format, and the reference forward pass in plain numpy."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from answerable.knowledge.embedding.architecture import BertConfig

Tensors = dict[str, NDArray[np.float32]]

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "red", "green", "blue", "car", "house", "tree", "runs", "##s"]


def write_safetensors(path: Path, tensors: Tensors) -> None:
    """Write tensors the way the hub's files have them."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, tensor in tensors.items():
        header[name] = {
            "dtype": "F32",
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.nbytes],
        }
        offset += tensor.nbytes
    encoded = json.dumps(header).encode()
    body = b"".join(tensor.tobytes() for tensor in tensors.values())
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + body)


FAMILIES = {"bert": "bert.", "xlm-roberta": "roberta."}


def make_model(
    folder: Path, *, hidden: int = 32, layers: int = 2, family: str = "bert", head: bool = False
) -> Tensors:
    """Write config, tokenizer and random weights of a small BERT or XLM-RoBERTa; returns the weights.

    With `head` it is a classifier of one label, and its tensors have the family's prefix.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model_type": family,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "max_position_embeddings": 16,
        "vocab_size": len(WORDS) + 2,
        "intermediate_size": 2 * hidden,
        "pad_token_id": 0 if family == "bert" else 1,
    }
    (folder / "config.json").write_text(json.dumps(config))
    _tokenizer(family).save(str(folder / "tokenizer.json"))
    tensors = _random_weights(hidden, layers, len(WORDS) + 2)
    if family != "bert":
        tensors["embeddings.token_type_embeddings.weight"] = tensors[
            "embeddings.token_type_embeddings.weight"
        ][:1]
    if head:
        tensors = {FAMILIES[family] + name: tensor for name, tensor in tensors.items()}
        tensors |= _random_head(hidden, family)
    write_safetensors(folder / "model.safetensors", tensors)
    return tensors


def _tokenizer(family: str) -> Tokenizer:
    tokenizer = Tokenizer(
        models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if family == "bert":
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    else:
        tokenizer.post_processor = processors.RobertaProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def _random_head(hidden: int, family: str) -> Tensors:
    random = np.random.default_rng(8)
    dense, out = ("bert.pooler.dense", "classifier")
    if family != "bert":
        dense, out = ("classifier.dense", "classifier.out_proj")
    shapes = {f"{dense}.weight": (hidden, hidden), f"{dense}.bias": (hidden,)}
    shapes |= {f"{out}.weight": (1, hidden), f"{out}.bias": (1,)}
    return {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def _random_weights(hidden: int, layers: int, vocabulary: int) -> Tensors:
    random = np.random.default_rng(7)

    def normal(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.3, shape).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": normal(vocabulary, hidden),
        "embeddings.position_embeddings.weight": normal(16, hidden),
        "embeddings.token_type_embeddings.weight": normal(2, hidden),
        "embeddings.LayerNorm.weight": 1 + normal(hidden),
        "embeddings.LayerNorm.bias": normal(hidden),
    }
    for number in range(layers):
        layer = f"encoder.layer.{number}"
        linears = {
            **{f"attention.self.{part}": (hidden, hidden) for part in ("query", "key", "value")},
            "attention.output.dense": (hidden, hidden),
            "intermediate.dense": (2 * hidden, hidden),
            "output.dense": (hidden, 2 * hidden),
        }
        for name, shape in linears.items():
            tensors[f"{layer}.{name}.weight"] = normal(*shape)
            tensors[f"{layer}.{name}.bias"] = normal(shape[0])
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            tensors[f"{layer}.{name}.weight"] = 1 + normal(hidden)
            tensors[f"{layer}.{name}.bias"] = normal(hidden)
    return tensors


def reference_vector(config: BertConfig, weights: Tensors, ids: list[int]) -> NDArray[np.float32]:
    """The unit vector of one token sequence: the mean of its last hidden states."""
    pooled: NDArray[np.float32] = reference_hidden(config, weights, ids).mean(0)
    return pooled / np.linalg.norm(pooled)


def reference_hidden(
    config: BertConfig, weights: Tensors, ids: list[int], segments: list[int] | None = None
) -> NDArray[np.float32]:
    """The last hidden states of one token sequence, in float32 and straight from the BERT paper."""

    def linear(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + config.layer_norm_eps)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def heads(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return x.reshape(len(ids), config.num_attention_heads, -1).transpose(1, 0, 2)

    x = weights["embeddings.word_embeddings.weight"][ids]
    first = config.first_position
    x = x + weights["embeddings.position_embeddings.weight"][first : first + len(ids)]
    x = norm(
        x + weights["embeddings.token_type_embeddings.weight"][segments or [0] * len(ids)],
        "embeddings.LayerNorm",
    )
    for number in range(config.num_hidden_layers):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            heads(linear(x, f"{layer}.attention.self.{part}")) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        attended = (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(x.shape)
        x = norm(
            x + linear(attended, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm"
        )
        inner = linear(x, f"{layer}.intermediate.dense")
        erf = np.vectorize(math.erf, otypes=[np.float32])(inner / math.sqrt(2))
        x = norm(x + linear(inner * (1 + erf) / 2, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x
