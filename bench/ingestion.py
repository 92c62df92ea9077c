"""How well and how fast tables are read: the delimiter on a folder of annotated files, and bytes per
second against DuckDB's own reader. Prints JSON.

    python bench/ingestion.py --dialects FOLDER --rows 2000000 --large 1000

FOLDER holds `files/` and `dialects.json`, a list of {"file", "fields_delimiter"}. The two readers
take turns over the same file; the ratio of their medians counts, not the seconds.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from answerable.data.ingestion import dialect, encoding
from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.kit.settings import IngestionSettings

_ROWS_A_MEGABYTE = 19_000
_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "vslash": "|", "colon": ":"}
_TURNS = 3


def delimiters(folder: Path) -> dict[str, object]:
    """How often the delimiter found is the one that a person gave, and the files where it is not."""
    annotated = json.loads((folder / "dialects.json").read_text())
    wrong = []
    for entry in annotated:
        path = folder / "files" / entry["file"]
        text = encoding.head(path, encoding.detect(path), dialect.SAMPLE_CHARACTERS)
        found = dialect.detect(text)
        if found.delimiter != _NAMES[entry["fields_delimiter"]]:
            wrong.append(
                {"file": entry["file"], "found": found.delimiter, "given": entry["fields_delimiter"]}
            )
    right = len(annotated) - len(wrong)
    return {
        "files": len(annotated),
        "right": right,
        "share": round(right / len(annotated), 4),
        "wrong": wrong,
    }


def speed(rows: int) -> dict[str, object]:
    """Seconds to read a plain file into Parquet, ours with profile and report, against DuckDB's own
    reader; and ours once more on the same file as a German program writes it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, german = _write(folder, rows)
        ours, theirs = [], []
        for _ in range(_TURNS):
            ours.append(_seconds(lambda: _ours(plain, folder)))
            theirs.append(_seconds(lambda: _theirs(plain, folder)))
        careful = _seconds(lambda: _ours(german, folder))
        megabytes = plain.stat().st_size / 1e6
        mine, other = statistics.median(ours), statistics.median(theirs)
        return {
            "megabytes": round(megabytes, 1),
            "ours_mb_per_s": round(megabytes / mine, 1),
            "duckdb_mb_per_s": round(megabytes / other, 1),
            "ratio": round(other / mine, 3),
            "decimal_comma_mb_per_s": round(german.stat().st_size / 1e6 / careful, 1),
        }


def large(megabytes: int) -> dict[str, object]:
    """Seconds and the largest resident size of a process that reads a file of about that size: one that the
    fast reader takes, and one with decimal commas and dates by the day, which it cannot."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found: dict[str, object] = {}
        for path in _write(folder, megabytes * _ROWS_A_MEGABYTE):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                seconds, most = pool.apply(_read_alone, (path, folder))
            size = path.stat().st_size / 1e6
            found[path.stem] = {"megabytes": round(size), "seconds": round(seconds, 1), "most_mb": most}
        return found


def _read_alone(path: Path, folder: Path) -> tuple[float, int]:
    seconds = _seconds(lambda: _ours(path, folder))
    return seconds, round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def _write(folder: Path, rows: int) -> tuple[Path, Path]:
    seeded = random.Random(11)
    cities = ["Berlin", "Hamburg", "München", "Köln", "Paris"]
    plain, german = folder / "plain.csv", folder / "german.csv"
    with plain.open("w", encoding="utf-8") as one, german.open("w", encoding="utf-8") as two:
        one.write("order_id,order_date,city,amount,quantity,paid,note\n")
        two.write("Bestellung;Datum;Ort;Betrag;Menge;bezahlt;Notiz\n")
        for i in range(rows):
            month, day, cents = seeded.randrange(1, 13), seeded.randrange(1, 29), seeded.randrange(10_000_000)
            city, count, paid = seeded.choice(cities), seeded.randrange(1, 20), seeded.random() < 0.5
            note = f"note {seeded.randrange(1_000_000)}"
            one.write(f"{i},2024-{month:02}-{day:02},{city},{cents / 100:.2f},{count},")
            one.write(f"{'yes' if paid else 'no'},{note}\n")
            amount = f"{cents / 100:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
            two.write(
                f"{i};{day:02}.{month:02}.2024;{city};{amount};{count};{'ja' if paid else 'nein'};{note}\n"
            )
    return plain, german


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _ours(path: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as target:
        request = IngestionRequest(
            path=path, folder=Path(target), name=path.stem, memory_bytes=IngestionSettings().engine_bytes
        )
        read_tables(request, _ignore)


def _ignore(progress: dict[str, object]) -> None:
    del progress


def _theirs(path: Path, folder: Path) -> None:
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute(f"COPY (SELECT * FROM read_csv('{path}')) TO '{folder / 'theirs.parquet'}'")


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialects", type=Path)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--large", type=int, default=0, help="megabytes of a file whose memory is measured")
    arguments = parser.parse_args()
    report: dict[str, object] = {}
    if arguments.dialects:
        report["delimiters"] = delimiters(arguments.dialects)
    if arguments.rows:
        report["speed"] = speed(arguments.rows)
    if arguments.large:
        report["large"] = large(arguments.large)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
