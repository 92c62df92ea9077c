"""The log of one process: what is on the disk at every moment is enough."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.inference.usage import segment
from answerable.inference.usage.errors import UsageLogFull
from answerable.inference.usage.frames import CLOSED, OPENED, frame_of, frames_in, record_of
from answerable.inference.usage.journal import Journal
from answerable.inference.usage.record import Outcome, UsageRecord
from answerable.inference.usage.replay import dead_journals
from answerable.kit import ids
from tests.inference.usage.records import a_call

WORKSPACE = ids.new_id("ws")
SEGMENT = 8_000  # some ten frames


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path, max_bytes=1_000_000, segment_bytes=SEGMENT)
    yield journal
    journal.remove()


def drained(journal: Journal) -> list[UsageRecord]:
    """Everything that waits, taken as the writer does."""
    found = []
    while (batch := journal.next_batch()) is not None:
        found += [record_of(payload) for payload in batch.payloads]
        journal.taken(batch)
    return found


def left_behind(root: Path) -> list[UsageRecord]:
    """What a process that comes after a death finds."""
    found = []
    for dead in dead_journals(root):
        found += list(dead.records())
        dead.let_go()
    return found


def files(root: Path) -> int:
    return len(list(root.glob("*/*.log")))


@given(st.lists(st.sampled_from([OPENED, CLOSED]), max_size=6), st.data())
def test_a_log_cut_or_damaged_anywhere_keeps_the_frames_before(
    kinds: list[bytes], data: st.DataObject
) -> None:
    frames = [frame_of(kind, a_call(WORKSPACE)) for kind in kinds]  # type: ignore[arg-type]
    whole = b"".join(frames)
    cut = data.draw(st.integers(0, len(whole)))
    ends = [sum(map(len, frames[: n + 1])) for n in range(len(frames))]
    kept = sum(end <= cut for end in ends)
    assert [frame.kind for frame in frames_in(whole[:cut] + bytes(50))] == kinds[:kept]
    if cut < len(whole):
        damaged = bytearray(whole)
        damaged[cut] ^= data.draw(st.integers(1, 255))
        survived = [frame.kind for frame in frames_in(bytes(damaged))]
        assert survived == kinds[:kept]


def test_files_go_when_the_database_has_them_and_running_calls_move_on(
    journal: Journal, tmp_path: Path
) -> None:
    long = a_call(WORKSPACE)
    journal.opened(long)
    for _ in range(60):
        journal.opened(call := a_call(WORKSPACE))
        journal.closed(call)
    assert files(tmp_path) > 5
    assert len(drained(journal)) == 60
    assert files(tmp_path) == 1
    journal.closed(long)
    assert [record.id for record in drained(journal)] == [long.id]


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["open", "close", "drain"]), max_size=60),
    chance=st.randoms(use_true_random=False),
)
def test_whenever_a_process_dies_every_call_is_found_in_its_last_state(
    steps: list[str], chance: Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("usage")
    journal = Journal(root, max_bytes=1_000_000, segment_bytes=SEGMENT)
    running: list[UsageRecord] = []
    ended: set[str] = set()
    written: set[str] = set()
    for step in steps:
        if step == "open":
            running.append(a_call(WORKSPACE))
            journal.opened(running[-1])
        elif step == "close" and running:
            call = running.pop(chance.randrange(len(running)))
            journal.closed(call)
            ended.add(call.id)
        elif step == "drain":
            written |= {record.id for record in drained(journal)}
    assert written <= ended
    journal.close()
    found = {record.id: record.outcome for record in left_behind(root)}
    assert {call.id for call in running} == {
        i for i, outcome in found.items() if outcome == Outcome.INTERRUPTED
    }
    assert ended - written <= {i for i, outcome in found.items() if outcome == Outcome.ANSWERED} <= ended


def test_on_a_full_disk_new_calls_are_refused_and_ended_ones_kept(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = [a_call(WORKSPACE) for _ in range(30)]
    for call in running:
        journal.opened(call)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(segment.os, "posix_fallocate", full)
    for call in running:
        journal.closed(call)
    with pytest.raises(UsageLogFull):
        journal.opened(a_call(WORKSPACE))
    assert {record.id for record in drained(journal)} == {call.id for call in running}
    monkeypatch.undo()
    journal.opened(a_call(WORKSPACE))


def test_refusing_does_not_fill_a_full_log(tmp_path: Path) -> None:
    journal = Journal(tmp_path, max_bytes=2 * SEGMENT, segment_bytes=SEGMENT)
    journal.opened(begun := a_call(WORKSPACE))
    for _ in range(1000):
        journal.closed(a_call(WORKSPACE, outcome=Outcome.REFUSED))
    assert files(tmp_path) <= 4
    journal.closed(begun)
    assert begun.id in {record.id for record in drained(journal)}
    journal.remove()


def test_a_call_too_large_to_note_is_refused(journal: Journal) -> None:
    with pytest.raises(UsageLogFull):
        journal.opened(a_call(WORKSPACE, requested_model="x" * 100_000))


def test_a_folder_that_is_being_made_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / f".{ids.uuid7()}").mkdir()
    (tmp_path / "rejected-2026-06-15.jsonl").touch()
    os.mkdir(tmp_path / "lost+found")
    assert list(dead_journals(tmp_path)) == []
