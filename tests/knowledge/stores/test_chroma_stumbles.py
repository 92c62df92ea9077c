"""A Chroma that answers some searches with a fault of its own, as it does while it writes an index."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
from aiohttp import web

from answerable.kit.outbound import Outbound
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.stores.chroma import ChromaConfig, ChromaStore
from answerable.plugins.vector_stores import VectorCollection, VectorQuery, VectorStoreAway
from tests.factories.callers import Workspace

COLLECTION = VectorCollection(1, 3, "shelf")


class Chroma:
    """Speaks as much of Chroma's API as a search asks; the first `faults` searches fail."""

    def __init__(self) -> None:
        self.faults = 0
        self.searches = 0
        self.url = ""

    async def name(self, _request: web.Request) -> web.Response:
        return web.json_response({"id": "c1"})

    async def query(self, _request: web.Request) -> web.Response:
        self.searches += 1
        if self.searches <= self.faults:
            return web.json_response(
                {"error": "InternalError", "message": "Nothing found on disk"}, status=500
            )
        return web.json_response({"ids": [["7", "3"]]})


@pytest.fixture
async def chroma() -> AsyncIterator[Chroma]:
    peer = Chroma()
    app = web.Application()
    base = "/api/v2/tenants/default_tenant/databases/default_database/collections"
    app.router.add_get(f"{base}/shelf", peer.name)
    app.router.add_post(f"{base}/c1/query", peer.query)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    peer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield peer
    await runner.cleanup()


async def search(runtime: Runtime, workspace: Workspace, chroma: Chroma) -> list[int]:
    store = ChromaStore(ChromaConfig(url=chroma.url), runtime.get(Outbound))
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        query = VectorQuery(np.ones(3, dtype=np.float32), 2, session)
        return list(await store.nearest(COLLECTION, query))


@pytest.mark.parametrize("faults", [0, 1, 2])
async def test_a_search_that_made_it_stumble_is_asked_again(
    runtime: Runtime, workspace: Workspace, chroma: Chroma, faults: int
) -> None:
    chroma.faults = faults
    assert await search(runtime, workspace, chroma) == [7, 3]
    assert chroma.searches == faults + 1


async def test_a_store_that_goes_on_stumbling_is_away(
    runtime: Runtime, workspace: Workspace, chroma: Chroma
) -> None:
    chroma.faults = 9
    with pytest.raises(VectorStoreAway, match="Nothing found on disk"):
        await search(runtime, workspace, chroma)
    assert chroma.searches == 3
