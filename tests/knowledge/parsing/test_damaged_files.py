"""Hundreds of damaged files: each gives text or a reason; no reader dies or hangs."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import psutil
import pytest

from answerable.kit.sandbox import Limits, SandboxError, Worker
from answerable.knowledge.parsing.failures import ParseFailed, Reason
from answerable.knowledge.parsing.parser import ReaderProcesses, parse
from tests.knowledge.parsing import files

LIMITS = Limits(memory_bytes=400_000_000, cpu_seconds=10, wall_seconds=60, file_bytes=1_000_000)
LINES = [(18, "A heading"), (11, "Some text on a page."), (11, "More of it, (in brackets).")]


@pytest.mark.parametrize(
    ("original", "rounds"),
    [
        pytest.param(files.pdf([LINES] * 4), 300, id="pdf"),
        pytest.param(files.docx(files.paragraph("Some text.") * 20), 150, id="docx"),
    ],
)
async def test_damage_at_seeded_places_is_survived(tmp_path: Path, original: bytes, rounds: int) -> None:
    seed = 20261121
    source = random.Random(seed)
    path = tmp_path / "file"
    path.write_bytes(original)
    worker = Worker("answerable.knowledge.parsing.reading:read_file", limits=LIMITS, read=[tmp_path])
    outcomes: Counter[str] = Counter()
    died: list[tuple[int, int, str]] = []  # crashed or timed out instead of refusing
    try:
        for round_number in range(rounds):
            path.write_bytes(damaged(original, source))
            try:
                answer = await worker.call({"path": str(path), "name": "a"}, deadline=60)
                outcomes["text" if answer["text"] else "nothing"] += 1
            except SandboxError as error:
                outcomes[error.code] += 1
                if error.kind != "refused" or error.code not in set(Reason):
                    died.append((seed, round_number, error.kind))
    finally:
        await worker.close()
    assert died == []
    assert outcomes["nothing"] == 0
    assert outcomes["text"] > 0
    assert outcomes[Reason.DAMAGED] > 0


def damaged(original: bytes, source: random.Random) -> bytes:
    """The file with bytes changed, a piece cut out or doubled, or its end gone."""
    data = bytearray(original)
    for _ in range(source.choice((1, 3, 10, 40))):
        place = source.randrange(len(data))
        match source.randrange(6):
            case 0 | 1 | 2:
                data[place] = source.randrange(256)
            case 3:
                del data[place : place + source.randint(1, 30)]
            case 4:
                data[place:place] = data[place : place + source.randint(1, 30)]
            case 5:
                data[place : place + 2] = str(source.choice((0, -1, 99, 2**31, 10**20))).encode()
    return bytes(data[: source.randint(len(data) // 2, len(data))] if source.random() < 0.2 else data)


async def test_a_reader_that_is_killed_costs_its_file_alone(tmp_path: Path) -> None:
    slow, quick = tmp_path / "slow", tmp_path / "quick"
    slow.write_bytes(files.pdf([LINES] * 4000))
    quick.write_text("A text.")
    processes = ReaderProcesses()
    begun = asyncio.Event()
    before = set(psutil.Process().children(recursive=True))
    try:
        reading = asyncio.create_task(
            parse(slow, "a.pdf", processes=processes, on_progress=lambda _: begun.set())
        )
        await begun.wait()
        started = set(psutil.Process().children(recursive=True)) - before
        (reader,) = [each for each in started if each.ppid() != os.getpid()]  # the other one is the server
        reader.kill()
        with pytest.raises(ParseFailed) as caught:
            await reading
        assert caught.value.reason is Reason.CRASH
        assert (await parse(quick, "a.txt", processes=processes)).text == "A text."
    finally:
        await processes.close()
