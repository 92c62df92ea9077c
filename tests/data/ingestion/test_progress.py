"""A job tells how many rows it has read while it reads them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from answerable.data.ingestion import fastpath, ingest, textfile
from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.ingestion.watching import watched

_ROWS = 400_000


def test_the_share_that_a_statement_has_read_is_told_while_it_runs() -> None:
    told, shares = threading.Event(), list[float]()

    def note(share: float) -> None:
        shares.append(share)
        told.set()

    def wait_behind_half(number: int) -> int:
        return number if number < _ROWS // 2 or told.wait(60) else -1

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE numbers AS SELECT range AS n FROM range({_ROWS})")
        connection.create_function("wait_behind_half", wait_behind_half, ["BIGINT"], "BIGINT")
        with watched(connection, note):
            (least,) = connection.execute("SELECT min(wait_behind_half(n)) FROM numbers").fetchone() or (-1,)
    assert least == 0, "nothing was told before the statement ended"
    assert all(0 < share <= 1 for share in shares)


@pytest.mark.parametrize("way", ["fast", "staged", "careful"])
def test_rows_of_a_large_file_are_counted_while_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    rows = 120_000
    path = tmp_path / "large.csv"
    path.write_text("number,day\n" + "".join(f"{i},2024-01-31\n" for i in range(rows)), encoding="utf-8")
    monkeypatch.setattr(textfile, "WHOLE_BYTES", 1000)
    if way != "fast":
        monkeypatch.setattr(fastpath, "write", lambda *_: None)
    if way == "careful":
        monkeypatch.setattr(fastpath, "stage", lambda *_: False)

    @contextmanager
    def at_half(connection: duckdb.DuckDBPyConnection, note: Callable[[float], None]) -> Iterator[None]:
        with watched(connection, lambda _: None):
            note(0.5)
            yield

    monkeypatch.setattr(ingest, "watched", at_half)
    done: list[int] = []
    request = IngestionRequest(path=path, folder=tmp_path, name="large")
    read_tables(request, lambda progress: done.append(progress["done"]))
    assert done == sorted(done)
    assert done[0] == pytest.approx(rows / 2, rel=0.05)
    assert done[-1] == rows
    if way == "careful":
        assert 100_000 in done
