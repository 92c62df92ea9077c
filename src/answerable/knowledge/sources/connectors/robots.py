"""Manners on other people's web sites: robots.txt (RFC 9309) and a pause between two requests."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from urllib.robotparser import RobotFileParser

from answerable.knowledge.sources.connectors.web_requests import USER_AGENT, get, origin_of
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure

_MOST_BYTES = 512 * 1024
_LONGEST_DELAY = 30.0
_Origin = tuple[str, str, int | None]


@dataclass(slots=True)
class _Site:
    rules: RobotFileParser | None = None
    pause: float = 0.0
    next_at: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Manners:
    """What one listing knows of the sites that it visits."""

    def __init__(self, context: ConnectorContext) -> None:
        self._context = context
        self._sites: dict[_Origin, _Site] = {}

    async def before(self, url: str) -> None:
        """Wait for the site's turn. ConnectorFailure when its robots.txt keeps us out, or cannot be had."""
        origin = origin_of(url)
        site = self._sites.setdefault(origin, _Site())
        async with site.turn:
            if site.rules is None:
                site.rules = await self._read(origin)
                asked = site.rules.crawl_delay(USER_AGENT)
                site.pause = max(self._context.politeness_seconds, min(float(asked or 0), _LONGEST_DELAY))
            if not site.rules.can_fetch(USER_AGENT, url):
                raise ConnectorFailure("robots", "The site's robots.txt asks robots not to read this page.")
            await asyncio.sleep(max(0.0, site.next_at - time.monotonic()))
            site.next_at = time.monotonic() + site.pause

    async def _read(self, origin: _Origin) -> RobotFileParser:
        scheme, host, port = origin
        name = f"[{host}]" if ":" in host else host
        answer = await get(self._context, f"{scheme}://{name}:{port}/robots.txt")
        response, rules = answer.response, RobotFileParser()
        if response.status >= 500 or response.status == 429:
            response.abort()
            raise ConnectorFailure(
                "robots_unreachable", f"The site's robots.txt answers {response.status}.", retryable=True
            )
        lines: list[str] = []
        if 200 <= response.status < 300:
            lines = (await response.read_whole(_MOST_BYTES)).decode("utf-8", "replace").splitlines()
        else:
            response.abort()  # RFC 9309, section 2.3.1.3: one that is not there forbids nothing
        rules.parse(lines)
        return rules
