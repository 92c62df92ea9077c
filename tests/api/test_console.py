"""How the console's files reach a browser, and the policy that they run under."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from answerable.api.console import Console

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """What a build leaves."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text(
        '<meta name="csp-nonce" content="%CSP_NONCE%"><script src="/theme.js"></script>', encoding="utf-8"
    )
    (tmp_path / "theme.js").write_text("let theme;", encoding="utf-8")
    (assets / "page-a1b2.js").write_text("let page;", encoding="utf-8")
    (assets / "page-a1b2.js.gz").write_bytes(gzip.compress(b"let page;"))
    return tmp_path


@pytest.fixture
async def console(files: Path, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The application with those files before it."""
    served = Console(app, segments={"api", "docs", "health"}, folder=files)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(served), base_url="http://localhost"
    ) as client:
        yield client


async def test_a_page_address_gives_the_page_and_an_api_address_never_does(
    console: httpx.AsyncClient,
) -> None:
    for address in ("/", "/documents/doc_1", "/no/such/page"):
        page = await console.get(address, headers=HTML)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for address in ("/api/v1/nothing", "/api/v1/documents", "/api"):
        answer = await console.get(address, headers=HTML)
        assert answer.headers["content-type"] == "application/problem+json", address
    assert (await console.get("/docs", headers=HTML)).text.count("swagger")


async def test_what_is_no_page_for_a_browser_stays_not_found(console: httpx.AsyncClient) -> None:
    for method, headers in (("GET", {}), ("GET", {"Accept": "application/json"}), ("POST", HTML)):
        answer = await console.request(method, "/no/such/page", headers=headers)
        assert answer.status_code in (404, 405), (method, headers)
    assert (await console.get("/assets/gone-1234.js")).status_code == 404
    assert (await console.get("/assets/../index.html")).status_code == 404


async def test_the_policy_lets_nothing_in_from_elsewhere_and_no_inline_script(
    console: httpx.AsyncClient,
) -> None:
    page = await console.get("/", headers=HTML)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not re.search(r"unsafe|http|\*", page.headers["content-security-policy"])
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_a_worker_runs_what_is_served_here_and_fetches_nothing(console: httpx.AsyncClient) -> None:
    page = await console.get("/", headers=HTML)
    assert "worker-src 'self'" in page.headers["content-security-policy"]
    script = await console.get("/assets/page-a1b2.js")
    policy = script.headers["content-security-policy"]
    assert policy == "default-src 'none'; script-src 'self'; font-src 'self'; frame-ancestors 'none'"


async def test_each_page_has_a_nonce_of_its_own_that_the_policy_names(console: httpx.AsyncClient) -> None:
    nonces = set()
    for _ in range(3):
        page = await console.get("/", headers=HTML)
        found = re.search(r'content="([^"]+)"', page.text)
        assert found is not None
        assert f"'nonce-{found[1]}'" in page.headers["content-security-policy"]
        nonces.add(found[1])
    assert len(nonces) == 3


async def test_hashed_files_are_kept_for_good_and_pages_are_not(console: httpx.AsyncClient) -> None:
    assert (await console.get("/assets/page-a1b2.js")).headers["cache-control"].endswith("immutable")
    assert (await console.get("/theme.js")).headers["cache-control"] == "no-cache"
    assert (await console.get("/", headers=HTML)).headers["cache-control"] == "no-store"


async def test_a_browser_gets_the_packed_file_that_it_takes(console: httpx.AsyncClient) -> None:
    packed = await console.get("/assets/page-a1b2.js", headers={"Accept-Encoding": "br, gzip"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", "let page;")
    plain = await console.get("/assets/page-a1b2.js", headers={"Accept-Encoding": "identity"})
    assert ("content-encoding" not in plain.headers, plain.text) == (True, "let page;")
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"


async def test_a_server_without_built_files_serves_the_api_alone(tmp_path: Path) -> None:
    served = Console(PlainTextResponse("the API"), segments={"api"}, folder=tmp_path)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(served), base_url="http://localhost"
    ) as client:
        assert (await client.get("/", headers=HTML)).text == "the API"
