"""Chroma as a vector store, over its HTTP API v2: a server of one's own, or one that `answerable serve` keeps
running over a folder (`chroma_folder.py`).

A workspace has a collection for each encoder, so no filter keeps tenants apart, and dropping one is quick.
A record is a passage's number, its vector, and its document as metadata; texts and facts stay in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import quote

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from answerable.kit.outbound import Outbound, OutboundFailure, OutboundRequest, OutboundTimes
from answerable.plugins.vector_stores import (
    HeldVector,
    VectorCollection,
    VectorCollectionMissing,
    VectorQuery,
    VectorRecord,
    VectorStoreAway,
)

Answer = TypeVar("Answer")

_SEARCH = OutboundTimes(connect=1, first_byte=3, idle=3, total=5)
_WRITE = OutboundTimes(connect=5, first_byte=60, idle=60, total=120)
_PAGE = 1000
_MOST_BYTES = 64_000_000
_DOCUMENT = "document"
_BREADTH = 200
"""Places that Chroma's walk keeps in mind; it has to be at least as many as are wanted."""
_AGAIN_SECONDS = (0.05, 0.2)
"""Pauses before a search that made Chroma stumble is asked again: while it writes a collection's index it
answers some with status 500."""


class ChromaConfig(BaseModel):
    """Where Chroma is: the address of a server, or a folder that `answerable serve` runs one over."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(None, description="Address of a Chroma server, such as http://chroma:8000.")
    token: SecretStr | None = Field(None, description="Bearer token, where a proxy before it wants one.")
    tenant: str = "default_tenant"
    database: str = "default_database"
    folder: Path | None = Field(None, description="Folder to run a Chroma server over instead.")
    port: int = Field(8190, ge=1, le=65535, description="Loopback port of the server over the folder.")
    command: Path | None = Field(
        None, description="The program `chroma`; found beside this Python or on the PATH when unset."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.folder is None):
            raise ValueError("give either url or folder")
        return self

    @property
    def base(self) -> str:
        """The address of the API's database."""
        place = self.url.rstrip("/") if self.url is not None else f"http://127.0.0.1:{self.port}"
        return f"{place}/api/v2/tenants/{quote(self.tenant)}/databases/{quote(self.database)}"


class _Named(msgspec.Struct):
    id: str


class _Metadata(msgspec.Struct):
    document: str


class _Found(msgspec.Struct):
    ids: list[list[str]]


class _Held(msgspec.Struct):
    ids: list[str]
    metadatas: list[_Metadata | None] | None = None


class _NotThere(Exception):
    """Chroma has no such collection."""


class _Stumbled(VectorStoreAway):
    """Chroma answered with a fault of its own."""


