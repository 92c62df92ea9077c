"""A scripted provider, and targets that lead to it in each protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from answerable.inference.models.plan import Capability, Target
from answerable.inference.providers.adapter import UpstreamRequest
from tests.factories.upstream import Upstream

EVERYTHING = frozenset(Capability)
MakeTarget = Callable[..., Target]
Send = Callable[[UpstreamRequest], httpx.Response]


@pytest.fixture(scope="package")
def _upstream() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(_upstream: Upstream) -> Upstream:
    """The scripted provider, with nothing scripted and nothing seen."""
    _upstream.reset()
    return _upstream


@pytest.fixture
def target(upstream: Upstream) -> MakeTarget:
    """Makes targets at the scripted provider."""

    def make(kind: str = "openai", **given: object) -> Target:
        fields: dict[str, object] = {
            "provider_id": "prv_1",
            "provider": "scripted",
            "kind": kind,
            "base_url": upstream.url,
            "model": "ours",
            "upstream_model": "theirs",
            "capabilities": EVERYTHING,
            "api_key": "sk-key",
            **given,
        }
        return Target(**fields)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="package")
def _client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=90) as client:
        yield client


@pytest.fixture
def send(_client: httpx.Client) -> Send:
    """Sends what an adapter built."""

    def post(request: UpstreamRequest) -> httpx.Response:
        return _client.request(
            request.method, request.url, headers=dict(request.headers), content=request.body
        )

    return post
