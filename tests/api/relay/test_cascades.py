"""Aliases with stages: each answer is judged, and the next model asked only where it must be."""

from __future__ import annotations

import json
from decimal import Decimal

import openai
import psycopg
import pytest

from answerable.inference.cascade.observation import Observations
from answerable.kit import ids
from answerable.kit.runtime import Runtime
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_leaving import streaming
from tests.factories.upstream import Call, Fail, Reply, Tokens, Upstream
from tests.factories.waiting import eventually

SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "city",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
PRICES = {"small": 1, "large": 10}


async def cascade(bed: Bed, *stages: dict[str, object], name: str = "smart", **more: object) -> None:
    answer = await bed.owner.post(
        "/api/v1/model-aliases", json={"name": name, "cascade": list(stages), **more}
    )
    assert answer.status_code == 201, answer.text


@pytest.fixture
async def priced(bed: Bed, upstream: Upstream) -> Bed:
    """Models `cheap` and `dear` with prices: 1 and 10 dollars a million tokens."""
    answer = await bed.owner.post(
        "/api/v1/providers",
        json={
            "name": "priced",
            "kind": "openai",
            "base_url": upstream.openai_url,
            "api_key": "sk-test",
            "models": [
                {"name": name, "price": {"input_per_mtok": price, "output_per_mtok": price}}
                for name, price in (("cheap", 1), ("dear", 10))
            ],
        },
    )
    assert answer.status_code == 201, answer.text
    return bed


async def legs(bed: Bed, count: int) -> list[tuple[str | None, str | None, str, Decimal, bool]]:
    """The usage rows: stage, model, outcome, cost, and whether they are legs of the first."""
    await bed.rows(count)
    workspace = ids.decode("ws", bed.owner.workspace_id)
    with psycopg.connect(bed.admin_url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT id, parent_id, stage, model, outcome, cost_usd FROM usage_records"
            " WHERE workspace_id = %s ORDER BY started_at",
            [workspace],
        ).fetchall()
    parent = rows[0][0]
    return [(row[2], row[3], row[4], row[5], row[1] == parent) for row in rows]


