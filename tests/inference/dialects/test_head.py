"""The few fields that relaying needs."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.dialects.head import Head, head
from answerable.inference.errors import UnreadableCall
from answerable.inference.models.plan import Capability
from answerable.inference.operation import Operation

CHAT, TOOLS = Capability.CHAT, Capability.TOOLS
SCHEMA, IMAGES = Capability.JSON_SCHEMA, Capability.IMAGES
PICTURE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


def of(operation: Operation, **fields: object) -> Head:
    return head(operation, json.dumps({"model": "m", **fields}).encode())


def test_the_fields_of_a_stream() -> None:
    found = of(
        Operation.CHAT, stream=True, stream_options={"include_usage": True}, max_completion_tokens=9, n=2
    )
    assert (found.model, found.stream, found.include_usage) == ("m", True, True)
    assert (found.max_output_tokens, found.choices) == (9, 2)
    assert found.needs == {CHAT}


def test_a_short_body_leaves_the_rest_at_its_defaults() -> None:
    body = b'{"model":"m"}'
    assert head(Operation.CHAT, body) == Head(model="m", input_bytes=len(body), needs=frozenset({CHAT}))


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        (Operation.CHAT, "max_tokens"),
        (Operation.CHAT, "max_completion_tokens"),
        (Operation.MESSAGES, "max_tokens"),
        (Operation.RESPONSES, "max_output_tokens"),
    ],
)
@pytest.mark.parametrize(
    ("given_limit", "limit"), [(7, 7), (7.0, 7), (0, 0), (-3, None), (None, None), (1e300, 10_000_000)]
)
def test_the_limit_has_a_name_of_its_own_in_each_protocol(
    operation: Operation, name: str, given_limit: float | None, limit: int | None
) -> None:
    assert of(operation, **{name: given_limit}).max_output_tokens == limit


@pytest.mark.parametrize(
    ("operation", "fields", "needs"),
    [
        (Operation.EMBEDDINGS, {"input": "x"}, {Capability.EMBEDDINGS}),
        (Operation.SPEECH, {"input": "x", "response_format": "wav"}, {Capability.SPEECH}),
        (Operation.CHAT, {"tools": [{}]}, {CHAT, TOOLS}),
        (Operation.CHAT, {"tools": []}, {CHAT}),
        (Operation.CHAT, {"response_format": {"type": "json_schema"}}, {CHAT, SCHEMA}),
        (Operation.CHAT, {"response_format": {"type": "text"}}, {CHAT}),
        (Operation.CHAT, {"response_format": None}, {CHAT}),
        (Operation.RESPONSES, {"text": {"format": {"type": "json_schema"}}}, {CHAT, SCHEMA}),
        (Operation.RESPONSES, {"text": {"verbosity": "low"}}, {CHAT}),
        (Operation.MESSAGES, {"output_config": {"format": {"type": "json_schema"}}}, {CHAT, SCHEMA}),
        (Operation.CHAT, {"messages": [{"role": "user", "content": [PICTURE]}]}, {CHAT, IMAGES}),
        (Operation.RESPONSES, {"input": [{"content": [{"type": "input_image"}]}]}, {CHAT, IMAGES}),
        (Operation.MESSAGES, {"messages": [{"content": [{"type": "image"}]}]}, {CHAT, IMAGES}),
        (Operation.CHAT, {"messages": [{"role": "user", "content": json.dumps(PICTURE)}]}, {CHAT}),
    ],
)
def test_what_a_call_needs(operation: Operation, fields: dict[str, object], needs: set[Capability]) -> None:
    assert of(operation, **fields).needs == needs


def test_of_several_limits_the_largest_is_reserved() -> None:
    """Which of them the provider heeds is its own affair."""
    found = of(Operation.CHAT, max_tokens=9_000, max_completion_tokens=90, max_output_tokens=1)
    assert found.max_output_tokens == 9_000
    assert of(Operation.CHAT, max_tokens=-1, max_output_tokens=1).max_output_tokens is None


@pytest.mark.parametrize(
    ("fields", "choices"), [({}, 1), ({"n": None}, 1), ({"n": 128.0}, 128), ({"n": 2, "best_of": 5}, 5)]
)
def test_how_many_answers_are_wanted(fields: dict[str, object], choices: int) -> None:
    assert of(Operation.CHAT, **fields).choices == choices


PNG = "A" * 900_000


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        (Operation.CHAT, {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}),
        (Operation.RESPONSES, {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}),
        (
            Operation.MESSAGES,
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}},
        ),
        (
            Operation.MESSAGES,
            {
                "type": "tool_result",
                "content": [{"type": "image", "source": {"type": "base64", "data": PNG}}],
            },
        ),
    ],
)
def test_base64_counts_as_a_picture_not_as_words(operation: Operation, part: dict[str, object]) -> None:
    turns = "input" if operation is Operation.RESPONSES else "messages"
    found = of(operation, **{turns: [{"role": "user", "content": [part]}]})
    assert 6_000 <= found.input_bytes <= 6_500


@pytest.mark.parametrize(
    "content",
    [
        f"base64 {PNG}",
        f"data:image/png;base64,{PNG}",
        [{"type": "text", "text": f"data:image/png;base64,{PNG}"}],
        [{"type": "text", "text": json.dumps({"type": "image_url", "image_url": f"base64{PNG}"})}],
        [{"type": "text", "text": PNG, "source": {"type": "base64", "data": "A"}}],
        [{"type": "tool_use", "input": {"source": {"type": "base64", "data": PNG}}}],
        [{"type": "image_url", "image_url": {"url": f"base64 {PNG}"}}],
    ],
)
def test_words_are_words_whatever_is_written_above_them(content: object) -> None:
    found = of(Operation.CHAT, messages=[{"role": "user", "content": content}])
    assert found.input_bytes >= len(PNG)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "model"),
        (b'{"model":""}', "model"),
        (b'{"model":3}', "model"),
        (b'{"model":"m","stream":"yes"}', "stream"),
        (b'{"model":"m","max_tokens":"9"}', "max_tokens"),
        *((b'{"model":"m","n":%b}' % n, "n") for n in (b"0", b"-1", b"1.5", b"129", b"1e300", b"1e999")),
        (b'{"model":"m","best_of":1000}', "best_of"),
        (b'{"model":"m","stream_options":{"include_usage":1}}', "stream_options.include_usage"),
        (b"", None),
        (b"[1]", None),
        (b'{"model":"m"', None),
        (b"\xff", None),
        (b'{"x":' * 5_000, None),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_field(body: bytes, field: str | None) -> None:
    with pytest.raises(UnreadableCall) as caught:
        head(Operation.CHAT, body)
    assert caught.value.field == field
    assert caught.value.status == 400


@given(st.binary(max_size=200), st.sampled_from(Operation))
def test_no_bytes_do_worse_than_being_refused(body: bytes, operation: Operation) -> None:
    for each in (body, b'{"model":"m",' + body + b"}"):
        with suppress(UnreadableCall):
            head(operation, each)
