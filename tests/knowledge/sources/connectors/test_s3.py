"""S3-compatible buckets: a server on loopback that checks each signature, and AWS's own examples."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

from answerable.knowledge.sources.connectors.s3 import S3Connector
from answerable.knowledge.sources.connectors.sigv4 import Credentials, canonical_query, sign
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure
from tests.factories.callers import Caller
from tests.factories.web_server import Page, Request, WebServer
from tests.knowledge.sources.connectors.listing import fetched, listed
from tests.knowledge.sources.syncing import add_source, documents, items, sync

CONNECTOR = S3Connector()
CREDENTIALS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
MOMENT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"


class Store:
    """A bucket called `notes`; a page of its listing has two keys."""

    def __init__(self, web: WebServer) -> None:
        self.objects: dict[str, bytes] = {}
        self._web = web
        web.answer = self._answer

    @property
    def config(self) -> dict[str, object]:
        """What a source needs to read it."""
        return {
            "endpoint": self._web.url, "bucket": "notes",
            "access_key": CREDENTIALS.access_key, "secret_key": CREDENTIALS.secret_key,
        }  # fmt: skip

    def _answer(self, request: Request) -> Page:
        parts = urlsplit(request.target)
        stamp = request.headers["x-amz-date"]
        moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        wanted = dict(
            sign(
                CREDENTIALS,
                host=request.headers["host"],
                path=parts.path,
                query=parts.query,
                moment=moment,
            )
        )
        if request.headers["authorization"] != wanted["authorization"]:
            return Page(b"<Error><Code>SignatureDoesNotMatch</Code></Error>", 403)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/notes":
            return Page(self._list(query).encode())
        key = _unquoted(parts.path.removeprefix("/notes/"))
        return Page(self.objects[key]) if key in self.objects else Page(status=404)

    def _list(self, query: dict[str, str]) -> str:
        after = query.get("continuation-token") or query.get("start-after", "")
        keys = [
            key for key in sorted(self.objects) if key.startswith(query.get("prefix", "")) and key > after
        ]
        shown = keys[:2]
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><ETag>&quot;{hash(self.objects[key])}&quot;</ETag>"
            "<LastModified>2026-11-20T08:00:00.000Z</LastModified></Contents>"
            for key in shown
        )
        more = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if keys[2:] else ""
        truncated = "true" if more else "false"
        return f"<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{more}{contents}</ListBucketResult>"


def _unquoted(path: str) -> str:
    return next(iter(parse_qs(f"a={path.replace('+', '%2B')}").get("a", [""])))


@pytest.fixture
def store(web: WebServer) -> Store:
    return Store(web)


@pytest.mark.parametrize(
    ("path", "query", "extra", "signature"),
    [
        (
            "/test.txt",
            {},
            [("range", "bytes=0-9")],
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "/",
            {"max-keys": "2", "prefix": "J"},
            [],
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
        ("/", {"lifecycle": ""}, [], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    ],
)
def test_signatures_equal_those_of_awss_examples(
    path: str, query: dict[str, str], extra: list[tuple[str, str]], signature: str
) -> None:
    headers = dict(
        sign(CREDENTIALS, host=HOST, path=path, query=canonical_query(query), moment=MOMENT, extra=extra)
    )
    assert headers["authorization"].endswith(f"Signature={signature}")


@pytest.mark.usefixtures("worker")
async def test_a_bucket_is_kept_in_step(owner: Caller, store: Store) -> None:
    names = ["a b/ü+1.md", "b.md", "c.md", "d.md", "e/"]
    store.objects = {name: f"Object {name}.".encode() for name in names}
    source = await add_source(owner, "s3", **store.config)
    assert source["secrets"] == ["secret_key"]
    assert (await sync(owner, source))["counts"]["added"] == 4
    assert set(await documents(owner, source)) == {"ü+1.md", "b.md", "c.md", "d.md"}
    store.objects["c.md"] = b"Object c, changed."
    del store.objects["d.md"]
    counts = (await sync(owner, source))["counts"]
    assert (counts["changed"], counts["unchanged"], counts["deleted"]) == (1, 2, 1)
    assert set(await items(owner, source)) == {"a b/ü+1.md", "b.md", "c.md"}


async def test_a_listing_goes_on_after_a_key_and_below_a_prefix(
    store: Store, context: ConnectorContext
) -> None:
    store.objects = {f"x/{number}.md": b"x" for number in range(5)} | {"y.md": b"y"}
    found = await listed(CONNECTOR, context, **store.config, prefix="x/", exclude=["*/3.md"])
    assert [item.id for item in found] == ["x/0.md", "x/1.md", "x/2.md", "x/4.md"]
    rest = await listed(CONNECTOR, context, found[2].cursor, **store.config)
    assert [item.id for item in rest] == ["x/3.md", "x/4.md", "y.md"]
    assert await fetched(found[0]) == b"x"


async def test_a_wrong_secret_is_told(store: Store, context: ConnectorContext) -> None:
    with pytest.raises(ConnectorFailure) as caught:
        await listed(CONNECTOR, context, **{**store.config, "secret_key": "wrong"})
    assert (caught.value.code, caught.value.retryable) == ("refused", False)