async def test_a_good_answer_of_the_first_stage_is_taken(bed: Bed, upstream: Upstream) -> None:
    await cascade(bed, {"model": "small"}, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-answerable-stage"] == "small"
    assert answer.json()["model"] == "smart"
    assert [seen.body["model"] for seen in upstream.seen] == ["small"]


@pytest.mark.parametrize(
    ("checks", "bad"),
    [
        (["matches: ^[0-9]+$"], "about ten"),
        (["not_matches: (?i)probably"], "Probably 10"),
        (["min_chars: 5"], "10"),
        (["max_chars: 5"], "ten or eleven"),
        (["cannot_answer"], "I'm sorry, but I cannot answer that."),
        ([], ""),
    ],
)
async def test_an_answer_that_fails_a_check_goes_to_the_next_stage(
    bed: Bed, upstream: Upstream, checks: list[str], bad: str
) -> None:
    upstream.by_model = {"small": Reply(text=bad), "large": Reply(text="12345")}
    await cascade(bed, {"model": "small", "checks": checks}, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert answer.json()["choices"][0]["message"]["content"] == "12345"
    assert answer.headers["x-answerable-stage"] == "large"


@pytest.mark.parametrize("bad", ["not json", '{"town":"Bern"}', '{"city":3}', '{"city":"a","b":1}'])
async def test_an_answer_that_breaks_the_schema_goes_to_the_next_stage(
    bed: Bed, upstream: Upstream, bad: str
) -> None:
    upstream.by_model = {"small": Reply(text=bad), "large": Reply(text='{"city":"Bern"}')}
    await cascade(bed, {"model": "small"}, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart", response_format=SCHEMA))
    assert json.loads(answer.json()["choices"][0]["message"]["content"]) == {"city": "Bern"}


@pytest.mark.parametrize(
    "bad",
    [Call("look", '{"at": 3}'), Call("look", "not json"), Call("made_up", "{}"), Call("look", "{}")],
)
async def test_a_tool_call_that_breaks_its_schema_goes_to_the_next_stage(
    bed: Bed, upstream: Upstream, bad: Call
) -> None:
    tools = [
        {
            "type": "function",
            "function": {
                "name": "look",
                "parameters": {
                    "type": "object",
                    "properties": {"at": {"type": "string"}},
                    "required": ["at"],
                },
            },
        }
    ]
    good = Call("look", '{"at":"Bern"}')
    upstream.by_model = {
        "small": Reply(text="", tool_calls=(bad,)),
        "large": Reply(text="", tool_calls=(good,)),
    }
    await cascade(bed, {"model": "small"}, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart", tools=tools))
    called = answer.json()["choices"][0]["message"]["tool_calls"][0]["function"]
    assert called == {"name": "look", "arguments": '{"at":"Bern"}'}


@pytest.mark.parametrize(("least", "stage"), [(0.5, "small"), (0.7, "large")])
async def test_tokens_that_are_unlikely_send_the_answer_on(
    bed: Bed, upstream: Upstream, least: float, stage: str
) -> None:
    # The scripted provider gives each token a log probability of -0.5: exp(-0.5) is about 0.61.
    await cascade(bed, {"model": "small", "min_confidence": least}, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert answer.headers["x-answerable-stage"] == stage
    assert answer.json()["choices"][0]["logprobs"] is None
    assert upstream.seen[0].body["logprobs"] is True
    assert "logprobs" not in upstream.seen[-1].body or stage == "small"


@pytest.mark.parametrize(("told", "stage"), [(0.9, "small"), (0.2, "large")])
async def test_a_model_is_asked_for_its_own_confidence(
    bed: Bed, upstream: Upstream, told: float, stage: str
) -> None:
    text = json.dumps({"answer": "Bern", "confidence": told})
    upstream.by_model = {"small": Reply(text=text), "large": Reply(text="Bern")}
    small = {"model": "small", "checks": ["own_confidence"], "min_confidence": 0.5}
    await cascade(bed, small, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert answer.headers["x-answerable-stage"] == stage
    assert answer.json()["choices"][0]["message"]["content"] == "Bern"


async def test_the_last_stages_answer_is_given_whatever_it_is_worth(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(text="hm")
    await cascade(
        bed, {"model": "small", "checks": ["min_chars: 9"]}, {"model": "large", "checks": ["min_chars: 9"]}
    )
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert answer.json()["choices"][0]["message"]["content"] == "hm"
    assert answer.headers["x-answerable-stage"] == "large"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_doubted_answer_is_better_than_none(bed: Bed, upstream: Upstream, streamed: bool) -> None:
    upstream.by_model = {"small": Reply(text="hm"), "large": Fail(400)}
    await cascade(bed, {"model": "small", "checks": ["min_chars: 9"]}, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart", stream=streamed))
    assert answer.status_code == 200, answer.text
    assert '"hm"' in answer.text
    assert answer.headers["x-answerable-stage"] == "small"


async def test_streams_too_say_which_stage_answers(bed: Bed, upstream: Upstream) -> None:
    upstream.by_model = {"small": Reply(text="hm"), "large": Reply(text="long enough")}
    await cascade(bed, {"model": "small", "checks": ["min_chars: 9"]}, {"model": "large"}, name="live")
    await cascade(bed, {"model": "large", "checks": ["min_chars: 9"]}, {"model": "small"}, name="first")
    for name in ("live", "first"):
        answer = await bed.client.post("/v1/chat/completions", json=chat(name, stream=True))
        assert answer.headers["x-answerable-stage"] == "large"


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_answer_that_breaks_its_form_is_not_better_than_none(
    bed: Bed, upstream: Upstream, streamed: bool
) -> None:
    upstream.by_model = {"small": Reply(text="hm"), "large": Fail(400)}
    await cascade(bed, {"model": "small"}, {"model": "large"})
    body = chat("smart", response_format=SCHEMA, stream=streamed)
    answer = await bed.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 400


async def test_a_stage_that_fails_is_passed_over(bed: Bed, upstream: Upstream) -> None:
    upstream.by_model = {"small": Fail(401), "large": Reply(text="here")}
    await cascade(bed, {"model": "small"}, {"model": "large"})
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert answer.json()["choices"][0]["message"]["content"] == "here"


async def test_a_dear_stage_before_a_cheap_one_is_refused_unless_it_is_meant(
    priced: Bed, upstream: Upstream
) -> None:
    path, stages = "/api/v1/model-aliases", [{"model": "dear"}, {"model": "cheap"}]
    for body in ({"cascade": stages}, {"cascade": stages[:1], "targets": stages[1:]}):
        refused = await priced.owner.post(path, json={"name": "x", **body})
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["field"] == "cascade"
        assert "'dear' stands before" in refused.json()["detail"]
        assert "as_given" in refused.json()["detail"]
    made = await priced.owner.post(path, json={"name": "x", "cascade": stages, "cascade_order": "as_given"})
    assert made.status_code == 201, made.text
    url = f"{path}/{made.json()['id']}"
    assert (await priced.owner.get(url)).json()["cascade_order"] == "as_given"
    assert (await priced.owner.patch(url, json={"cascade_order": "price"})).status_code == 422
    ordered = {"cascade": [{"model": "answerable"}, *reversed(stages)], "cascade_order": "price"}
    assert (await priced.owner.patch(url, json=ordered)).status_code == 200
    unpriced = {"name": "y", "cascade": [{"model": "dear"}, {"model": "small"}]}
    assert (await priced.owner.post(path, json=unpriced)).status_code == 201


async def test_the_aliass_own_targets_are_its_last_stage(bed: Bed, upstream: Upstream) -> None:
    upstream.by_model = {"small": Reply(text="hm"), "large": Reply(text="long enough")}
    small = {"model": "small", "checks": ["min_chars: 9"]}
    await cascade(bed, small, targets=[{"model": "large"}])
    answer = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert answer.json()["choices"][0]["message"]["content"] == "long enough"


async def test_a_cascade_within_a_cascade(bed: Bed, upstream: Upstream) -> None:
    upstream.by_model = {"small": Reply(text="hm"), "large": Reply(text="long enough")}
    small = {"model": "small", "checks": ["min_chars: 9"]}
    await cascade(bed, small, {"model": "large"}, name="inner")
    await cascade(bed, {"model": "inner", "checks": ["matches: never"]}, {"model": "inner"}, name="outer")
    for streamed in (False, True):
        body = chat("outer", stream=streamed)
        answer = await bed.client.post("/v1/chat/completions", json=body)
        assert "long" in answer.text
    assert [seen.body["model"] for seen in upstream.seen] == ["small", "large"] * 4


async def test_nothing_of_a_rejected_answer_is_streamed(bed: Bed, upstream: Upstream) -> None:
    upstream.by_model = {"small": Reply(text="rubbish"), "large": Reply(text="one two three", pieces=3)}
    await cascade(bed, {"model": "small", "checks": ["matches: three"]}, {"model": "large"})
    async with openai.AsyncOpenAI(base_url=f"{bed.url}/v1", api_key=bed.key, max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="smart",
            messages=[{"role": "user", "content": "Count."}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    texts = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(texts) == "one two three"
    assert sum(bool(text) for text in texts) == 3
    assert chunks[-1].usage is not None


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/messages"])
async def test_every_protocol_may_ask_a_cascade(bed: Bed, upstream: Upstream, path: str) -> None:
    upstream.by_model = {"small": Reply(text="hm"), "large": Reply(text="long enough")}
    await cascade(bed, {"model": "small", "checks": ["min_chars: 9"]}, {"model": "large"})
    body: dict[str, object] = {"model": "smart"}
    if path.endswith("messages"):
        body |= {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9}
    else:
        body |= {"input": "Hi"}
    whole = await bed.client.post(path, json=body)
    assert "long enough" in whole.text
    streamed = await bed.client.post(path, json={**body, "stream": True})
    assert "long" in streamed.text
    assert '"hm"' not in streamed.text


@pytest.mark.parametrize("streamed", [False, True])
async def test_every_stage_is_billed_once(priced: Bed, upstream: Upstream, streamed: bool) -> None:
    tokens = Tokens(input=1_000_000, output=0)
    upstream.by_model = {"cheap": Reply(text="hm", tokens=tokens), "dear": Reply(text="ok", tokens=tokens)}
    await cascade(priced, {"model": "cheap", "checks": ["matches: ok"]}, {"model": "dear"})
    await priced.client.post("/v1/chat/completions", json=chat("smart", stream=streamed))
    rows = await legs(priced, 3)
    assert rows == [
        (None, None, "answered", Decimal(0), False),
        ("cheap", "cheap", "answered", Decimal(1), True),
        ("dear", "dear", "answered", Decimal(10), True),
    ]
    report = (await priced.owner.get("/api/v1/usage", params={"group_by": ""})).json()["totals"]
    assert (report["calls"], report["leg_calls"], report["cost_usd"]) == (3, 2, 11.0)


async def test_the_report_says_which_stage_was_wrong_and_what_was_saved(
    priced: Bed, upstream: Upstream, relay_runtime: Runtime
) -> None:
    tokens = Tokens(input=1_000_000, output=0)
    await cascade(priced, {"model": "cheap", "checks": ["max_chars: 8"]}, {"model": "dear"})
    dear = Reply(text="The answer is 42", tokens=tokens)
    for cheap in ("42", "The answer is 42", "The answer is 41"):  # taken, needless, wrong
        upstream.by_model = {"cheap": Reply(text=cheap, tokens=tokens), "dear": dear}
        assert (await priced.client.post("/v1/chat/completions", json=chat("smart"))).status_code == 200
    await relay_runtime.get(Observations).flush()
    report = (await priced.owner.get("/api/v1/usage/cascades")).json()
    [alias] = report["items"]
    first, last = alias["stages"]
    assert (alias["alias"], alias["calls"], alias["cost_usd"]) == ("smart", 3, 23.0)
    assert alias["saved_usd"] == 30.0 - 23.0
    assert (first["stage"], first["asked"], first["answers"], first["escalations"]) == ("cheap", 3, 1, 2)
    assert (first["wrong"], first["needless"], first["wrong_rate"]) == (1, 1, 0.5)
    assert first["escalations_by_check"] == {"max_chars": 2}
    assert (last["stage"], last["asked"], last["answers"]) == ("dear", 2, 2)


@pytest.mark.parametrize("check", ["matches", "matches: (", "matches: (?=a)", "min_chars: many", "nonsense"])
async def test_a_check_that_cannot_be_run_is_refused(bed: Bed, check: str) -> None:
    answer = await bed.owner.post(
        "/api/v1/model-aliases", json={"name": "x", "cascade": [{"model": "small", "checks": [check]}]}
    )
    assert answer.status_code == 422, answer.text


async def test_a_request_limit_counts_the_call_and_not_its_stages(bed: Bed, upstream: Upstream) -> None:
    made = await bed.owner.post(
        "/api/v1/limits",
        json={
            "subject": {"type": "workspace"},
            "measure": "requests",
            "limit": 1,
            "period": "day",
        },
    )
    assert made.status_code == 201, made.text
    await cascade(bed, {"model": "small", "checks": ["matches: never"]}, {"model": "large"})
    first = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    second = await bed.client.post("/v1/chat/completions", json=chat("smart"))
    assert (first.status_code, second.status_code) == (200, 429)


@pytest.mark.parametrize(("frame", "texts"), [(0, "small"), (2, "large")])
async def test_a_client_may_leave_a_cascade_and_every_row_is_closed(
    bed: Bed, upstream: Upstream, frame: int, texts: str
) -> None:
    slow = Reply(pieces=6, gap=0.05, wait=0.3 if texts == "small" else 0)
    upstream.by_model = {"small": slow if texts == "small" else Reply(text="hm"), "large": slow}
    await cascade(bed, {"model": "small", "checks": ["min_chars: 9"]}, {"model": "large"})
    async with streaming(bed, chat("smart", stream=True)) as (reader, _):

        async def asked() -> bool:
            return bool(upstream.seen)

        await eventually(asked)
        for _ in range(frame):
            await reader.readuntil(b"\n\n")
    count = 2 if texts == "small" else 3
    rows = await bed.rows(count)
    assert rows[0].outcome == "abandoned"
    assert rows[-1].outcome == "abandoned"
    assert rows[-1].input_tokens == 11


async def test_a_client_may_ask_for_no_kept_answers_of_a_cascade(bed: Bed, upstream: Upstream) -> None:
    await cascade(bed, {"model": "small"}, {"model": "large"})
    body = chat("smart", temperature=0)
    for headers in ({}, {}, {"x-answerable-cache": "off"}):
        answer = await bed.client.post("/v1/chat/completions", json=body, headers=headers)
        assert answer.status_code == 200
    assert len(upstream.seen) == 2
