"""Any reader of LlamaIndex that the operator approved."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr, field_validator

from answerable.kit.sandbox import JsonObject, Limits, SandboxError, Task, run_task
from answerable.knowledge.sources.connectors.llama_index.spool import Placed, entries, entry_at
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, Content, Item, ItemGone

_TARGET = "answerable.knowledge.sources.connectors.llama_index.reading:read"
_SPOOL_BYTES = 4_000_000_000
_OPEN_FILES = 256
_TAKEN_AT_ONCE = 100
_ENDING = ".spool"
_FINAL = frozenset({"reader_missing", "llama_index_missing", "no_reader", "reader_arguments"})
"""Refusals that another try does not change."""


class LlamaIndexConfig(BaseModel):
    """A reader's class, and what it is made and asked with."""

    model_config = ConfigDict(extra="forbid")

    reader: str = Field(
        max_length=300,
        pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$",
        description="The class, with its module: llama_index.readers.notion.NotionPageReader.",
    )
    arguments: dict[str, JsonValue] = Field({}, description="Arguments that the reader is made with.")
    secrets: SecretStr | None = Field(
        None, max_length=20_000, description="More of these arguments, as a JSON object, kept encrypted."
    )
    load: dict[str, JsonValue] = Field({}, description="Arguments of its `load_data`.")
    id_field: str | None = Field(
        None,
        max_length=100,
        description="Field of a document's metadata that names it for ever, such as file_path or page_id.",
    )

    @field_validator("secrets")
    @classmethod
    def _an_object(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not isinstance(_json(given.get_secret_value()), dict):
            raise ValueError('give a JSON object, such as {"integration_token": "…"}')
        return given


class LlamaIndexConnector:
    """Runs a reader in a process of its own and lists what it gives. A document's version is the digest of
    its text."""

    kind = "llama_index"
    summary = "A reader of LlamaIndex: Salesforce, HubSpot, Notion and many more"
    config = LlamaIndexConfig

    def snapshot(self, config: LlamaIndexConfig) -> bool:
        """A reader gives all there is."""
        del config
        return True

    async def check(self, config: LlamaIndexConfig, context: ConnectorContext) -> None:
        """The reader is approved, there, and takes its arguments; what it reads is not asked."""
        _require_approval(config, context)
        await _run(config, context, None)

    async def changes(
        self, config: LlamaIndexConfig, cursor: str | None, context: ConnectorContext
    ) -> AsyncIterator[Item]:
        """Every document after a position in what the reader gave to this sync."""
        _require_approval(config, context)
        folder = context.run_folder
        if folder is None:
            raise ValueError("a listing needs the sync's folder")
        spool = await asyncio.to_thread(_spool_in, folder)
        if spool is None:
            spool = await _read(config, context, folder)
        walk = _after(cursor, spool)
        while found := await asyncio.to_thread(lambda: list(itertools.islice(walk, _TAKEN_AT_ONCE))):
            for number, placed in found:
                yield _item(spool, number, placed)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _spool_in(folder: Path) -> Path | None:
    """What the reader gave to a portion before, on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    return next(iter(sorted(folder.glob(f"*{_ENDING}"))), None)


async def _read(config: LlamaIndexConfig, context: ConnectorContext, folder: Path) -> Path:
    """Have the reader write its documents down; the file appears under its name only when whole."""
    token = secrets.token_hex(6)
    part = folder / f"{token}.part"
    await _run(config, context, part)
    return await asyncio.to_thread(part.rename, folder / f"{token}{_ENDING}")


def _require_approval(config: LlamaIndexConfig, context: ConnectorContext) -> None:
    """Nothing of a reader is imported, here or in a child, unless it is approved."""
    if config.reader not in context.readers.classes:
        raise ConnectorFailure(
            "reader_not_approved",
            f"The server's operator has not approved {config.reader} (ANSWERABLE_SOURCES__READERS).",
        )


async def _run(config: LlamaIndexConfig, context: ConnectorContext, spool: Path | None) -> None:
    """Run the reader in its process."""
    sealed = config.secrets.get_secret_value() if config.secrets is not None else "{}"
    payload: JsonObject = {
        "reader": config.reader, "arguments": config.arguments, "secrets": json.loads(sealed),
        "load": config.load, "id_field": config.id_field, "spool": None if spool is None else str(spool),
    }  # fmt: skip
    try:
        await run_task(_task(config, context, spool), payload)
    except SandboxError as error:
        if error.kind != "refused":
            detail = f"The reader's process ended before its work did ({error.kind})."
            raise ConnectorFailure(f"reader_{error.kind}", detail, retryable=True) from error
        raise ConnectorFailure(error.code, error.detail, retryable=error.code not in _FINAL) from error
    except ValueError as error:
        raise ConnectorFailure(
            "reader_missing", f"There is no {config.reader}: install the package that has it."
        ) from error


def _task(config: LlamaIndexConfig, context: ConnectorContext, spool: Path | None) -> Task:
    bounds = context.readers
    seconds = bounds.seconds
    limits = Limits(bounds.memory_bytes, int(seconds), seconds, _SPOOL_BYTES, _OPEN_FILES)
    readable = [root for root in context.roots if root.exists() and not _holds_closed(root, context)]
    written = () if spool is None else (spool.parent,)
    package = config.reader.partition(".")[0]
    return Task(_TARGET, limits, readable, written, network=True, packages=(package,))


def _holds_closed(root: Path, context: ConnectorContext) -> bool:
    """Whether the server's own data lies in it: the kernel's rules cannot leave a part out."""
    return any(each.resolve().is_relative_to(root.resolve()) for each in context.closed)


def _after(cursor: str | None, spool: Path) -> Iterator[tuple[int, Placed]]:
    """The spool's entries with their numbers. A position in another spool counts for nothing: its entries
    may have come in another order."""
    token, _, number = (cursor or "").partition(":")
    done = int(number) if token == spool.stem and number.isdigit() else 0
    return itertools.islice(enumerate(entries(spool), 1), done, None)


def _item(spool: Path, number: int, placed: Placed) -> Item:
    entry = placed.entry
    told = json.dumps([entry.title, entry.text]).encode()

    async def fetch(_known: str | None) -> Content | None:
        kept = await asyncio.to_thread(partial(entry_at, spool, placed.offset))
        if kept is None:
            raise ItemGone
        return Content(
            _once(kept.text.encode("utf-8", "replace")), f"{_file_name(entry.title or entry.id)}.txt"
        )

    return Item(
        entry.id,
        entry.title,
        fetch,
        version=hashlib.sha256(told).hexdigest(),
        metadata=entry.metadata,
        cursor=f"{spool.stem}:{number}",
    )


def _file_name(title: str) -> str:
    return title.replace("/", " ").strip()[-120:] or "document"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
