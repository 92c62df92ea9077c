"""Any API that lists things as JSON over HTTP, described by configuration."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr

from answerable.knowledge.sources.connectors.web_requests import get, origin_of, require_success
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, Content, Item, ItemGone

_PAGE_BYTES = 50_000_000
_ENDINGS = {"text": ".txt", "markdown": ".md", "html": ".html"}
_PATH = r"^[^.\x00]*(\.[^.\x00]+)*$"


class JsonApiConfig(BaseModel):
    """Paths are names joined by dots; `""` is the whole answer. At most one way of paging is given."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=2_000, description="Address of the first page.")
    items_path: str = Field("", pattern=_PATH, description="Where in a page the list of items is.")
    id_path: str = Field("id", pattern=_PATH, description="Where in an item its id is.")
    title_path: str | None = Field(None, pattern=_PATH, description="Where its title is.")
    text_paths: list[str] = Field(
        min_length=1, max_length=20, description="Where its texts are; several are joined as paragraphs."
    )
    text_format: Literal["text", "markdown", "html"] = Field("text", description="What the texts are.")
    version_path: str | None = Field(
        None, pattern=_PATH, description="What changes with it, such as the time of its last update."
    )
    next_path: str | None = Field(
        None, pattern=_PATH, description="Where in a page the next one's address is, or its token."
    )
    next_parameter: str | None = Field(
        None, max_length=100, description="Parameter that takes the token; unset: it is an address."
    )
    page_parameter: str | None = Field(
        None, max_length=100, description="Parameter that counts pages, until one is empty."
    )
    first_page: int = Field(1, ge=0, description="What it begins with.")
    auth_header: str = Field("authorization", pattern=r"^[A-Za-z0-9-]+$", description="Header of the secret.")
    auth_value: SecretStr | None = Field(None, description="The secret, such as `Bearer …`.")
    max_pages: int = Field(10_000, ge=1, le=1_000_000, description="Pages at most.")


class JsonApiConnector:
    """Goes from page to page; the position is the page that is being read."""

    kind = "json_api"
    summary = "Items that an HTTP API lists as JSON"
    config = JsonApiConfig

    def snapshot(self, config: JsonApiConfig) -> bool:
        """The pages name all there is."""
        del config
        return True

    async def check(self, config: JsonApiConfig, context: ConnectorContext) -> None:
        """The first page has items with ids and texts."""
        for found in _items_of(await _load(config, context, _first(config)), config)[:1]:
            _item(found, config, None)

    async def changes(
        self, config: JsonApiConfig, cursor: str | None, context: ConnectorContext
    ) -> AsyncIterator[Item]:
        """Every item from a page on."""
        place: str | None = cursor or _first(config)
        visited: set[str] = set()
        while place is not None:
            if place in visited or len(visited) >= config.max_pages:
                raise ConnectorFailure("endless_pages", "The pages do not end, or lead in a circle.")
            visited.add(place)
            page = await _load(config, context, place)
            found = _items_of(page, config)
            for each in found:
                yield _item(each, config, place)
            place = _next(page, found, config, place)


def _first(config: JsonApiConfig) -> str:
    if config.page_parameter:
        return _with(config.url, config.page_parameter, str(config.first_page))
    return config.url


async def _load(config: JsonApiConfig, context: ConnectorContext, url: str) -> JsonValue:
    secret: list[tuple[str, str]] = []
    if config.auth_value is not None and origin_of(url) == origin_of(config.url):
        secret = [(config.auth_header, config.auth_value.get_secret_value())]
    try:
        answer = await get(context, url, headers=[("accept", "application/json")], secret_headers=secret)
        require_success(answer.response)
    except ItemGone:
        raise ConnectorFailure("not_found", f"There is nothing at {url}.") from None
    data = await answer.response.read_whole(_PAGE_BYTES)
    try:
        page: JsonValue = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ConnectorFailure("not_json", f"The answer of {url} is not JSON.") from error
    return page


def _at(value: JsonValue, path: str) -> JsonValue:
    for name in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _items_of(page: JsonValue, config: JsonApiConfig) -> list[JsonValue]:
    found = _at(page, config.items_path)
    if not isinstance(found, list):
        raise ConnectorFailure("no_items", f"There is no list at '{config.items_path}'. Check items_path.")
    return found


def _next(page: JsonValue, found: list[JsonValue], config: JsonApiConfig, place: str) -> str | None:
    if config.page_parameter:
        number = dict(parse_qsl(urlsplit(place).query)).get(config.page_parameter, "")
        return _with(place, config.page_parameter, str(int(number) + 1)) if found else None
    token = _at(page, config.next_path) if config.next_path is not None else None
    if not isinstance(token, str | int) or isinstance(token, bool) or token == "":
        return None
    if config.next_parameter:
        return _with(config.url, config.next_parameter, str(token))
    return urljoin(place, str(token))


def _with(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    others = [(key, each) for key, each in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*others, (name, value)])))


def _item(found: JsonValue, config: JsonApiConfig, place: str | None) -> Item:
    name = _at(found, config.id_path)
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise ConnectorFailure("no_id", f"An item has no id at '{config.id_path}'. Check id_path.")
    title = _at(found, config.title_path) if config.title_path is not None else None
    texts = [_at(found, path) for path in config.text_paths]
    parts = [text if isinstance(text, str) else json.dumps(text) for text in texts if text is not None]
    data = "\n\n".join(parts).encode("utf-8", "replace")
    version = _at(found, config.version_path) if config.version_path is not None else None
    digest = hashlib.sha256(data).hexdigest()

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    async def fetch(_known: str | None) -> Content | None:
        return Content(chunks(), f"{name}{_ENDINGS[config.text_format]}")

    return Item(
        str(name),
        title=title if isinstance(title, str) else None,
        fetch=fetch,
        version=digest if version is None else json.dumps(version)[:500],
        cursor=place,
    )
