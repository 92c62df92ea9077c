"""A bucket of an S3-compatible store (AWS, MinIO, Ceph, R2 and others)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from answerable.kit.outbound import OutboundResponse
from answerable.kit.sandbox import Refusal
from answerable.knowledge.parsing.xml_tree import Element, child, descendants, parse_xml
from answerable.knowledge.sources.connectors.sigv4 import (
    Credentials,
    canonical_path,
    canonical_query,
    sign,
)
from answerable.knowledge.sources.connectors.web_requests import body, get, require_success
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, Content, Item, ItemGone

_LIST_BYTES = 20_000_000


class S3Config(BaseModel):
    """A bucket, addressed by path (`endpoint/bucket/key`), which every store understands."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str = Field(
        "https://s3.amazonaws.com",
        pattern=r"^https?://[^/?#@\s]+$",
        max_length=500,
        description="Address of the store, such as `https://s3.eu-central-1.amazonaws.com`.",
    )
    region: str = Field("us-east-1", pattern=r"^[a-z0-9-]{1,50}$", description="The bucket's region.")
    bucket: str = Field(pattern=r"^[A-Za-z0-9._-]{3,63}$", description="The bucket's name.")
    prefix: str = Field("", max_length=1_000, description="Beginning of the keys to take.")
    include: list[str] = Field(["*"], max_length=100, description="Patterns of keys to take.")
    exclude: list[str] = Field([], max_length=100, description="Patterns of keys to leave out.")
    access_key: str = Field(pattern=r"^[\x21-\x7e]{1,200}$", description="Name of the key.")
    secret_key: SecretStr = Field(description="The key's secret.")


class S3Connector:
    """Lists a bucket in the order of its keys (ListObjectsV2). An object's version is its ETag."""

    kind = "s3"
    summary = "Objects in an S3-compatible bucket"
    config = S3Config

    def snapshot(self, config: S3Config) -> bool:
        """A bucket is listed whole."""
        del config
        return True

    async def check(self, config: S3Config, context: ConnectorContext) -> None:
        """The bucket can be listed."""
        await _list(config, context, {"max-keys": "1"})

    async def changes(
        self, config: S3Config, cursor: str | None, context: ConnectorContext
    ) -> AsyncIterator[Item]:
        """Every object after a key."""
        position = {"start-after": cursor} if cursor else {}
        while True:
            page = await _list(config, context, position)
            for entry in descendants(page, "Contents"):
                item = _item(entry, config, context)
                if item is not None:
                    yield item
            token = _text(page, "NextContinuationToken")
            if _text(page, "IsTruncated") != "true" or not token:
                return
            position = {"continuation-token": token}


async def _get(
    config: S3Config, context: ConnectorContext, path: str, parameters: dict[str, str]
) -> OutboundResponse:
    credentials = Credentials(config.access_key, config.secret_key.get_secret_value(), config.region)
    where, query = canonical_path(path), canonical_query(parameters)
    headers = sign(
        credentials,
        host=urlsplit(config.endpoint).netloc,
        path=where,
        query=query,
        moment=datetime.now(UTC),
    )
    url = f"{config.endpoint}{where}" + (f"?{query}" if query else "")
    answer = await get(context, url, secret_headers=headers)
    require_success(answer.response)
    return answer.response


async def _list(config: S3Config, context: ConnectorContext, position: dict[str, str]) -> Element:
    parameters = {"list-type": "2", "prefix": config.prefix, **position}
    try:
        response = await _get(config, context, f"/{config.bucket}", parameters)
    except ItemGone:
        raise ConnectorFailure("no_bucket", f"There is no bucket '{config.bucket}'.") from None
    data = await response.read_whole(_LIST_BYTES)
    try:
        return await asyncio.to_thread(parse_xml, data)
    except Refusal as error:
        raise ConnectorFailure("not_s3", "The endpoint does not answer as an S3 store does.") from error


def _text(element: Element, name: str) -> str:
    found = child(element, name)
    return (found.text or "") if found is not None else ""


def _item(entry: Element, config: S3Config, context: ConnectorContext) -> Item | None:
    key = _text(entry, "Key")
    wanted = any(fnmatch(key, pattern) for pattern in config.include)
    if not key or key.endswith("/") or not wanted or any(fnmatch(key, each) for each in config.exclude):
        return None

    async def fetch(_known: str | None) -> Content | None:
        response = await _get(config, context, f"/{config.bucket}/{key}", {})
        return Content(body(response), PurePosixPath(key).name or key)

    return Item(
        key,
        fetch=fetch,
        version=_text(entry, "ETag") or None,
        modified=_moment(_text(entry, "LastModified")),
        cursor=key,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