class ChromaStore:
    """A Chroma database. Safe for many requests at once."""

    def __init__(self, config: ChromaConfig, outbound: Outbound) -> None:
        self._base = config.base
        self._outbound = outbound
        self._headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
        if config.token is not None:
            self._headers += (("authorization", f"Bearer {config.token.get_secret_value()}"),)
        self._ids: dict[str, str] = {}

    @property
    def copies(self) -> Self:
        """Vectors get there by the same API."""
        return self

    async def nearest(self, collection: VectorCollection, query: VectorQuery) -> Sequence[int]:
        """The nearest passages; documents are filtered by Chroma within its walk."""
        body: dict[str, object] = {
            "query_embeddings": [query.vector.tolist()],
            "n_results": query.size,
            "include": [],
        }
        documents = query.scope.documents
        if documents is not None:
            if not documents:
                return []
            body["where"] = _of(documents)
        try:
            answer = await self._searched(collection, body)
        except _NotThere as missing:
            detail = "Chroma has lost the workspace's collection; it is being filled again."
            raise VectorCollectionMissing(detail) from missing
        found = self._decoded(answer, _Found).ids
        return [int(number) for number in (found[0] if found else [])]

    async def _searched(self, collection: VectorCollection, body: Mapping[str, object]) -> bytes:
        for pause in _AGAIN_SECONDS:
            try:
                return await self._on(collection, "query", body, _SEARCH)
            except _Stumbled:
                await asyncio.sleep(pause)
        return await self._on(collection, "query", body, _SEARCH)

    async def check(self) -> str:
        """Whether it answers, and has the tenant and database."""
        try:
            await self._ask("GET", "/collections?limit=1", b"", _SEARCH)
        except _NotThere as missing:
            raise VectorStoreAway(f"Chroma has no such tenant or database: {self._base}") from missing
        return f"Chroma answers at {self._base.partition('/api/')[0]}"

    async def put(self, collection: VectorCollection, records: Sequence[VectorRecord]) -> bool:
        """Keep vectors; the collection is made first where it is not there."""
        made = False
        for start in range(0, len(records), _PAGE):
            part = records[start : start + _PAGE]
            body = {
                "ids": [str(record.chunk_id) for record in part],
                "embeddings": [record.vector.tolist() for record in part],
                "metadatas": [{_DOCUMENT: str(record.document_id)} for record in part],
            }
            try:
                await self._on(collection, "upsert", body, _WRITE)
            except _NotThere:
                await self._make(collection)
                await self._on_made(collection, "upsert", body)
                made = True
        return made

    async def delete(self, collection: VectorCollection, chunk_ids: Collection[int]) -> None:
        """Forget passages."""
        numbers = [str(chunk) for chunk in chunk_ids]
        for start in range(0, len(numbers), _PAGE):
            try:
                await self._on(collection, "delete", {"ids": numbers[start : start + _PAGE]}, _WRITE)
            except _NotThere:
                return

    async def of_documents(
        self, collection: VectorCollection, document_ids: Sequence[uuid.UUID]
    ) -> Sequence[int]:
        """The passages of these documents that are there."""
        if not document_ids:
            return []
        try:
            answer = await self._on(collection, "get", {"where": _of(document_ids), "include": []}, _WRITE)
        except _NotThere:
            return []
        return [int(number) for number in self._decoded(answer, _Held).ids]

    async def everything(self, collection: VectorCollection) -> AsyncIterator[Sequence[HeldVector]]:
        """Everything there is, in pages."""
        offset = 0
        while True:
            body = {"include": ["metadatas"], "limit": _PAGE, "offset": offset}
            try:
                page = self._decoded(await self._on(collection, "get", body, _WRITE), _Held)
            except _NotThere:
                return
            metadatas = page.metadatas or [None] * len(page.ids)
            yield [
                HeldVector(int(number), uuid.UUID(found.document) if found else uuid.UUID(int=0))
                for number, found in zip(page.ids, metadatas, strict=True)
            ]
            offset += len(page.ids)
            if len(page.ids) < _PAGE:
                return

    async def drop(self, collection: VectorCollection) -> None:
        """Remove the collection."""
        with suppress(_NotThere):
            await self._ask("DELETE", f"/collections/{collection.name}", b"", _WRITE)
        self._ids.pop(collection.name or "", None)

    async def _on(
        self, collection: VectorCollection, verb: str, body: Mapping[str, object], times: OutboundTimes
    ) -> bytes:
        """Call a verb on the collection, found by its name. One that was dropped and made again by another
        process has another id: it is looked up once more. Raises _NotThere."""
        if collection.name is None:
            raise _NotThere
        known = self._ids.get(collection.name)
        encoded = msgspec.json.encode(body)
        if known is not None:
            try:
                return await self._ask("POST", f"/collections/{known}/{verb}", encoded, times)
            except _NotThere:
                self._ids.pop(collection.name, None)
        answer = await self._ask("GET", f"/collections/{collection.name}", b"", times)
        number = self._ids[collection.name] = self._decoded(answer, _Named).id
        return await self._ask("POST", f"/collections/{number}/{verb}", encoded, times)

    async def _on_made(self, collection: VectorCollection, verb: str, body: Mapping[str, object]) -> None:
        try:
            await self._on(collection, verb, body, _WRITE)
        except _NotThere as missing:
            raise VectorStoreAway("Chroma dropped a collection while it was filled.") from missing

    async def _make(self, collection: VectorCollection) -> None:
        index = {"space": "cosine", "ef_search": _BREADTH, "ef_construction": _BREADTH}
        body = {"name": collection.name, "get_or_create": True, "configuration": {"hnsw": index}}
        try:
            answer = await self._ask("POST", "/collections", msgspec.json.encode(body), _WRITE)
        except _NotThere as missing:
            raise VectorStoreAway(f"Chroma has no such tenant or database: {self._base}") from missing
        self._ids[collection.name or ""] = self._decoded(answer, _Named).id

    async def _ask(self, method: str, path: str, body: bytes, times: OutboundTimes) -> bytes:
        request = OutboundRequest(
            url=self._base + path, headers=self._headers, body=body, method=method, allow_private=True
        )
        try:
            response = await self._outbound.send(request, times)
            answer = await response.read_whole(_MOST_BYTES)
        except OutboundFailure as failure:
            raise VectorStoreAway(f"Chroma does not answer: {failure.detail}") from failure
        if response.status == 404:
            raise _NotThere
        if response.status >= 300:
            said = answer[:300].decode("utf-8", "replace")
            away = _Stumbled if response.status >= 500 else VectorStoreAway
            raise away(f"Chroma answered with status {response.status}: {said}")
        return answer

    @staticmethod
    def _decoded(answer: bytes, kind: type[Answer]) -> Answer:
        try:
            return msgspec.json.decode(answer, type=kind)
        except msgspec.MsgspecError as error:
            raise VectorStoreAway("Chroma answered with something else than its API says.") from error


def _of(documents: Sequence[uuid.UUID]) -> dict[str, object]:
    return {_DOCUMENT: {"$in": [str(document) for document in documents]}}


class ChromaKind:
    """Chroma."""

    name = "chroma"
    summary = "Chroma: a server over HTTP, or a folder that 'answerable serve' runs one over"
    config = ChromaConfig

    def open(self, config: ChromaConfig, outbound: Outbound) -> ChromaStore:
        """The store; connects when it is first asked."""
        return ChromaStore(config, outbound)
