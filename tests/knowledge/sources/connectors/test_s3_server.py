"""A bucket of a real S3-compatible server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from answerable.knowledge.sources.connectors.s3 import S3Connector
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure
from tests.factories.callers import Caller
from tests.factories.servers import free_port
from tests.factories.waiting import wait_until
from tests.knowledge.sources.connectors.listing import fetched, listed
from tests.knowledge.sources.syncing import add_source, documents, items, sync, text_of

CONNECTOR = S3Connector()
KEYS = {"access_key": "name", "secret_key": "needle"}
# The server lets whoever names a key write; that requests are signed right is tested beside this.
_NAMED = (
    "AWS4-HMAC-SHA256 Credential=name/20261101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3-compatible server of this module's own."""
    program = Path(sys.prefix) / "s3-server" / "bin" / "moto_server"
    if not program.exists():
        pytest.skip("the S3 server is not installed: 'make test' does so")
    port = free_port()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([str(program), "-H", "127.0.0.1", "-p", str(port)], stdout=quiet, stderr=quiet)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: _answers(url), seconds=60)
    yield url
    process.terminate()
    process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code < 500
    except httpx.HTTPError:
        return False


class Bucket:
    """A bucket that a test writes to."""

    def __init__(self, server: str, name: str) -> None:
        self.place: dict[str, object] = {"endpoint": server, "bucket": name, **KEYS}
        self._http = httpx.Client(base_url=f"{server}/{name}", headers={"authorization": _NAMED}, timeout=30)
        self._http.put("").raise_for_status()

    def put(self, key: str, content: str) -> None:
        self._http.put(f"/{quote(key)}", content=content.encode()).raise_for_status()

    def delete(self, key: str) -> None:
        self._http.delete(f"/{quote(key)}").raise_for_status()

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def bucket(server: str, unique: str) -> Iterator[Bucket]:
    bucket = Bucket(server, f"notes-{unique}".lower())
    yield bucket
    bucket.close()


@pytest.mark.usefixtures("worker")
async def test_a_bucket_of_a_real_server_is_kept_in_step(owner: Caller, bucket: Bucket) -> None:
    for name in ("a b/ü+1.md", "b&c.md", "d.md"):
        bucket.put(name, f"The object called {name}.")
    source = await add_source(owner, "s3", **bucket.place)
    assert (await sync(owner, source))["counts"]["added"] == 3
    found = await documents(owner, source)
    assert await text_of(owner, found["b&c.md"]) == "The object called b&c.md."
    bucket.put("d.md", "The object called d, written anew.")
    bucket.delete("b&c.md")
    counts = (await sync(owner, source))["counts"]
    assert (counts["changed"], counts["unchanged"], counts["deleted"]) == (1, 1, 1)
    assert set(await items(owner, source)) == {"a b/ü+1.md", "d.md"}


async def test_a_listing_of_more_than_one_page_is_whole_from_any_key_on(
    bucket: Bucket, context: ConnectorContext
) -> None:
    for number in range(1_005):
        bucket.put(f"x/{number:04d}.md", "x")
    bucket.put("y.md", "y")
    found = await listed(CONNECTOR, context, **bucket.place, prefix="x/")
    assert [item.id for item in found] == [f"x/{number:04d}.md" for number in range(1_005)]
    rest = await listed(CONNECTOR, context, found[999].cursor, **bucket.place)
    assert [item.id for item in rest] == [*(item.id for item in found[1_000:]), "y.md"]
    assert await fetched(rest[-1]) == b"y"


async def test_a_bucket_that_is_not_there_is_told(bucket: Bucket, context: ConnectorContext) -> None:
    with pytest.raises(ConnectorFailure) as caught:
        await listed(CONNECTOR, context, **{**bucket.place, "bucket": "none-of-these"})
    assert caught.value.code == "no_bucket"
