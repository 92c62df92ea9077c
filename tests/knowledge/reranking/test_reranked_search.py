"""Searches whose order a reranker has the last word on, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from answerable.kit.outbound import Outbound
from answerable.kit.runtime import Runtime
from answerable.kit.settings import RerankerSettings
from answerable.knowledge.reranking import Reranker, RerankerAway
from answerable.knowledge.reranking.cross_encoder import CrossEncoder, convert_cross_encoder
from answerable.knowledge.reranking.remote import RemoteReranker
from answerable.knowledge.reranking.reranker import LocalReranker
from tests.factories.callers import Caller, Workspace
from tests.knowledge.embedding.tiny_model import make_model
from tests.knowledge.library import OIL, OXYGEN, RETURNS, put
from tests.knowledge.reranking.server import RerankServer, serve

QUERY = "Who discovered oxygen?"


def by_refunds(_query: str, text: str) -> float:
    """Rates what speaks of refunds highest, whatever was asked."""
    return 0.9 if "Refunds" in text else 0.25 + len(text) / 10_000


@pytest.fixture
def server() -> Iterator[RerankServer]:
    with serve(RerankServer(by_refunds)) as running:
        yield running


class Use:
    """Lets the app use a reranker for a while."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def remote(self, server: RerankServer, **settings: object) -> Reranker:
        path = "/rerank" if settings.get("protocol", "tei") == "tei" else "/v2/rerank"
        given = RerankerSettings.model_validate({"url": server.url + path, **settings})
        scorer = RemoteReranker(self._runtime.get(Outbound), str(given.url), given)
        return self.this(Reranker(scorer, given))

    def this(self, reranker: Reranker) -> Reranker:
        self._runtime._made[Reranker] = reranker
        return reranker


@pytest.fixture
def use(runtime: Runtime) -> Iterator[Use]:
    yield Use(runtime)
    runtime._made.pop(Reranker, None)


async def searched(caller: Caller, **options: object) -> dict:
    answer = await caller.post("/api/v1/search", json={"query": QUERY, **options})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def fill(runtime: Runtime, workspace: Workspace) -> None:
    for text in (OIL, OXYGEN, RETURNS):
        await put(runtime, workspace.id, text)


@pytest.mark.parametrize("protocol", ["tei", "cohere"])
async def test_the_reranker_has_the_last_word(
    runtime: Runtime, workspace: Workspace, server: RerankServer, use: Use, protocol: str
) -> None:
    await fill(runtime, workspace)
    use.remote(server, protocol=protocol, key="secret", model="judge" if protocol == "cohere" else None)
    plain = await searched(workspace.owner, rerank=False)
    assert plain["results"][0]["text"] == OXYGEN
    assert server.requests == []
    found = await searched(workspace.owner, rerank=True, explain=True, limit=2)
    assert found["results"][0]["text"] == RETURNS
    assert len(found["results"]) == 2
    assert found["warnings"] == []
    first = found["results"][0]
    assert first["score"] == first["stages"]["reranked"]["score"] == 0.9
    assert first["stages"]["reranked"]["rank"] == 1
    assert first["stages"]["sentences"]["rank"] > 1
    (asked,) = server.requests
    assert asked["query"] == QUERY
    assert len(asked.get("texts", asked.get("documents"))) == 3
    assert server.headers[0]["authorization"] == "Bearer secret"
    assert asked.get("model") == ("judge" if protocol == "cohere" else None)


@pytest.mark.parametrize(
    "broken",
    [
        {"status": 500},
        {"status": 401},
        {"status": 429},
        {"body": b"not json"},
        {"body": b'[{"index": 0, "score": 1.0}]'},
        {"body": b'[{"index": 0, "score": 1}, {"index": 1, "score": 1}, {"index": 7, "score": 1}]'},
        {"stuck": True},
    ],
)
async def test_a_reranker_that_fails_or_is_slow_leaves_the_order_with_a_warning(
    runtime: Runtime, workspace: Workspace, server: RerankServer, use: Use, broken: dict
) -> None:
    await fill(runtime, workspace)
    for name, value in broken.items():
        setattr(server, name, value)
    use.remote(server, seconds=0.2)
    plain = await searched(workspace.owner)
    found = await searched(workspace.owner, rerank=True)
    assert found["results"] == plain["results"]
    assert len(found["warnings"]) == 1
    assert found["warnings"][0].endswith("The order is the one without it.")


async def test_without_a_reranker_the_order_stays_and_the_answer_says_so(
    runtime: Runtime, workspace: Workspace
) -> None:
    await fill(runtime, workspace)
    found = await searched(workspace.owner, rerank=True)
    assert found["results"] == (await searched(workspace.owner))["results"]
    assert "no reranker" in found["warnings"][0]


async def test_a_reranker_that_keeps_failing_is_not_asked_for_a_while(
    runtime: Runtime, server: RerankServer
) -> None:
    now = [100.0]
    settings = RerankerSettings(url=f"{server.url}/rerank")
    scorer = RemoteReranker(runtime.get(Outbound), f"{server.url}/rerank", settings)
    reranker = Reranker(scorer, settings, clock=lambda: now[0])
    server.status = 500
    for _ in range(6):
        with pytest.raises(RerankerAway):
            await reranker.scores("q", ["a"])
    assert len(server.requests) == 3
    server.status = 200
    with pytest.raises(RerankerAway, match="failed lately"):
        await reranker.scores("q", ["a"])
    now[0] += 10
    assert len(await reranker.scores("q", ["a", "b"])) == 2
    assert len(server.requests) == 4


async def test_a_cross_encoder_of_this_machine_orders_results(
    runtime: Runtime, workspace: Workspace, use: Use, tmp_path: Path
) -> None:
    await fill(runtime, workspace)
    make_model(tmp_path / "source", head=True)
    model = CrossEncoder(convert_cross_encoder(tmp_path / "source", tmp_path / "models"))
    local = LocalReranker(lambda: model)
    use.this(Reranker(local, RerankerSettings(seconds=60)))
    found = await searched(workspace.owner, rerank=True, explain=True)
    local.close()
    scores = [result["stages"]["reranked"]["score"] for result in found["results"]]
    assert scores == sorted(scores, reverse=True)
    # In int8 a score depends a little on the texts beside it; random weights leave little between them.
    assert sorted(scores) == pytest.approx(sorted(model.scores(QUERY, [OIL, OXYGEN, RETURNS])), abs=0.05)
    assert found["warnings"] == []


async def test_files_that_are_no_reranker_leave_the_order_with_a_warning(
    runtime: Runtime, workspace: Workspace, use: Use, tmp_path: Path
) -> None:
    await fill(runtime, workspace)
    make_model(tmp_path / "source")
    local = LocalReranker(
        lambda: CrossEncoder(convert_cross_encoder(tmp_path / "source", tmp_path / "models"))
    )
    use.this(Reranker(local, RerankerSettings(seconds=60)))
    found = await searched(workspace.owner, rerank=True)
    local.close()
    assert found["results"]
    assert "could not be used" in found["warnings"][0]
