"""A trial of rules says in words which text its column cannot hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.ingestion.rules.outcome import TrialRequest
from answerable.data.ingestion.rules.trial import try_rules
from answerable.kit.sandbox import Refusal

SALES = "sold,amount,pieces\n2025-01-01,1.50,2\n2025-01-02,3.25,4\n"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"amount": "abc"}, "Row 2 has 'abc' in 'amount', which holds numbers (12.50)."),
        ({"amount": "1", "pieces": "many"}, "Row 2 has 'many' in 'pieces', which holds whole numbers."),
        ({"sold": "soon"}, "Row 2 has 'soon' in 'sold', which holds dates (2025-01-31)."),
    ],
)
def test_a_text_that_does_not_fit_is_named_without_the_engines_words(
    tmp_path: Path, row: dict[str, str | None], words: str
) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(SALES)
    found = read_tables(IngestionRequest(path=file, folder=tmp_path, name="sales"), lambda _: None).tables[0]
    request = TrialRequest(
        folder=tmp_path,
        parquet=tmp_path / found.file,
        columns={column.name: column.type for column in found.profile.columns},
        rows=[{"sold": "2025-03-01", "amount": "7", "pieces": None}, row],
        rules=(),
    )
    with pytest.raises(Refusal) as refused:
        try_rules(request)
    assert (refused.value.code, refused.value.detail) == (
        "invalid_rows",
        f"{words} Change it, or leave it empty.",
    )
