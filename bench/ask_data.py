"""Question to answer over a table of 1,000,000 rows (or 20,000,000), through HTTP on a server of its own."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import httpx

from bench.system import free_port, wait_ready

_BUDGETS_MS = {1_000_000: 60.0, 20_000_000: 250.0}
_QUESTIONS = (
    "total revenue in 2024",
    "number of orders in Germany last year",
    "revenue by month in 2025",
    "top 5 products by revenue",
    "average quantity per country in Q3 2025",
    "revenue in France compared to the year before in 2025",
)


def main() -> None:
    """Print p50 and p99 of the whole, beside the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    port = free_port()
    command = [str(Path(sys.executable).parent / "answerable"), "serve", "--data-dir", str(folder)]
    server = subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_ready(port, server)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=300) as client:
            figures = measure(client, folder, options.rows, options.rounds)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))


def measure(client: httpx.Client, folder: Path, rows: int, rounds: int) -> dict[str, object]:
    """Upload a table, ask each question `rounds` times with a literal that was never asked,
    so that no result cache answers."""
    person = {"email": "bench@example.com", "password": "correct horse battery", "workspace_name": "Bench"}
    token = client.post("/api/v1/auth/register", json=person).raise_for_status().json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    table = folder / "orders.parquet"
    write_table(table, rows)
    started = time.perf_counter()
    with table.open("rb") as file:
        uploaded = client.post(
            "/api/v1/datasets", files={"file": ("orders.parquet", file)}
        ).raise_for_status()
    dataset = uploaded.json()["datasets"][0]["id"]
    while (state := client.get(f"/api/v1/datasets/{dataset}").json())["status"] not in ("ready", "failed"):
        time.sleep(0.2)
    if state["status"] != "ready":
        raise RuntimeError(f"ingestion failed: {state}")
    ingested = time.perf_counter() - started
    times: list[float] = []
    answered = 0
    for number in range(rounds):
        for question in _QUESTIONS:
            asked = {"question": f"{question} with quantity over {number % 7}.{number:03d}"}
            begin = time.perf_counter()
            answer = client.post("/api/v1/ask", json=asked).raise_for_status().json()
            times.append((time.perf_counter() - begin) * 1000)
            answered += answer["status"] == "answered"
    times.sort()
    return {
        "rows": rows,
        "ingestion_s": round(ingested, 1),
        "questions": len(times),
        "answered": answered,
        "p50_ms": round(statistics.median(times), 1),
        "p99_ms": round(times[int(len(times) * 0.99)], 1),
        "budget_p50_ms": next((ms for most, ms in _BUDGETS_MS.items() if rows <= most), None),
    }


def write_table(path: Path, rows: int) -> None:
    """Orders over three years, the same for every run."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            COPY (SELECT i AS order_id, DATE '2023-01-01' + CAST(i % 1095 AS INTEGER) AS order_date,
                ['Germany', 'France', 'Spain', 'Italy'][1 + i % 4] AS country,
                'Product ' || (i * 7919 % 200) AS product, 1 + i * 31 % 9 AS quantity,
                CAST(5 + (i * 104729 % 50000) / 100.0 AS DECIMAL(12, 2)) AS revenue
            FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)
            """
        )


if __name__ == "__main__":
    main()
