"""Judging: rules, confidence, agreement, and answers replayed as events."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.cascade import confidence
from answerable.inference.cascade.agreement import agree
from answerable.inference.cascade.judging import Judge
from answerable.inference.cascade.replaying import answer_events, in_pieces
from answerable.inference.cascade.rules import BadRule, stage_rules
from answerable.inference.chat import (
    ChatAnswer,
    ChatRequest,
    FinishReason,
    Message,
    OutputSchema,
    Text,
    TokenCount,
    ToolCall,
)
from answerable.inference.gateway.collecting import Collected

ASKED = ChatRequest(model="m", messages=(Message(role="user", parts=(Text("Hi"),)),))


def said(text: str, **more: object) -> ChatAnswer:
    return ChatAnswer(model="m", text=text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("checks", "answer", "failed"),
    [
        ((), said("fine"), ()),
        ((), said("  "), ("empty",)),
        (("complete",), said("cut", finish_reason=FinishReason.LENGTH), ("complete",)),
        (("cannot_answer",), said("I'm not sure about that."), ("cannot_answer",)),
        (("cannot_answer",), said("The text does not say; it is not mentioned in it."), ("cannot_answer",)),
        (("cannot_answer",), said("", refusal="No."), ("cannot_answer",)),
        (("cannot_answer",), said("It is 12."), ()),
        (("min_chars: 3", "max_chars: 4"), said("abcde"), ("max_chars",)),
        (("matches: ^a", "not_matches: z$"), said("bz"), ("matches", "not_matches")),
    ],
)
async def test_rules(checks: tuple[str, ...], answer: ChatAnswer, failed: tuple[str, ...]) -> None:
    assert (await Judge(ASKED, stage_rules(checks)).verdict(answer, None)).failed == failed


@pytest.mark.parametrize("check", ["", "unknown", "matches:", r"matches: (a)\1", "max_chars: -1"])
def test_bad_rules_say_so(check: str) -> None:
    with pytest.raises(BadRule):
        stage_rules((check,))


async def test_the_smaller_confidence_counts() -> None:
    judge = Judge(ASKED, stage_rules(()), min_confidence=0.8)
    sure = said("yes", logprob=math.log(0.9))
    assert (await judge.verdict(sure, None)).accepted
    assert (await judge.verdict(sure, 0.5)).failed == ("confidence",)
    assert (await judge.verdict(said("yes"), None)).failed == ("confidence",)


async def test_the_callers_check_runs_only_when_the_rest_holds() -> None:
    seen = []

    async def check(answer: ChatAnswer) -> str | None:
        seen.append(answer.text)
        return "citations"

    judge = Judge(ASKED, stage_rules(("min_chars: 3",)), check=check)
    assert (await judge.verdict(said("no"), None)).failed == ("min_chars",)
    assert (await judge.verdict(said("long"), None)).failed == ("citations",)
    assert seen == ["long"]


def test_a_models_own_confidence_is_taken_out_of_its_answer() -> None:
    schema = OutputSchema("city", {"type": "object", "properties": {"city": {"type": "string"}}})
    request = ChatRequest(model="m", messages=ASKED.messages, output_schema=schema)
    asked = confidence.asking(request)
    assert isinstance(asked.output_schema, OutputSchema)
    assert "confidence" in asked.output_schema.schema["properties"]  # type: ignore[operator]
    answer, sure = confidence.told(request, said('{"city":"Bern","confidence":0.4}'))
    assert (answer.text, sure) == ('{"city":"Bern"}', 0.4)
    for odd in ("no json", "[1]", '{"city":"Bern","confidence":7}'):
        assert confidence.told(request, said(odd))[1] is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (said("It takes 30 days."), said("It takes 30 days!"), True),
        (said("It takes 30 days."), said("It takes 31 days."), False),
        (said('{"a": 1, "b": 2}'), said('{"b":2,"a":1}'), True),
        (said('{"a": 1}'), said("one"), False),
        (said("yes"), said("no"), False),
        (
            said("", tool_calls=(ToolCall("1", "f", '{"a": 1}'),)),
            said("", tool_calls=(ToolCall("2", "f", '{"a":1}'),)),
            True,
        ),
    ],
)
def test_agreement(one: ChatAnswer, other: ChatAnswer, same: bool) -> None:
    assert agree(one, other) is agree(other, one) is same


@given(st.text())
def test_pieces_are_the_text_again(text: str) -> None:
    assert "".join(in_pieces(text)) == text


@given(st.text(), st.lists(st.text(max_size=20), max_size=3), st.integers(0, 10**6))
def test_an_answer_replayed_and_collected_is_the_same(text: str, arguments: list[str], tokens: int) -> None:
    calls = tuple(ToolCall(f"c{n}", "f", each) for n, each in enumerate(arguments))
    answer = said(text, tool_calls=calls, tokens=TokenCount(tokens, 1))
    heard = Collected()
    for event in answer_events(answer):
        heard.hear(event)
    assert heard.answer("m") == answer
