from __future__ import annotations

import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.kit import ids


@given(st.uuids())
def test_a_public_id_decodes_to_the_uuid_it_was_made_from(value: uuid.UUID) -> None:
    assert ids.decode("doc", ids.encode("doc", value)) == value


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for milliseconds in (1_000, 1_001, 2_000_000_000_000):
        monkeypatch.setattr(ids.time, "time_ns", lambda ms=milliseconds: ms * 1_000_000)
        made.append(ids.new_id("doc"))
    assert made == sorted(made)


def test_a_fresh_id_is_a_version_7_uuid_of_the_rfc_variant() -> None:
    value = ids.uuid7()
    assert (value.version, value.variant) == (7, uuid.RFC_4122)


def test_a_forked_process_makes_other_ids_than_its_parent() -> None:
    ids.random_bytes()  # more are in store now
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, ids.random_bytes())
        os._exit(0)
    os.waitpid(child, 0)
    drawn = {ids.random_bytes() for _ in range(300)}
    assert os.read(reading, 100) not in drawn
    assert len(drawn) == 300
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "doc",
        "doc_",
        "ds_" + "0" * 26,
        "doc_" + "0" * 25,
        "doc_" + "u" * 26,
        "doc_" + "z" * 26,
        "doc_\x00",
    ],
)
def test_what_is_no_id_of_the_prefix_decodes_to_nothing(text: str) -> None:
    assert ids.decode("doc", text) is None
