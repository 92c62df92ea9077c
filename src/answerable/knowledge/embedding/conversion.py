"""Turn a BERT encoder's safetensors into CTranslate2's int8 format.

Layout of the source tensors: Devlin et al., "BERT" (2019), under the names of Hugging Face's BertModel.
Quantisation: symmetric int8 with one scale a row, by CTranslate2's own `optimize`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from tokenizers import Tokenizer

from answerable.knowledge.embedding.errors import DamagedWeights, UnsupportedModel
from answerable.knowledge.embedding.safetensors import read_safetensors

CONFIG_FILE = "config.json"
TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_FILE = "model.safetensors"

_ACTIVATIONS = {
    "gelu": common_spec.Activation.GELU,
    "gelu_new": common_spec.Activation.GELUTanh,
    "relu": common_spec.Activation.RELU,
}


class BertConfig(BaseModel):
    """The fields of a model's `config.json` that the conversion needs."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    model_type: str
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    max_position_embeddings: int
    vocab_size: int
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    position_embedding_type: str = "absolute"


def read_config(folder: Path) -> BertConfig:
    """The model's configuration; raises UnsupportedModel when it is no plain BERT encoder."""
    try:
        config = BertConfig.model_validate_json((folder / CONFIG_FILE).read_bytes())
    except ValidationError as error:
        raise UnsupportedModel(f"{CONFIG_FILE} does not describe a BERT encoder.") from error
    if config.model_type != "bert" or config.position_embedding_type != "absolute":
        raise UnsupportedModel(f"A model of type {config.model_type} cannot be converted; BERT encoders can.")
    if config.hidden_act not in _ACTIVATIONS:
        raise UnsupportedModel(f"The activation {config.hidden_act} is not supported.")
    return config


def convert(source: Path, target: Path) -> Path:
    """Write `source` (config.json, tokenizer.json, model.safetensors) as a CTranslate2 folder to `target`.

    The folder appears whole or not at all: several processes may convert at once, and the first to finish
    wins. Returns `target`. Raises DamagedWeights or UnsupportedModel.
    """
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    draft.mkdir()
    try:
        _write(source, draft)
        _flush(draft)
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _write(source: Path, draft: Path) -> None:
    config = read_config(source)
    spec = _spec(config, read_safetensors(source / WEIGHTS_FILE))
    tokenizer = Tokenizer.from_file(str(source / TOKENIZER_FILE))
    vocabulary = tokenizer.get_vocab()
    tokens = sorted(vocabulary, key=vocabulary.__getitem__)
    tokens += [f"[unused-{number}]" for number in range(config.vocab_size - len(tokens))]
    spec.register_vocabulary(tokens)
    spec.config.add_attribute("unk_token", "[UNK]")
    spec.config.layer_norm_epsilon = config.layer_norm_eps
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(draft))
    shutil.copyfile(source / TOKENIZER_FILE, draft / TOKENIZER_FILE)
    shape = {"dimensions": config.hidden_size, "max_tokens": config.max_position_embeddings}
    (draft / "shape.json").write_text(json.dumps(shape), encoding="utf-8")


def _flush(folder: Path) -> None:
    """A rename may reach the disk before the bytes do; a power cut between them would leave a torn model."""
    for path in folder.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _BertTensors:
    """The tensors by their BertModel names, with the `bert.` prefix that some exports carry."""

    def __init__(self, tensors: dict[str, NDArray[np.generic]]) -> None:
        self._tensors = tensors
        self._prefix = "bert." if "bert.embeddings.word_embeddings.weight" in tensors else ""

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        try:
            return self._tensors[self._prefix + name].astype(np.float32)
        except KeyError as error:
            raise DamagedWeights(f"The weights lack the tensor {name}.") from error

    def linear(self, spec: common_spec.LinearSpec, name: str) -> None:
        spec.weight = self[f"{name}.weight"]
        spec.bias = self[f"{name}.bias"]

    def layer_norm(self, spec: common_spec.LayerNormSpec, name: str) -> None:
        spec.gamma = self[f"{name}.weight"]
        spec.beta = self[f"{name}.bias"]


def _spec(
    config: BertConfig, arrays: dict[str, NDArray[np.generic]]
) -> transformer_spec.TransformerEncoderModelSpec:
    tensors = _BertTensors(arrays)
    encoder = transformer_spec.TransformerEncoderSpec(
        config.num_hidden_layers,
        config.num_attention_heads,
        pre_norm=False,
        activation=_ACTIVATIONS[config.hidden_act],
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = tensors["embeddings.word_embeddings.weight"]
    encoder.embeddings[1].weight = tensors["embeddings.token_type_embeddings.weight"]
    encoder.position_encodings.encodings = tensors["embeddings.position_embeddings.weight"]
    tensors.layer_norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        _layer(layer, tensors, f"encoder.layer.{number}")
    return transformer_spec.TransformerEncoderModelSpec(encoder)


def _layer(spec: transformer_spec.TransformerEncoderLayerSpec, tensors: _BertTensors, name: str) -> None:
    attention = f"{name}.attention"
    parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
    fused = spec.self_attention.linear[0]
    fused.weight = np.concatenate([tensors[f"{part}.weight"] for part in parts])
    fused.bias = np.concatenate([tensors[f"{part}.bias"] for part in parts])
    tensors.linear(spec.self_attention.linear[1], f"{attention}.output.dense")
    tensors.layer_norm(spec.self_attention.layer_norm, f"{attention}.output.LayerNorm")
    tensors.linear(spec.ffn.linear_0, f"{name}.intermediate.dense")
    tensors.linear(spec.ffn.linear_1, f"{name}.output.dense")
    tensors.layer_norm(spec.ffn.layer_norm, f"{name}.output.LayerNorm")
