"""Web pages, named one by one or by a sitemap (sitemaps.org protocol 0.9)."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
from collections.abc import AsyncIterator
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from answerable.kit.sandbox import Refusal
from answerable.knowledge.parsing.xml_tree import descendants, local, parse_xml
from answerable.knowledge.sources.connectors.robots import Manners
from answerable.knowledge.sources.connectors.web_requests import (
    Answer,
    body,
    get,
    origin_of,
    require_success,
)
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, Content, Item, ItemGone

_SITEMAP_BYTES = 50_000_000  # the protocol's own bound
_MOST_SITEMAPS = 500
_GZIP = b"\x1f\x8b"
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
}


class WebConfig(BaseModel):
    """Pages, a sitemap, or both."""

    model_config = ConfigDict(extra="forbid")

    pages: list[str] = Field([], max_length=10_000, description="Addresses of single pages.")
    sitemap: str | None = Field(None, max_length=2_000, description="Address of a sitemap or sitemap index.")
    include: list[str] = Field(["*"], max_length=100, description="Patterns of addresses to take.")
    exclude: list[str] = Field([], max_length=100, description="Patterns of addresses to leave out.")
    max_pages: int = Field(10_000, ge=1, le=1_000_000, description="Pages at most, by address.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.pages and not self.sitemap:
            raise ValueError("name pages, a sitemap or both")
        return self


class WebConnector:
    """Reads pages politely. A page's version is its ETag or its date, and asked for by condition."""

    kind = "web"
    summary = "Web pages, by address or by a sitemap"
    config = WebConfig

    def snapshot(self, config: WebConfig) -> bool:
        """The pages and sitemaps name all there is."""
        del config
        return True

    async def check(self, config: WebConfig, context: ConnectorContext) -> None:
        """The sitemap, or else the first page, answers and lets robots in."""
        manners = Manners(context)
        url = config.sitemap or config.pages[0]
        try:
            answer = await get(context, url, before_hop=manners.before)
            require_success(answer.response)
        except ItemGone:
            raise ConnectorFailure("not_found", f"There is nothing at {url}.") from None
        answer.response.abort()

    async def changes(
        self, config: WebConfig, cursor: str | None, context: ConnectorContext
    ) -> AsyncIterator[Item]:
        """Every page after an address, in the order of the addresses."""
        manners = Manners(context)
        found = set(config.pages)
        if config.sitemap:
            found |= await _in_sitemaps(config, context, manners)
        wanted = sorted(url for url in found if _is_wanted(url, config))[: config.max_pages]
        for url in wanted:
            if cursor is None or url > cursor:
                yield _page(url, context, manners)


def _is_wanted(url: str, config: WebConfig) -> bool:
    taken = any(fnmatch(url, pattern) for pattern in config.include)
    return taken and not any(fnmatch(url, pattern) for pattern in config.exclude)


async def _in_sitemaps(config: WebConfig, context: ConnectorContext, manners: Manners) -> set[str]:
    """The addresses in a sitemap and those that it leads to. A sitemap names pages of its own origin."""
    assert config.sitemap is not None
    waiting, known, pages = [config.sitemap], {config.sitemap}, set[str]()
    while waiting:
        url = waiting.pop()
        further, named = await _sitemap(url, context, manners)
        pages |= {page for page in named if origin_of(page) == origin_of(url)}
        fresh = [each for each in further if each not in known]
        known |= set(fresh)
        waiting += fresh
        if len(known) > _MOST_SITEMAPS:
            raise ConnectorFailure("sitemap_too_large", f"There are more than {_MOST_SITEMAPS} sitemaps.")
    return pages


async def _sitemap(url: str, context: ConnectorContext, manners: Manners) -> tuple[list[str], list[str]]:
    """The sitemaps and the pages that a sitemap names."""
    try:
        answer = await get(context, url, before_hop=manners.before)
        require_success(answer.response)
    except ItemGone:
        raise ConnectorFailure("not_found", f"There is no sitemap at {url}.") from None
    data = await answer.response.read_whole(_SITEMAP_BYTES)
    if data.startswith(_GZIP):
        data = await asyncio.to_thread(_unpack, data)
    try:
        root = await asyncio.to_thread(parse_xml, data)
    except Refusal as error:
        raise ConnectorFailure("bad_sitemap", f"The sitemap at {url} is not valid XML.") from error
    places: list[str] = []
    for element in descendants(root, "loc"):
        place = (element.text or "").strip()
        if len(place) <= 2_000 and re.match(r"https?://", place):
            places.append(place)
    is_index = local(root) == "sitemapindex"
    return (places, []) if is_index else ([], places)


def _unpack(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            plain = packed.read(_SITEMAP_BYTES + 1)
    except (OSError, EOFError) as error:
        raise ConnectorFailure("bad_sitemap", "The sitemap is packed and cannot be unpacked.") from error
    if len(plain) > _SITEMAP_BYTES:
        raise ConnectorFailure("sitemap_too_large", f"The sitemap has more than {_SITEMAP_BYTES:,} bytes.")
    return plain


def _page(url: str, context: ConnectorContext, manners: Manners) -> Item:
    async def fetch(known: str | None) -> Content | None:
        answer = await get(context, url, headers=_condition(known), before_hop=manners.before)
        if answer.response.status == 304:
            answer.response.abort()
            return None
        require_success(answer.response)
        return Content(body(answer.response), _file_name(answer), _version(answer))

    return Item(url, fetch=fetch, metadata={"url": url}, cursor=url)


def _condition(known: str | None) -> list[tuple[str, str]]:
    name, _, value = (known or "").partition(" ")
    header = {"etag": "if-none-match", "date": "if-modified-since"}.get(name)
    return [(header, value)] if header else []


def _version(answer: Answer) -> str | None:
    headers = answer.response.headers
    if tag := headers.get("etag"):
        return f"etag {tag}"
    if date := headers.get("last-modified"):
        return f"date {date}"
    return None


def _file_name(answer: Answer) -> str:
    name = PurePosixPath(unquote(urlsplit(answer.url).path)).name or "page"
    kind = answer.response.headers.get("content-type", "").partition(";")[0].strip().lower()
    ending = _ENDINGS.get(kind, "")
    return name if name.lower().endswith(ending) else f"{name}{ending}"
