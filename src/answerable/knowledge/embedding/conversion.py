"""Turn an encoder's files as the hub has them into CTranslate2's int8 format.

Quantisation: symmetric int8 with one scale a row, by CTranslate2's own `optimize`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from ctranslate2.specs import transformer_spec
from tokenizers import Tokenizer

from answerable.knowledge.embedding.architecture import (
    BertConfig,
    BertTensors,
    encoder_spec,
    read_config,
)
from answerable.knowledge.embedding.errors import DamagedWeights
from answerable.knowledge.embedding.pooling import read_pooling
from answerable.knowledge.embedding.safetensors import read_safetensors
from answerable.knowledge.embedding.torch_weights import read_torch_weights

TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_FILE = "model.safetensors"
TORCH_WEIGHTS_FILE = "pytorch_model.bin"
WEIGHT_FILES = (WEIGHTS_FILE, TORCH_WEIGHTS_FILE)

Extra = Callable[[BertConfig, BertTensors, Path], None]
"""Writes what a model has beside its encoder (a head) into the folder that is being made."""


def _no_extra(_config: BertConfig, _tensors: BertTensors, _draft: Path) -> None:
    return


def convert(source: Path, target: Path, extra: Extra = _no_extra) -> Path:
    """Write `source` (config.json, tokenizer.json, weights) as a CTranslate2 folder to `target`.

    The folder appears whole or not at all: several processes may convert at once, and the first to finish
    wins. Returns `target`. Raises DamagedWeights or UnsupportedModel.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    draft.mkdir()
    try:
        _write(source, draft, extra)
        _flush(draft)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def read_tensors(config: BertConfig, folder: Path) -> BertTensors:
    """The model's tensors, from safetensors or from torch's own format. Raises DamagedWeights."""
    if (folder / WEIGHTS_FILE).is_file():
        return BertTensors(config, read_safetensors(folder / WEIGHTS_FILE))
    if (folder / TORCH_WEIGHTS_FILE).is_file():
        return BertTensors(config, read_torch_weights(folder / TORCH_WEIGHTS_FILE))
    raise DamagedWeights(f"{folder} has neither {WEIGHTS_FILE} nor {TORCH_WEIGHTS_FILE}.")


def _write(source: Path, draft: Path, extra: Extra) -> None:
    config = read_config(source)
    tensors = read_tensors(config, source)
    spec = encoder_spec(config, tensors)
    tokenizer = Tokenizer.from_file(str(source / TOKENIZER_FILE))
    _register_vocabulary(spec, tokenizer, config)
    spec.config.layer_norm_epsilon = config.layer_norm_eps
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(draft))
    shutil.copyfile(source / TOKENIZER_FILE, draft / TOKENIZER_FILE)
    shape = {
        "dimensions": config.hidden_size,
        "max_tokens": config.window,
        "pooling": read_pooling(source),
    }
    (draft / "shape.json").write_text(json.dumps(shape), encoding="utf-8")
    extra(config, tensors, draft)


def _register_vocabulary(
    spec: transformer_spec.TransformerEncoderModelSpec, tokenizer: Tokenizer, config: BertConfig
) -> None:
    """The runtime wants a token for every row of the embedding, though texts come to it as numbers."""
    numbers = {number: token for token, number in tokenizer.get_vocab().items()}
    spec.register_vocabulary(
        [numbers.get(number, f"[unused-{number}]") for number in range(config.vocab_size)]
    )
    known = numbers.values()
    spec.config.add_attribute("unk_token", "<unk>" if "<unk>" in known else "[UNK]")


def _flush(folder: Path) -> None:
    """A rename may reach the disk before the bytes do; a power cut between them would leave a torn model."""
    for path in folder.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
