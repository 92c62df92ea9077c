"""Which encoder makes the vectors: the settings' choice, in a form that can be kept and loaded again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from answerable.kit.settings import EncoderSettings
from answerable.knowledge.embedding.architecture import CONFIG_FILE
from answerable.knowledge.embedding.conversion import TOKENIZER_FILE, WEIGHT_FILES
from answerable.knowledge.embedding.weights import MODEL_NAME

_LOOKED_AT = 1 << 20


class EncoderSpec(BaseModel):
    """An encoder: the default one, a folder of this machine, or a server.

    `digest` tells a folder's models apart; the prefixes stand before queries and passages.
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["default", "folder", "tei", "openai"] = "default"
    name: str = MODEL_NAME
    place: str = ""
    digest: str = ""
    query_prefix: str = ""
    document_prefix: str = ""

    @property
    def fingerprint(self) -> str:
        """Equal for encoders that give equal vectors: the default's is its name. A folder may have moved."""
        if self.kind == "default":
            return self.name
        told = self.model_dump() | ({"place": ""} if self.kind == "folder" else {})
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class _Prompts(BaseModel):
    """`config_sentence_transformers.json`, as far as it says what stands before texts."""

    model_config = ConfigDict(extra="ignore")

    prompts: dict[str, str] = {}


def configured_spec(settings: EncoderSettings) -> EncoderSpec:
    """The encoder that the settings name. Raises OSError for a folder that lacks the model's files."""
    if settings.url is not None:
        return EncoderSpec(
            kind=settings.protocol,
            name=settings.model or settings.url,
            place=settings.url,
            query_prefix=settings.query_prefix or "",
            document_prefix=settings.document_prefix or "",
        )
    if settings.folder is None:
        return EncoderSpec()
    query, document = _prompts(settings.folder)
    return EncoderSpec(
        kind="folder",
        name=settings.folder.resolve().name,
        place=str(settings.folder.resolve()),
        digest=folder_digest(settings.folder),
        query_prefix=query if settings.query_prefix is None else settings.query_prefix,
        document_prefix=document if settings.document_prefix is None else settings.document_prefix,
    )


def folder_digest(folder: Path) -> str:
    """Tells models apart without reading all of their weights: configuration, tokenizer, the weights' size
    and first megabyte."""
    digest = hashlib.sha256()
    for name in (CONFIG_FILE, TOKENIZER_FILE):
        digest.update((folder / name).read_bytes())
    for name in ("modules.json", "1_Pooling/config.json"):
        if (folder / name).is_file():
            digest.update((folder / name).read_bytes())
    for name in WEIGHT_FILES:
        if (folder / name).is_file():
            with (folder / name).open("rb") as file:
                digest.update(f"{name} {(folder / name).stat().st_size}".encode() + file.read(_LOOKED_AT))
    return digest.hexdigest()[:24]


def _prompts(folder: Path) -> tuple[str, str]:
    path = folder / "config_sentence_transformers.json"
    if not path.is_file():
        return "", ""
    prompts = _Prompts.model_validate_json(path.read_bytes()).prompts
    return prompts.get("query", ""), prompts.get("document", prompts.get("passage", ""))
