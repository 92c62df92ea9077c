"""However a stream of events is cut into pieces, it holds the same events."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.providers import frames
from answerable.inference.providers.frames import FrameSplitter

LINE_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
# Text of one line; the other lines of an event say nothing that we want.
WORDS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
NOISE = st.sampled_from([b": a comment", b"event: chunk", b"id: 7", b"retry: 10", b"data-not: x", b":"])


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A stream's bytes, and the data of its events."""
    end = draw(LINE_ENDS)
    stream, expected = b"", []
    for lines in draw(st.lists(st.lists(WORDS, max_size=3), max_size=5)):
        data = [word.encode() for word in lines]
        fields = [b"data: " + word for word in data] + draw(st.lists(NOISE, max_size=2))
        if not fields:
            continue
        stream += end.join(fields) + end + end
        if data:
            expected.append(b"\n".join(data))
    return stream, expected


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[start:end] for start, end in itertools.pairwise(places)]


@given(streams(), st.lists(st.integers(0, 10_000), max_size=12))
@example((b"data: \xc3\xa9\r\n\r\n", [b"\xc3\xa9"]), [7, 8, 9, 10, 11])
def test_any_cut_of_a_stream_gives_the_same_events(
    stream: tuple[bytes, list[bytes]], cuts: list[int]
) -> None:
    data, expected = stream
    splitter = FrameSplitter()
    found = [event for piece in pieces(data, cuts) for event in splitter.feed(piece)]
    assert found + splitter.close() == expected


@given(streams())
def test_a_stream_byte_by_byte_gives_the_same_events(stream: tuple[bytes, list[bytes]]) -> None:
    data, expected = stream
    splitter = FrameSplitter()
    found = [event for byte in data for event in splitter.feed(bytes([byte]))]
    assert found + splitter.close() == expected


def test_an_event_comes_out_as_soon_as_its_empty_line_is_there() -> None:
    splitter = FrameSplitter()
    assert splitter.feed(b'data: {"a":1}\n') == []
    assert splitter.feed(b"\n") == [b'{"a":1}']
    assert splitter.feed(b"data: x\r\n\r\n") == [b"x"]
    assert splitter.feed(b"data: y\r\r") == []  # a LF that belongs to the last CR may still come
    assert splitter.feed(b"data") == [b"y"]


def test_a_byte_order_mark_at_the_start_is_no_data() -> None:
    splitter = FrameSplitter()
    assert splitter.feed(b"\xef\xbb") + splitter.feed(b"\xbfdata: x\n\n") == [b"x"]


def test_the_last_event_counts_without_its_empty_line() -> None:
    splitter = FrameSplitter()
    assert splitter.feed(b"data: one\n\ndata: two") == [b"one"]
    assert splitter.rest == b"data: two"
    assert splitter.close() == [b"two"]
    assert splitter.close() == []


def test_an_event_without_end_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_FRAME_BYTES", 100)
    splitter = FrameSplitter()
    splitter.feed(b"data: " + b"x" * 60)
    with pytest.raises(UpstreamFailure) as caught:
        splitter.feed(b"x" * 60)
    assert caught.value.kind is FailureKind.PROTOCOL
