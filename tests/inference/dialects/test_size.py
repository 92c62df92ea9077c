"""How many values a body has, and what is done with one that has too many."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.inference.dialects import size
from answerable.inference.dialects.size import SMALL_BYTES, bounded_head, values_of
from answerable.inference.operation import Operation
from answerable.kit.errors import TooLarge

NO_BOUND = 10**9
_JSON = st.recursive(
    st.none() | st.integers() | st.text('\\",[{a}'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('\\",[{a'), inner),
)


def marks(value: object) -> int:
    """Commas and opening brackets of a document, told by the document itself."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(0, len(value) - 1) + sum(map(marks, inner))
    return 0


@given(_JSON, st.integers(1, 9))
def test_marks_are_counted_outside_of_strings_alone(value: object, portion: int) -> None:
    body = json.dumps(value).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(size, "_PORTION", portion)
        assert values_of(body, NO_BOUND) == marks(value)


def parts(count: int, more: str = "") -> bytes:
    content = ",".join(['{"type":"text","text":"a"}'] * count)
    return f'{{"model":"m",{more}"messages":[{{"role":"user","content":[{content}]}}]}}'.encode()


async def test_a_body_of_too_many_parts_is_refused_with_the_remedy() -> None:
    with pytest.raises(TooLarge, match=r"more than 100,000 values.*Join small parts"):
        await bounded_head(Operation.CHAT, parts(40_000))
    assert (await bounded_head(Operation.CHAT, parts(20_000))).model == "m"


async def test_a_long_text_and_many_numbers_are_no_such_body() -> None:
    text = json.dumps({"model": "m", "messages": [{"role": "user", "content": '{"a": [1, 2]},\n' * 100_000}]})
    assert (await bounded_head(Operation.CHAT, text.encode())).model == "m"
    numbers = json.dumps({"model": "m", "input": [[7] * 300_000]})
    assert (await bounded_head(Operation.EMBEDDINGS, numbers.encode())).model == "m"
    with pytest.raises(TooLarge):
        await bounded_head(Operation.CHAT, numbers.encode())


async def test_the_loop_goes_on_while_a_large_body_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    counted_by: list[int] = []
    begun, gone_on = threading.Event(), threading.Event()

    def slowly(body: bytes, most: int) -> int:
        counted_by.append(threading.get_ident())
        begun.set()
        assert gone_on.wait(30), "the loop stood still"
        return values_of(body, most)

    monkeypatch.setattr(size, "values_of", slowly)
    large = asyncio.create_task(bounded_head(Operation.CHAT, parts(SMALL_BYTES // 25)))
    await asyncio.to_thread(begun.wait, 30)
    gone_on.set()
    assert (await large).model == "m"
    assert counted_by != [threading.get_ident()]


async def test_a_small_body_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "values_of", None)
    assert (await bounded_head(Operation.CHAT, parts(10))).model == "m"
