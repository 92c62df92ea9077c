"""A cross-encoder on this machine: query and passage in one text, one score.

Nogueira & Cho, "Passage Re-ranking with BERT" (2019). The head over the first token is the one of Hugging
Face's BertForSequenceClassification or (XLM-)RobertaForSequenceClassification with a single label, such as
BGE-reranker's; the logit goes through the logistic function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from answerable.knowledge.embedding.architecture import CONFIG_FILE, BertConfig, BertTensors
from answerable.knowledge.embedding.conversion import TOKENIZER_FILE, WEIGHT_FILES, convert
from answerable.knowledge.embedding.encoder import ModelShape, batches
from answerable.knowledge.embedding.errors import UnsupportedModel

_HEAD_FILE = "head.npz"
_MAX_TOKENS = 512
_TOKEN_BUDGET = 1024

Scores = NDArray[np.float32]


def convert_cross_encoder(source: Path, models: Path) -> Path:
    """The model in `source` in the runtime's format, in a folder of `models` that is made on first use.

    Raises DamagedWeights, UnsupportedModel or OSError.
    """
    digest = hashlib.sha256((source / CONFIG_FILE).read_bytes())
    for name in WEIGHT_FILES:
        if (source / name).is_file():
            state = (source / name).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}".encode())
    return convert(
        source, models / f"{source.resolve().name}-rerank-int8-{digest.hexdigest()[:12]}", _write_head
    )


def _write_head(config: BertConfig, tensors: BertTensors, draft: Path) -> None:
    if config.model_type == "bert":
        names = ("bert.pooler.dense", "classifier")
    else:
        names = ("classifier.dense", "classifier.out_proj")
    dense, out = names
    weight = tensors.outside(f"{out}.weight")
    if weight.shape[0] != 1:
        raise UnsupportedModel(f"The model gives {weight.shape[0]} scores; a reranker gives one.")
    np.savez(
        draft / _HEAD_FILE,
        dense_weight=tensors.outside(f"{dense}.weight"),
        dense_bias=tensors.outside(f"{dense}.bias"),
        out_weight=weight[0],
        out_bias=tensors.outside(f"{out}.bias"),
        segments=np.array(config.model_type == "bert"),
    )


class CrossEncoder:
    """A loaded cross-encoder. Calls block and release the GIL while they compute."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Load the converted model in `folder`; `threads` is how many cores one call may use."""
        shape = ModelShape.model_validate_json((folder / "shape.json").read_bytes())
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(min(_MAX_TOKENS, shape.max_tokens))
        self._model = ctranslate2.Encoder(
            str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
        )
        with np.load(folder / _HEAD_FILE) as head:
            self._head = {name: head[name] for name in head.files}

    def scores(self, query: str, texts: Sequence[str]) -> Scores:
        """How well each text answers the query, float32 of shape (len(texts),), 0 to 1.

        Query and text beyond the window (512 word pieces together) do not count, the longer one first.
        """
        encodings = self._tokenizer.encode_batch([(query, text) for text in texts])
        first = np.empty((len(texts), len(self._head["dense_bias"])), dtype=np.float32)
        for batch in batches([len(encoding.ids) for encoding in encodings], _TOKEN_BUDGET):
            tokens = [encodings[position].ids for position in batch]
            segments = (
                [encodings[position].type_ids for position in batch] if self._head["segments"] else None
            )
            output = self._model.forward_batch(tokens, token_type_ids=segments)
            first[batch] = np.asarray(output.last_hidden_state)[:, 0]
        inner = np.tanh(first @ self._head["dense_weight"].T + self._head["dense_bias"])
        logits = inner @ self._head["out_weight"] + self._head["out_bias"]
        scores: Scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
        return scores
