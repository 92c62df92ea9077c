"""Calls that mean the same, and stores that are slow or away."""

from __future__ import annotations

import numpy as np
import pytest

from answerable.inference.cache.encoder import QuestionEncoder
from answerable.inference.cache.service import AnswerCache
from answerable.kit.runtime import Runtime
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_caching import CHAT, how
from tests.factories.upstream import Upstream

SAME = ["How do I reset my password?", "Hi, could you please tell me how to reset my password?"]


async def everything_alike(text: str) -> np.ndarray:
    """An encoder that sees no difference: what is told apart, the rules tell."""
    del text
    return np.asarray([1, 0], np.float32)


@pytest.fixture
def blind_encoder(relay_runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway with that encoder."""
    cache = relay_runtime.get(AnswerCache)
    monkeypatch.setattr(cache, "_encoder", lambda: QuestionEncoder("blind", everything_alike))


def asked(text: str, **more: object) -> dict[str, object]:
    """A chat with an alias that compares meaning."""
    return {**chat("faq", **more), "messages": [{"role": "user", "content": text}]}


@pytest.mark.usefixtures("blind_encoder")
async def test_a_call_that_means_the_same_is_answered(
    bed: Bed, upstream: Upstream, relay_runtime: Runtime
) -> None:
    await bed.cached_alias("faq", "main/small", {"mode": "semantic"})
    told = []
    for text in (*SAME, SAME[1], "How do I reset my admin password?", "How do I not reset my password?"):
        told.append(how(await bed.client.post(CHAT, json=asked(text))))
        await relay_runtime.get(AnswerCache).flush()
    assert told == ["miss", "semantic", "semantic", "miss", "miss"]
    system = asked(SAME[0])
    system["messages"] = [{"role": "system", "content": "Be rude."}, *system["messages"]]  # type: ignore[misc]
    assert how(await bed.client.post(CHAT, json=system)) == "miss"
    rows = await bed.rows(6)
    assert [row.outcome for row in rows].count("cached") == 2


@pytest.mark.usefixtures("blind_encoder")
async def test_meaning_is_compared_only_where_an_alias_says_so(
    bed: Bed, upstream: Upstream, relay_runtime: Runtime
) -> None:
    await bed.cached_alias("faq", "main/small", {"mode": "exact"})
    for text in SAME:
        assert how(await bed.client.post(CHAT, json=asked(text))) == "miss"
        await relay_runtime.get(AnswerCache).flush()
