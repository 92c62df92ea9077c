"""Answers that are read while a model writes them: each sentence once it has held, and none taken back."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import psycopg
import pytest

from answerable.kit import ids
from tests.chat.asking.conftest import Desk, writes
from tests.chat.asking.live import FIRST, SECOND, Event, asking, following, held_after_first, reply_of, until
from tests.chat.asking.test_written_answers import OPEN
from tests.chat.conversations import replay
from tests.factories.upstream import Fail, Reply

pytestmark = pytest.mark.usefixtures("worker")

SENTENCE = {"text": FIRST, "citations": [1]}
BROKEN_EARLY = Reply(text=writes((FIRST, [1])).text, pieces=40, frames=4)
"""A stream that breaks before its first sentence is whole."""


def deltas(events: list[Event]) -> str:
    return "".join(data["text"] for _, name, data in events if name == "delta")


def names(events: list[Event]) -> list[str]:
    return [name for _, name, _ in events]


async def test_a_sentence_is_shown_before_the_next_is_written(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.default = held_after_first()
    async with aclosing(asking(desk.owner, OPEN)) as stream:  # type: ignore[type-var]
        first = await asyncio.wait_for(until(stream, "delta"), 60)
        assert names(first) == ["run.started", "route", "evidence", "delta"]
        assert first[1][2]["stage"] == "answers"
        assert deltas(first) == f"{FIRST} [1]"
        desk.upstream.release()
        rest = [event async for event in stream]
    events = first + rest
    answer = events[-1][2]
    assert names(rest) == ["evidence", "delta", "answer"]
    assert deltas(events) == answer["text"] == f"{FIRST} [1] {SECOND} [2]"
    assert [data for _, name, data in events if name == "evidence"] == answer["evidence"]
    assert (answer["status"], answer["stage"]) == ("answered", "cheap")
    assert answer["usage"]["input_tokens"] == 1_000
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    await desk.check_quotes(answer)
    assert await replay(desk.owner, events[0][2]["run_id"]) == events


async def test_a_late_reader_sees_what_was_shown_and_goes_on(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.default = held_after_first()
    async with aclosing(asking(desk.owner, OPEN)) as stream:  # type: ignore[type-var]
        first = await asyncio.wait_for(until(stream, "delta"), 60)
    run_id = first[0][2]["run_id"]
    async with aclosing(following(desk.owner, run_id, after=2)) as again:  # type: ignore[type-var]
        assert await asyncio.wait_for(until(again, "delta"), 60) == first[2:]
        desk.upstream.release()
        rest = [event async for event in again]
    assert await replay(desk.owner, run_id) == first + rest


async def test_a_sentence_that_does_not_hold_is_never_shown(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.default = reply_of(
        {
            "cannot_answer": False,
            "sentences": [{"text": "The board meets in Oslo.", "citations": [1]}, SENTENCE],
        }
    )
    events = [event async for event in asking(desk.owner, OPEN)]
    assert "Oslo" not in str(events)
    assert (events[-1][2]["status"], events[-1][2]["text"]) == ("partial", f"{FIRST} [1]")
    assert names(events)[-2:] == ["warning", "answer"]


@pytest.mark.parametrize("then", ["cut", "garbage", "error"])
async def test_an_answer_that_breaks_off_keeps_what_was_shown(desk: Desk, then: str) -> None:
    await desk.alias("cheap")
    desk.upstream.default = held_after_first(frames=1, then=then)
    async with aclosing(asking(desk.owner, OPEN)) as stream:  # type: ignore[type-var]
        first = await asyncio.wait_for(until(stream, "delta"), 60)
        desk.upstream.release()
        rest = [event async for event in stream]
    answer = rest[-1][2]
    assert (answer["status"], answer["text"]) == ("partial", f"{FIRST} [1]")
    assert [warning["code"] for warning in answer["warnings"]] == ["broken_off"]
    assert answer["stage"] == "cheap"
    assert answer["usage"]["cost_usd"] > 0
    assert await replay(desk.owner, first[0][2]["run_id"]) == first + rest


async def test_while_nothing_was_shown_another_model_may_still_answer(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.script(BROKEN_EARLY, writes((FIRST, [1])))
    events = [event async for event in asking(desk.owner, OPEN)]
    answer = events[-1][2]
    assert (answer["status"], answer["text"]) == ("answered", f"{FIRST} [1]")
    assert len(desk.upstream.seen) == 2
    whole = 0.0011
    assert answer["usage"]["cost_usd"] > whole
    assert answer["usage"]["cost_usd"] == pytest.approx(await desk.billed())


async def test_what_broke_off_is_paid_for_also_where_no_other_model_answers(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.script(BROKEN_EARLY)
    desk.upstream.default = Fail(401)
    events = [event async for event in asking(desk.owner, OPEN)]
    answer = events[-1][2]
    assert "models_away" in [warning["code"] for warning in answer["warnings"]]
    assert answer["usage"]["cost_usd"] > 0
    assert answer["usage"]["cost_usd"] == pytest.approx(await desk.billed())


async def test_every_provider_down_is_told_as_without_a_reader(desk: Desk) -> None:
    await desk.alias("cheap", "dear")
    desk.upstream.default = Fail(401)
    events = [event async for event in asking(desk.owner, OPEN)]
    assert "models_away" in [warning["code"] for warning in events[-1][2]["warnings"]]


async def test_a_cascade_shows_the_stage_that_was_taken(desk: Desk) -> None:
    await desk.alias("cheap", "dear")
    desk.upstream.by_model = {
        "cheap": writes(("The board meets in Oslo.", [1])),
        "dear": writes((FIRST, [1])),
    }
    events = [event async for event in asking(desk.owner, OPEN)]
    answer = events[-1][2]
    assert (answer["status"], answer["stage"], answer["text"]) == ("answered", "dear", f"{FIRST} [1]")
    assert answer["usage"]["input_tokens"] == 2_000
    assert "Oslo" not in str(events)


@pytest.mark.parametrize(
    "document",
    [
        {"sentences": [SENTENCE], "cannot_answer": False},  # it says late that it has an answer
        {"sentences": [SENTENCE]},
        '```json\n{"cannot_answer": false, "sentences": [{"text": "' + FIRST + '", "citations": [1]}]}\n```',
        {"cannot_answer": False, "note": {"sentences": [{"text": "Nobody."}]}, "sentences": [SENTENCE]},
    ],
)
async def test_any_order_of_a_reply_gives_its_answer(desk: Desk, document: object) -> None:
    await desk.alias("cheap")
    desk.upstream.default = reply_of(document)
    events = [event async for event in asking(desk.owner, OPEN)]
    assert deltas(events) == events[-1][2]["text"] == f"{FIRST} [1]"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (
            '{"cannot_answer": false, "sentences": [' + '{"text": "' + FIRST + '", "citations": [1]}]',
            "partial",
        ),
        ({"cannot_answer": True, "sentences": [SENTENCE]}, "abstained"),
        ('{"cannot_answer": false, "sentences": [{"text": "' + "x" * 30_000, "abstained"),
        ('{"cannot_answer": false, "sentences": [' + "[" * 20_000, "abstained"),
        (
            '{"cannot_answer": false, "sentences": [{"text": "'
            + FIRST
            + '", "citations": [1]}], "cannot_answer": true}',
            "partial",
        ),
        ({"cannot_answer": False, "sentences": [SENTENCE, *[{"text": "", "citations": []}] * 40]}, "partial"),
    ],
    ids=["unended", "cannot", "endless string", "nesting", "says both", "too many"],
)
async def test_hostile_replies_show_what_holds_and_no_more(desk: Desk, document: object, status: str) -> None:
    await desk.alias("cheap")
    desk.upstream.default = reply_of(document)
    events = [event async for event in asking(desk.owner, OPEN)]
    answer = events[-1][2]
    assert answer["status"] == status
    if status == "partial":
        assert deltas(events) == answer["text"] == f"{FIRST} [1]"


async def test_a_stopped_run_keeps_what_was_shown(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.default = held_after_first()
    async with aclosing(asking(desk.owner, OPEN)) as stream:  # type: ignore[type-var]
        first = await asyncio.wait_for(until(stream, "delta"), 60)
        run_id = first[0][2]["run_id"]
        assert (await desk.owner.post(f"/api/v1/runs/{run_id}/cancel")).status_code == 202
        rest = [event async for event in stream]
    assert [(number, name) for number, name, _ in rest] == [(5, "warning"), (6, "answer")]
    answer = rest[-1][2]
    assert (answer["status"], answer["text"]) == ("partial", deltas(first))
    assert [warning["code"] for warning in answer["warnings"]] == ["stopped"]
    assert answer["evidence"]
    assert await replay(desk.owner, run_id) == first + rest


async def test_a_source_deleted_meanwhile_takes_what_was_shown_with_it(desk: Desk, admin_url: str) -> None:
    await desk.alias("cheap")
    desk.upstream.default = held_after_first()
    async with aclosing(asking(desk.owner, OPEN)) as stream:  # type: ignore[type-var]
        first = await asyncio.wait_for(until(stream, "delta"), 60)
        run_id = first[0][2]["run_id"]
        gone = await desk.owner.delete(f"/api/v1/documents/{first[2][2]['document_id']}")
        assert gone.status_code == 204
        desk.upstream.release()
        rest = [event async for event in stream]
    assert [(number, name, data["code"]) for number, name, data in rest] == [(5, "error", "source_gone")]
    assert (await desk.owner.get(f"/api/v1/runs/{run_id}/events")).status_code == 404
    with psycopg.connect(admin_url, autocommit=True) as connection:
        kept = connection.execute("SELECT count(*) FROM runs WHERE id = %s", [ids.decode("run", run_id)])
        assert kept.fetchone() == (0,)


async def test_the_parts_of_a_question_are_shown_when_they_are_together(desk: Desk) -> None:
    await desk.alias("cheap")
    desk.upstream.default = writes((FIRST, [1]))
    events = [event async for event in asking(desk.owner, f"{OPEN} And how many orders are there?")]
    assert deltas(events) == events[-1][2]["text"]
