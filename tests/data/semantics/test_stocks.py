"""Stocks must not be added up over time; but a list that names each thing once holds no time to add over."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.semantics.inference import infer

LIST = "Product,Stock value,Last count\nTamper,10,2026-01-03\nKettle,20,2026-01-05\nScale,30,2026-02-01\n"
HISTORY = "Product,Stock value,Day\nTamper,10,2026-01-01\nKettle,20,2026-01-01\nTamper,11,2026-02-01\n"


@pytest.mark.parametrize(("content", "non_additive"), [(LIST, False), (HISTORY, True)])
def test_stocks_add_up_unless_a_thing_comes_at_several_times(
    tmp_path: Path, content: str, non_additive: bool
) -> None:
    file, folder = tmp_path / "stock.csv", tmp_path / "out"
    file.write_text(content)
    folder.mkdir()
    found = read_tables(IngestionRequest(path=file, folder=folder, name="stock"), lambda _: None)
    metrics = infer("ds_1", "stock", "stock", found.tables[0].profile).metrics
    value = next(metric for metric in metrics if metric.field == "stock_value")
    assert value.non_additive is non_additive
