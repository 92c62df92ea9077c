"""What a relayed stream of events goes through: nothing is changed, and nothing is missed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.chat import TokenCount
from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.gateway.tap import EventTap
from answerable.inference.operation import Operation

words = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)
ends = st.sampled_from([b"\n\n", b"\r\n\r\n"])


def tokens_of(data: bytes) -> TokenCount | None:
    """As an adapter reads them."""
    usage = json.loads(data).get("usage")
    return TokenCount(usage["prompt_tokens"], usage["completion_tokens"]) if usage else None


def tap(*, hide: bool = False, operation: Operation = Operation.CHAT) -> EventTap:
    """A tap on a chat stream."""
    return EventTap(operation, tokens_of, hide_usage=hide)


def content(text: str, usage: object = None) -> bytes:
    """One chunk of an answer."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return b"data: " + json.dumps({"choices": [choice], "usage": usage}, ensure_ascii=False).encode()


def usage(prompt: int, completion: int) -> bytes:
    """The chunk that has only counts."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    return b"data: " + json.dumps({"choices": [], "usage": counts}).encode()


def cut_up(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The bytes in pieces."""
    places = sorted({cut % (len(data) + 1) for cut in cuts})
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


def through(tapped: EventTap, pieces: Sequence[bytes]) -> bytes:
    """What comes out."""
    return b"".join([tapped.feed(piece) for piece in pieces if piece]) + tapped.finish()


@given(texts=st.lists(words, max_size=8), end=ends, cuts=st.lists(st.integers(0, 10_000), max_size=20))
def test_every_byte_passes_however_the_stream_is_cut(texts: list[str], end: bytes, cuts: list[int]) -> None:
    events = [content(text) for text in texts] + [usage(5, len(texts)), b"data: [DONE]"]
    stream = b"".join(event + end for event in events)
    tapped = tap()
    assert through(tapped, cut_up(stream, cuts)) == stream
    assert tapped.tokens == TokenCount(5, len(texts))
    assert tapped.finished


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
def test_events_that_come_together_are_counted_one_by_one(end: bytes) -> None:
    tapped = tap()
    tapped.feed(b"".join(content(text) + end for text in "abcde"))
    assert tapped.events == 5  # what an answer without counts is billed by


@given(texts=st.lists(words, max_size=8), end=ends, cuts=st.lists(st.integers(0, 10_000), max_size=20))
def test_only_the_event_with_counts_is_held_back(texts: list[str], end: bytes, cuts: list[int]) -> None:
    shown = [content(text) + end for text in texts]
    stream = b"".join([*shown, usage(5, 3) + end, b"data: [DONE]" + end])
    tapped = tap(hide=True)
    assert through(tapped, cut_up(stream, cuts)) == b"".join([*shown, b"data: [DONE]" + end])
    assert tapped.tokens == TokenCount(5, 3)


@given(cuts=st.lists(st.integers(0, 10_000), max_size=20))
def test_counts_beside_content_are_read_and_shown(cuts: list[int]) -> None:
    counts = {"prompt_tokens": 4, "completion_tokens": 2}
    stream = content("a", counts) + b"\n\n" + content("b", {**counts, "completion_tokens": 9}) + b"\n\n"
    stream += b"data: [DONE]\n\n"
    tapped = tap(hide=True)
    assert through(tapped, cut_up(stream, cuts)) == stream
    assert tapped.tokens == TokenCount(4, 9)


def test_an_event_is_passed_on_when_it_is_there() -> None:
    tapped = tap()
    first = content("one") + b"\n\n"
    assert tapped.feed(first + b'data: {"cho') == first
    assert tapped.feed(b'ices":[]}\n') == b""
    assert tapped.feed(b"\n") == b'data: {"choices":[]}\n\n'


def test_words_that_look_like_an_end_are_words() -> None:
    tapped = tap()
    event = content("data: [DONE] \n\ndata: [DONE]\n\n usage error message_stop") + b"\n\n"
    assert tapped.feed(event) == event
    assert not tapped.finished
    assert not tapped.errored


@pytest.mark.parametrize(
    "stream",
    [b"", content("half") + b"\n\n", content("half"), b": a comment\n\n", b"data: [DO"],
)
def test_an_answer_without_its_end_is_cut(stream: bytes) -> None:
    tapped = tap()
    tapped.feed(stream)
    with pytest.raises(UpstreamFailure) as caught:
        tapped.finish()
    assert caught.value.kind is FailureKind.CUT


def test_a_finish_reason_is_an_end_too() -> None:
    tapped = tap()
    event = b'data: {"choices":[{"delta":{},"finish_reason": "stop"}]}\n\n'
    assert tapped.feed(event) == event
    assert tapped.finish() == b""
    assert tapped.finished


def test_an_end_without_a_blank_line_gets_one() -> None:
    tapped = tap()
    assert tapped.feed(b"data: [DONE]\n") == b""
    assert tapped.finish() == b"data: [DONE]\n\n\n"
    assert tapped.finished


def test_the_providers_own_error_event_ends_the_answer() -> None:
    tapped = tap()
    event = b'data: {"error": {"message": "overloaded"}}\n\n'
    assert tapped.feed(event) == event
    assert tapped.finish() == b""
    assert tapped.errored


def test_counts_in_two_events_are_put_together() -> None:
    def read(data: bytes) -> TokenCount | None:
        return TokenCount(**json.loads(data)["usage"])

    tapped = EventTap(Operation.MESSAGES, read, hide_usage=False)
    tapped.feed(b'event: message_start\ndata: {"usage": {"input": 12, "output": 1}}\n\n')
    tapped.feed(b'event: message_delta\ndata: {"usage": {"output": 40}}\n\n')
    tapped.feed(b'event: message_stop\ndata: {"type": "message_stop"}\n\n')
    assert tapped.tokens == TokenCount(12, 40)
    assert tapped.finished


def test_an_event_without_end_is_refused() -> None:
    with pytest.raises(UpstreamFailure) as caught:
        through(tap(), [b"x" * 100_000] * 100)
    assert caught.value.kind is FailureKind.PROTOCOL
