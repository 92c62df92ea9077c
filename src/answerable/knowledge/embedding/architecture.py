"""BERT-shaped encoders: what their files say, and their tensors in CTranslate2's layout.

Layout of the source tensors: Devlin et al., "BERT" (2019), under the names of Hugging Face's BertModel.
RoBERTa and XLM-RoBERTa (BGE-M3, multilingual E5) have the same under another prefix; their positions count
from the padding's number plus one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ctranslate2.specs import common_spec, transformer_spec
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from answerable.knowledge.embedding.errors import DamagedWeights, UnsupportedModel

CONFIG_FILE = "config.json"

Arrays = dict[str, NDArray[np.generic]]

_ACTIVATIONS = {
    "gelu": common_spec.Activation.GELU,
    "gelu_new": common_spec.Activation.GELUTanh,
    "relu": common_spec.Activation.RELU,
}
_FAMILIES = {"bert": "bert.", "roberta": "roberta.", "xlm-roberta": "roberta.", "camembert": "roberta."}
"""Types of models, with the prefix that their tensors have inside a model with a head."""


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
    pad_token_id: int = 0

    @property
    def first_position(self) -> int:
        """The position of a text's first token."""
        return 0 if self.model_type == "bert" else self.pad_token_id + 1

    @property
    def window(self) -> int:
        """The longest text in tokens."""
        return self.max_position_embeddings - self.first_position


def read_config(folder: Path) -> BertConfig:
    """The model's configuration; raises UnsupportedModel when it is no encoder of a known family."""
    try:
        config = BertConfig.model_validate_json((folder / CONFIG_FILE).read_bytes())
    except ValidationError as error:
        raise UnsupportedModel(f"{CONFIG_FILE} does not describe a BERT encoder.") from error
    if config.model_type not in _FAMILIES or config.position_embedding_type != "absolute":
        raise UnsupportedModel(
            f"A model of type {config.model_type} cannot be converted; {', '.join(_FAMILIES)} can. "
            "Serve it by an embedding server instead."
        )
    if config.hidden_act not in _ACTIVATIONS:
        raise UnsupportedModel(f"The activation {config.hidden_act} is not supported.")
    return config


class BertTensors:
    """A model's tensors by their BertModel names, whatever prefix the file has."""

    def __init__(self, config: BertConfig, tensors: Arrays) -> None:
        self._tensors = tensors
        prefix = _FAMILIES[config.model_type]
        self._prefix = prefix if f"{prefix}embeddings.word_embeddings.weight" in tensors else ""

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self.outside(self._prefix + name)

    def outside(self, name: str) -> NDArray[np.float32]:
        """A tensor by its full name, such as one of a head. Raises DamagedWeights."""
        try:
            return self._tensors[name].astype(np.float32)
        except KeyError as error:
            raise DamagedWeights(f"The weights lack the tensor {name}.") from error

    def linear(self, spec: common_spec.LinearSpec, name: str) -> None:
        """Give a layer its weight and bias."""
        spec.weight = self[f"{name}.weight"]
        spec.bias = self[f"{name}.bias"]

    def layer_norm(self, spec: common_spec.LayerNormSpec, name: str) -> None:
        """Give a norm its scale and shift."""
        spec.gamma = self[f"{name}.weight"]
        spec.beta = self[f"{name}.bias"]


def encoder_spec(config: BertConfig, tensors: BertTensors) -> transformer_spec.TransformerEncoderModelSpec:
    """The encoder without a head. Raises DamagedWeights when a tensor is missing."""
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
    positions = tensors["embeddings.position_embeddings.weight"]
    encoder.position_encodings.encodings = positions[config.first_position :]
    tensors.layer_norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        _layer(layer, tensors, f"encoder.layer.{number}")
    return transformer_spec.TransformerEncoderModelSpec(encoder)


def _layer(spec: transformer_spec.TransformerEncoderLayerSpec, tensors: BertTensors, name: str) -> None:
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
