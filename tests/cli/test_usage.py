"""`answerable usage` against a scripted server."""

from __future__ import annotations

import json

import pytest

from tests.cli.command import run
from tests.cli.scripted_server import Reply, ScriptedServer

FIGURES = {
    "calls": 1200, "failed_calls": 3, "refused_calls": 0, "cached_calls": 0, "unpriced_calls": 0,
    "estimated_calls": 0, "input_tokens": 1000000, "output_tokens": 250, "cached_input_tokens": 0,
    "reasoning_tokens": 0, "cost_usd": 12.345678, "mean_latency_ms": 1.5, "mean_first_token_ms": None,
}  # fmt: skip


def report(*models: str | None, cursor: str | None = None, **totals: float) -> dict[str, object]:
    return {
        "since": "2026-06-01T00:00:00Z", "until": "2026-07-01T00:00:00Z", "group_by": ["model"],
        "items": [{**FIGURES, "group": {"model": name}} for name in models],
        "totals": {**FIGURES, **totals}, "next_cursor": cursor,
    }  # fmt: skip


def test_every_page_is_in_the_table_with_its_totals(scripted: ScriptedServer) -> None:
    scripted.on(
        "GET /api/v1/usage", Reply(report("[red]small", cursor="abc")), Reply(report(None, unpriced_calls=2))
    )
    finished = run("usage", "--by", "model", "--from", "2026-06-01", "--url", scripted.url, "--key", "x")
    assert finished.status == 0, finished.output
    assert "[red]small" in finished.output
    assert "12.3457" in finished.output
    assert "1,000,000" in finished.output
    assert "2026-06-01 to 2026-07-01" in finished.output
    assert "2 calls have no known price" in finished.output
    assert len(scripted.seen) == 2


@pytest.mark.parametrize(
    ("cost", "shown"), [(0, "0.0000"), (0.00003612, "0.000036"), (0.0012345, "0.0012"), (0.5, "0.5000")]
)
def test_a_short_calls_cost_is_not_shown_as_nothing(
    scripted: ScriptedServer, cost: float, shown: str
) -> None:
    scripted.on("GET /api/v1/usage", Reply(report("small", cost_usd=cost)))
    finished = run("usage", "--by", "model", "--url", scripted.url, "--key", "x")
    assert finished.output.splitlines()[2].split()[-1] == shown


def test_json_and_csv_are_for_programs(scripted: ScriptedServer) -> None:
    scripted.on("GET /api/v1/usage", Reply(report("small")))
    printed = run("usage", "--json", "--url", scripted.url, "--key", "x").output
    assert json.loads(printed)["items"][0]["group"] == {"model": "small"}
    both = run("usage", "--json", "--csv", "--url", scripted.url, "--key", "x")
    assert both.status == 1
