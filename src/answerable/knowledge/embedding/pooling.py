"""How a model's token vectors become one vector: what sentence-transformers' files say of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from answerable.knowledge.embedding.errors import UnsupportedModel


class Pooling(StrEnum):
    """The mean of all tokens, or the first one."""

    MEAN = "mean"
    FIRST = "first"


class _Module(BaseModel):
    """One entry of `modules.json`."""

    model_config = ConfigDict(extra="ignore")

    path: str
    type: str


class _PoolingConfig(BaseModel):
    """`1_Pooling/config.json`."""

    model_config = ConfigDict(extra="ignore")

    pooling_mode_cls_token: bool = False
    pooling_mode_mean_tokens: bool = False
    pooling_mode_max_tokens: bool = False
    pooling_mode_mean_sqrt_len_tokens: bool = False
    pooling_mode_weightedmean_tokens: bool = False
    pooling_mode_lasttoken: bool = False


def read_pooling(folder: Path) -> Pooling:
    """The model's pooling; the mean where its files say nothing. Raises UnsupportedModel for a kind of
    pooling, or a module after it, that is not known."""
    if not (folder / "modules.json").is_file():
        return Pooling.MEAN
    try:
        modules = TypeAdapter(list[_Module]).validate_json((folder / "modules.json").read_bytes())
        kinds = {module.type.rsplit(".", 1)[-1]: module for module in modules}
        unknown = set(kinds) - {"Transformer", "Pooling", "Normalize"}
        if unknown:
            raise UnsupportedModel(
                f"The model has a module {', '.join(sorted(unknown))}, which is not known."
            )
        if "Pooling" not in kinds:
            return Pooling.MEAN
        path = folder / kinds["Pooling"].path / "config.json"
        config = _PoolingConfig.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UnsupportedModel("The files that describe the model's pooling cannot be read.") from error
    chosen = {name for name, is_on in config.model_dump().items() if is_on}
    if chosen == {"pooling_mode_cls_token"}:
        return Pooling.FIRST
    if chosen == {"pooling_mode_mean_tokens"}:
        return Pooling.MEAN
    raise UnsupportedModel("The model's pooling is not known: the mean of all tokens and the first one are.")
