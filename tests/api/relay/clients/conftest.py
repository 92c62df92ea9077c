"""One workspace for all clients: a model at a scripted provider of each protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anthropic
import httpx
import openai
import pytest

from tests.api.relay.gateway import Bed, new_bed
from tests.factories.upstream import Upstream

KINDS = ("openai", "anthropic", "gemini")
CAPABLE = ["chat", "tools", "json_schema", "images"]


@pytest.fixture(scope="session")
async def gateway_bed(
    relay_client: httpx.AsyncClient, relay_url: str, admin_url: str, upstream_server: Upstream
) -> AsyncIterator[Bed]:
    """A workspace whose models are named after the protocols of their providers."""
    bed = await new_bed(relay_client, relay_url, admin_url)
    for kind in KINDS:
        base = upstream_server.openai_url if kind == "openai" else upstream_server.url
        models: list[object] = [
            {"name": f"{kind}-chat", "capabilities": CAPABLE},
            {"name": f"{kind}-chat-*", "capabilities": CAPABLE},
        ]
        if kind == "openai":
            models.append({"name": "native-chat-*", "capabilities": [*CAPABLE, "responses"]})
        if kind != "anthropic":
            models.append({"name": f"{kind}-embed", "upstream_name": "emb", "capabilities": ["embeddings"]})
            models.append({"name": f"{kind}-voice", "upstream_name": "tts", "capabilities": ["speech"]})
        answer = await bed.owner.post(
            "/api/v1/providers",
            json={"name": kind, "kind": kind, "base_url": base, "api_key": "sk-test", "models": models},
        )
        assert answer.status_code == 201, answer.text
    yield bed
    await bed.client.aclose()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The protocol of the provider behind the model, each in turn."""
    kind: str = request.param
    return kind


@pytest.fixture
def model(kind: str, unique: str, upstream: Upstream) -> str:
    """A model at that provider that no other test has made unhealthy."""
    return f"{kind}-chat-{unique}"


@pytest.fixture(scope="session")
async def openai_client(gateway_bed: Bed) -> AsyncIterator[openai.AsyncOpenAI]:
    """OpenAI's own client with nothing changed but its address and key."""
    async with openai.AsyncOpenAI(
        base_url=f"{gateway_bed.url}/v1", api_key=gateway_bed.key, max_retries=0
    ) as client:
        yield client


@pytest.fixture(scope="session")
async def anthropic_client(gateway_bed: Bed) -> AsyncIterator[anthropic.AsyncAnthropic]:
    """Anthropic's own client with nothing changed but its address and key."""
    async with anthropic.AsyncAnthropic(
        base_url=gateway_bed.url, api_key=gateway_bed.key, max_retries=0
    ) as client:
        yield client


@pytest.fixture(scope="session")
async def wire() -> AsyncIterator[httpx.AsyncClient]:
    """The connections of clients that never close theirs."""
    async with httpx.AsyncClient(timeout=90) as client:
        yield client
