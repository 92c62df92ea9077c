"""Providers that are gone, slow, or come and go, asked over HTTP: calls go elsewhere, and end in time."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter

import httpx
import pytest

from tests.api.relay.gateway import Bed, chat
from tests.factories.servers import free_port
from tests.factories.system import random_moments
from tests.factories.upstream import Fail, RawBytes, Reply, Upstream
from tests.factories.upstream.script import Behaviour

TIMEOUTS = {"connect": 0.5, "first_byte": 0.3, "idle": 0.3, "total": 1.5}


async def provider(bed: Bed, name: str, base_url: str) -> None:
    """A provider with short timeouts; its models are `name/m` and `name/spare`."""
    made = await bed.owner.post(
        "/api/v1/providers",
        json={
            "name": name, "kind": "openai", "base_url": base_url, "models": ["m", "spare"],
            "timeouts": TIMEOUTS,
        },
    )  # fmt: skip
    assert made.status_code == 201, made.text


@pytest.fixture
async def dead(bed: Bed) -> str:
    """A model at an address where nobody listens."""
    await provider(bed, "dead", f"http://127.0.0.1:{free_port()}/v1")
    return "dead/m"


async def test_what_a_dead_provider_has_another_answers(bed: Bed, dead: str) -> None:
    await bed.alias("pair", [dead], ["main/large"])
    for streamed in (False, True) * 4:
        answer = await bed.client.post("/v1/chat/completions", json=chat("pair", stream=streamed))
        assert answer.status_code == 200, answer.text
        assert "Hello" in answer.text
    rows = await bed.rows(8)
    assert {(row.outcome, row.model) for row in rows} == {("answered", "large")}
    # Its breaker is open: the last calls did not try it.
    assert rows[-1].attempts == 1
    states = await _states(bed)
    assert states[dead] == "open"


async def test_a_dead_provider_alone_is_told_and_then_told_at_once(bed: Bed, dead: str) -> None:
    codes = []
    for _ in range(4):
        answer = await bed.client.post("/v1/chat/completions", json=chat(dead))
        codes.append(answer.status_code)
    assert codes[0] == 502
    assert codes[-1] == 503
    assert int(answer.headers["retry-after"]) >= 1
    rows = await bed.rows(4)
    assert {(row.outcome, row.input_tokens) for row in rows} == {("failed", 0)}


async def test_when_every_provider_is_dead_each_call_has_its_answer_and_row(
    bed: Bed, upstream: Upstream, dead: str
) -> None:
    await bed.alias("pair", [dead], ["main/large"])
    upstream.default = Fail(503)
    calls = [bed.client.post("/v1/chat/completions", json=chat("pair", stream=n % 2 == 0)) for n in range(30)]
    answers = await asyncio.gather(*calls)
    assert {answer.status_code for answer in answers} <= {502, 503}
    assert all(answer.json()["error"]["message"] for answer in answers)
    assert {row.outcome for row in await bed.rows(30)} == {"failed"}


SLOW: dict[str, tuple[Behaviour, bool, bool]] = {
    "silent": (Reply(wait=5), False, False),
    "silent after the frame that begins": (Reply(pieces=4, gap=5), True, False),
    "words without end": (Reply(endless=True, gap=0.05), True, True),
}
"""What the provider does, whether an answer begins, and whether it has any words."""

MOODS: list[Behaviour] = [
    Fail(500),
    Fail(429, headers={"retry-after": "0"}),
    RawBytes(b""),
    Reply(),
    Reply(),
]


@pytest.mark.parametrize(("behaviour", "begun", "speaks"), SLOW.values(), ids=SLOW.keys())
async def test_a_slow_provider_is_waited_for_as_long_as_its_timeouts_say(
    bed: Bed, upstream: Upstream, behaviour: Behaviour, begun: bool, speaks: bool
) -> None:
    await provider(bed, "slow", upstream.openai_url)
    upstream.by_model["m"] = behaviour
    alias = {"name": "once", "targets": [{"model": "slow/m"}], "retry": {"attempts": 1}}
    assert (await bed.owner.post("/api/v1/model-aliases", json=alias)).status_code == 201
    started = time.monotonic()
    answer = await bed.client.post("/v1/chat/completions", json=chat("once", stream=True))
    assert time.monotonic() - started < 4.5
    assert answer.status_code == (200 if begun else 504)
    assert '"code":"upstream_timeout"' in answer.text
    (row,) = await bed.rows(1)
    assert row.outcome == "failed"
    assert (row.output_tokens > 0) is speaks


async def test_dripping_bytes_make_whole_events(bed: Bed, upstream: Upstream) -> None:
    await provider(bed, "slow", upstream.openai_url)
    upstream.default = Reply(text="Grüezi mitenand", pieces=1, drip=7)
    answer = await bed.client.post("/v1/chat/completions", json=chat("slow/m", stream=True))
    assert answer.text.endswith("data: [DONE]\n\n")
    assert "mitenand" in answer.text
    (row,) = await bed.rows(1)
    assert (row.outcome, row.output_tokens, row.estimated) == ("answered", 7, False)


async def test_while_a_provider_comes_and_goes_every_call_is_answered_once(
    bed: Bed, upstream: Upstream
) -> None:
    chance = random_moments()
    await provider(bed, "flapping", upstream.openai_url)
    await bed.alias("pair", ["flapping/m"], ["main/large"])
    answered: Counter[str] = Counter()
    for _ in range(12):
        upstream.by_model["m"] = chance.choice(MOODS)
        for answer in await asyncio.gather(*(_ask(bed, chance) for _ in range(6))):
            assert answer.status_code == 200, answer.text
            assert "error" not in answer.text
            answered[answer.headers["x-answerable-call-id"]] += 1
    assert len(answered) == 72
    rows = await bed.rows(72)
    assert {row.outcome for row in rows} == {"answered"}
    assert {row.model for row in rows} <= {"m", "large"}
    assert all((row.input_tokens, row.output_tokens) == (11, 7) for row in rows)


async def _ask(bed: Bed, chance: random.Random) -> httpx.Response:
    streamed = chance.random() < 0.5
    return await bed.client.post("/v1/chat/completions", json=chat("pair", stream=streamed))


async def _states(bed: Bed) -> dict[str, str]:
    """The state of each target, by provider and model."""
    listed = (await bed.owner.get("/api/v1/models")).json()["items"]
    return {
        f"{target['provider']}/{target['model']}": target["state"]
        for model in listed
        for target in model["targets"]
    }
