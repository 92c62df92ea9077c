"""Which calls are equal, and which only look alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.cache.agreement import agree
from answerable.inference.cache.canonical import canonical_bytes, is_unambiguous, read_document
from answerable.inference.cache.question import Questions
from answerable.inference.cache.wish import ANYTHING, NOTHING, CacheWish, wish_of
from answerable.inference.models.plan import CacheRule, Plan
from answerable.inference.operation import Operation

_scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
_bodies = st.dictionaries(st.text(max_size=8), _json, max_size=6)


def canonical(body: bytes) -> bytes:
    """The canonical form of a chat's body."""
    document = read_document(body)
    assert document is not None
    return canonical_bytes(Operation.CHAT, document)


@given(_bodies, st.randoms(use_true_random=False))
def test_order_spaces_and_escapes_change_nothing(body: dict[str, object], drawn: object) -> None:
    items = list(body.items())
    drawn.shuffle(items)  # type: ignore[attr-defined]
    one = json.dumps(body).encode()
    other = json.dumps(dict(items), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    if read_document(one) is not None and read_document(other) is not None:
        assert canonical(one) == canonical(other)


@given(_bodies, st.sampled_from(["user", "metadata", "stream", "stream_options", "model"]), _json)
def test_bookkeeping_changes_nothing(body: dict[str, object], name: str, value: object) -> None:
    plain = {key: item for key, item in body.items() if key != name}
    assert canonical(json.dumps(plain).encode()) == canonical(json.dumps({**plain, name: value}).encode())


@given(_bodies, st.text(min_size=1, max_size=8).map("x_{}".format), st.integers())
def test_every_other_field_makes_another_question(body: dict[str, object], name: str, value: int) -> None:
    plain = {key: item for key, item in body.items() if key != name}
    assert canonical(json.dumps(plain).encode()) != canonical(json.dumps({**plain, name: value}).encode())


@given(_bodies)
def test_a_canonical_body_is_its_own(body: dict[str, object]) -> None:
    once = canonical(json.dumps(body).encode())
    assert canonical(once) == once


def test_a_key_that_stands_twice_is_found_at_any_depth() -> None:
    assert is_unambiguous(b'{"a": {"b": 1}, "c": {"b": 1}}')
    assert not is_unambiguous(b'{"a": 1, "a": 1}')
    assert not is_unambiguous(b'{"a": [{"b": 1, "b": 2}]}')


@pytest.mark.parametrize(
    ("headers", "wish"),
    [
        ({}, ANYTHING),
        ({b"cache-control": b"private"}, ANYTHING),
        ({b"cache-control": b"max-age=abc"}, ANYTHING),
        ({b"cache-control": b"no-cache, no-store"}, NOTHING),
        ({b"cache-control": b"No-Cache"}, CacheWish(read=False)),
        ({b"cache-control": b"max-age=0"}, CacheWish(read=False)),
        ({b"cache-control": b"max-age=30"}, CacheWish(max_age=30)),
        ({b"x-answerable-cache": b"off"}, NOTHING),
        ({b"x-answerable-cache": b"on"}, ANYTHING),
    ],
)
def test_what_headers_wish_for(headers: dict[bytes, bytes], wish: CacheWish) -> None:
    assert wish_of(headers) == wish


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I reset my password?", "Hi, could you please tell me how to reset my password?"),
        ("What is the capital of France?", "Tell me the capital of France, please."),
        ("Which payment methods can I use?", "which payment method can i use"),
        ("Who wrote Hamlet?", "Tell me who wrote hamlet"),
    ],
)
def test_the_same_in_other_words_agrees(one: str, other: str) -> None:
    assert agree(one, other)
    assert agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What were sales in 2023?", "What were sales in 2024?"),
        ("Give me two ideas", "Give me three ideas"),
        ("Price with tax", "Price without tax"),
        ("Is it allowed?", "Isn't it allowed?"),
        ("what is the weather in paris", "what is the weather in london"),
        ("Flights from Berlin to Rome", "Flights from Rome to Berlin"),
        ("Who sued Acme?", "Whom did Acme sue?"),
        ("When was the bridge built?", "Why was the bridge built?"),
        ("How do I delete a user?", "How do I delete a user group?"),
        ("What is 17 + 25?", "What is 17 - 25?"),
        ("Was kostet das mit Steuer?", "Was kostet das ohne Steuer?"),
    ],
)
def test_what_only_looks_alike_does_not_agree(one: str, other: str) -> None:
    assert not agree(one, other)
    assert not agree(other, one)


@given(st.text(max_size=200))
def test_a_question_agrees_with_itself(text: str) -> None:
    assert agree(text, text)


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        (b'"x"', True),
        (b'"' + b"a" * 900_000 + b'"', True),
        (b'"' + b"a" * 1_000_000 + b'"', False),
        (b"[" + b"1," * 20_000 + b"1]", True),
        (b"[" + b"1," * 40_000 + b"1]", False),
    ],
)
def test_a_body_that_would_hold_up_others_has_no_name(body: bytes, asked: bool) -> None:
    """It is named on the event loop: streams stood still for seconds behind one body of a million parts."""
    plan = Plan("m", (), cache=CacheRule("exact"))
    call = b'{"messages":[{"role":"user","content":' + body + b"}]}"
    question = Questions("off", 60).relayed(
        "ws_1", Operation.CHAT, call, plan, passed=dict[str, str], wish=ANYTHING
    )
    assert (question is not None) is asked
