"""Web pages and sitemaps, from a real HTTP server on loopback."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import replace

import pytest

from answerable.kit.outbound import FailedStage, Outbound, OutboundFailure
from answerable.knowledge.sources.connectors.web import WebConnector
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure, ItemGone
from tests.factories.callers import Caller
from tests.factories.web_server import Page, WebServer
from tests.knowledge.sources.connectors.listing import fetched, listed, version_of
from tests.knowledge.sources.syncing import add_source, documents, sync, text_of

CONNECTOR = WebConnector()


def urlset(*urls: str) -> str:
    """A sitemap of pages."""
    places = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'


@pytest.mark.usefixtures("worker")
async def test_a_site_is_kept_in_step_with_conditional_requests(owner: Caller, web: WebServer) -> None:
    web.put("/robots.txt", "User-agent: *\nDisallow: /private/")
    web.put("/tea", "<title>Tea</title><h1>Tea</h1><p>Green tea is brewed at 70 degrees.</p>", etag='"1"')
    web.put("/secret", "<p>Not for robots</p>")
    pages = [f"{web.url}/tea", f"{web.url}/coffee", f"{web.url}/private/x"]
    web.put("/coffee", "<title>Coffee</title><p>Coffee is brewed at 94 degrees.</p>", etag='"1"')
    source = await add_source(owner, "web", pages=pages)
    run = await sync(owner, source)
    assert (run["counts"]["added"], run["counts"]["failed"]) == (2, 1)
    assert [(error["item_id"], error["code"]) for error in run["errors"]] == [(pages[2], "robots")]
    assert web.asked("/private/x") == []
    found = await documents(owner, source)
    assert "70 degrees" in await text_of(owner, found["tea.html"])
    assert found["tea.html"]["title"] == "Tea"

    web.put("/coffee", "<title>Coffee</title><p>Coffee is brewed at 92 degrees.</p>", etag='"2"')
    run = await sync(owner, source)
    assert (run["counts"]["unchanged"], run["counts"]["changed"]) == (1, 1)
    assert web.asked("/tea")[-1].headers["if-none-match"] == '"1"'
    del web.pages["/tea"]
    assert (await sync(owner, source))["counts"]["deleted"] == 1


async def test_sitemaps_lead_to_pages_of_their_own_site(web: WebServer, context: ConnectorContext) -> None:
    web.put("/index.xml", f"<sitemapindex><sitemap><loc>{web.url}/a.xml.gz</loc></sitemap>"
                          f"<sitemap><loc>{web.url}/b.xml</loc></sitemap></sitemapindex>")  # fmt: skip
    web.put("/a.xml.gz", gzip.compress(urlset(f"{web.url}/2", f"{web.url}/1").encode()))
    web.put("/b.xml", urlset(f"{web.url}/3", "http://elsewhere.example/4", "ftp://x/5"))
    found = await listed(CONNECTOR, context, sitemap=f"{web.url}/index.xml", exclude=["*/3"])
    assert [item.id for item in found] == [f"{web.url}/1", f"{web.url}/2"]
    rest = await listed(CONNECTOR, context, found[0].cursor, sitemap=f"{web.url}/index.xml")
    assert [item.id for item in rest] == [f"{web.url}/2", f"{web.url}/3"]


@pytest.mark.parametrize(
    "sitemap",
    [
        b"not xml",
        b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><urlset>&c;</urlset>',
        gzip.compress(b"<urlset/>", mtime=0)[:-9],
    ],
)
async def test_a_sitemap_that_is_none_is_told(
    web: WebServer, context: ConnectorContext, sitemap: bytes
) -> None:
    web.put("/s.xml", sitemap)
    with pytest.raises(ConnectorFailure) as caught:
        await listed(CONNECTOR, context, sitemap=f"{web.url}/s.xml")
    assert caught.value.code == "bad_sitemap"


async def test_neither_an_address_nor_a_redirect_leads_inside(
    web: WebServer, context: ConnectorContext
) -> None:
    inside = f"http://localhost:{web.port}/inside"
    web.put("/inside", "secret")
    web.pages["/way"] = Page(status=302, headers={"location": inside})
    elsewhere = (
        "http://169.254.169.254/",
        "http://[::1]/",
        "http://127.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/",
    )
    for url in (inside, f"{web.url}/way", *elsewhere):
        (item,) = await listed(CONNECTOR, context, pages=[url])
        with pytest.raises(OutboundFailure) as caught:
            await fetched(item)
        assert caught.value.stage is FailedStage.ADDRESS, url
    assert web.asked("/inside") == []


async def test_a_name_that_changes_its_address_does_not_lead_inside(
    web: WebServer, context: ConnectorContext
) -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    async def resolve(host: str, port: int) -> Sequence[str]:
        return next(answers)

    web.put("/inside", "secret")
    outbound = Outbound(resolve=resolve)
    guarded = replace(context, outbound=outbound, private_hosts=())
    (item,) = await listed(CONNECTOR, guarded, pages=[f"http://rebinding.example:{web.port}/inside"])
    stages = []
    for _ in range(2):  # the public address is not there for tests; the private one is refused
        with pytest.raises((OutboundFailure, ConnectorFailure)) as caught:
            await fetched(item)
        stages.append(getattr(caught.value, "stage", None))
    outbound.close()
    assert stages[1] is FailedStage.ADDRESS
    assert web.requests == []


async def test_redirects_are_followed_within_bounds_and_robots_asked_at_each(
    web: WebServer, context: ConnectorContext
) -> None:
    web.put("/robots.txt", "User-agent: AnswerableBot\nDisallow: /no")
    web.put("/end", "<p>Arrived</p>")
    web.pages["/start"] = Page(status=301, headers={"location": "/end"})
    web.pages["/round"] = Page(status=302, headers={"location": "/round"})
    web.pages["/sly"] = Page(status=302, headers={"location": "/no"})
    names = ("start", "round", "sly", "gone")
    found = await listed(CONNECTOR, context, pages=[f"{web.url}/{name}" for name in names])
    by_name = {item.id.rpartition("/")[2]: item for item in found}
    assert await fetched(by_name["start"]) == b"<p>Arrived</p>"
    for name, code in (("round", "too_many_redirects"), ("sly", "robots")):
        with pytest.raises(ConnectorFailure) as caught:
            await fetched(by_name[name])
        assert caught.value.code == code
    with pytest.raises(ItemGone):
        await fetched(by_name["gone"])


async def test_a_date_serves_where_there_is_no_tag(web: WebServer, context: ConnectorContext) -> None:
    date = "Sat, 21 Nov 2026 08:00:00 GMT"
    web.put("/dated", "<p>Dated</p>", last_modified=date)
    (item,) = await listed(CONNECTOR, context, pages=[f"{web.url}/dated"])
    version = await version_of(item)
    await item.fetch(version)
    assert web.asked("/dated")[-1].headers["if-modified-since"] == date


async def test_a_site_whose_rules_cannot_be_had_is_left_alone_for_now(
    web: WebServer, context: ConnectorContext
) -> None:
    web.pages["/robots.txt"] = Page(status=503)
    (item,) = await listed(CONNECTOR, context, pages=[f"{web.url}/a"])
    with pytest.raises(ConnectorFailure) as caught:
        await fetched(item)
    assert (caught.value.code, caught.value.retryable) == ("robots_unreachable", True)
    assert web.asked("/a") == []
