"""The API's own pages work under a strict policy, and can be put into no other page."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.async_api import expect

from tests.console.conftest import OpenVisit


async def test_the_page_shows_the_api_and_breaks_no_rule(visit: OpenVisit) -> None:
    window = await visit()
    await window.open("/docs")
    await expect(window.page.get_by_text("/api/v1/ask").first).to_be_visible()
    # Below its menu stands the picture that comes from elsewhere, as it is delivered.
    await window.open("/redoc")
    await expect(window.page.get_by_text("API docs by Redocly")).to_have_count(1)
    await expect(window.page.get_by_alt_text("redocly logo")).to_have_count(0)


@pytest.mark.parametrize("path", ["/docs", "/docs/oauth2-redirect", "/redoc"])
async def test_scripts_are_those_served_here_or_named_by_their_hashes(
    client: httpx.AsyncClient, path: str
) -> None:
    page = await client.get(path)
    policy = page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts is not None
    assert "unsafe" not in scripts[1]
    assert page.text.count("<script>") == scripts[1].count("'sha256-")
    assert "content-security-policy" not in (await client.get("/openapi.json")).headers


async def test_redocs_script_names_no_picture_elsewhere_and_is_whole(client: httpx.AsyncClient) -> None:
    page = await client.get("/redoc")
    found = re.search(r'src="([^"]*redoc[^"]*)"', page.text)
    assert found is not None
    for headers in ({}, {"Range": "bytes=0-10"}):
        script = await client.get(found[1], headers=headers)
        assert (script.status_code, int(script.headers["content-length"])) == (200, len(script.content))
        assert "logo-mini.svg" not in script.text
        assert 'src:"data:,"' in script.text
    known = await client.get(found[1], headers={"If-None-Match": script.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert (await client.head(found[1])).status_code == 200
