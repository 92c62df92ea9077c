"""The semantic model from the command line, on a real server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cli.command import Finished, run
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")

DBT = """
semantic_models:
- name: shop_orders
  model: ref('shop_orders')
  defaults: {agg_time_dimension: order_date}
  dimensions: [{name: order_date, type: time, type_params: {time_granularity: day}}]
  measures:
  - {name: turnover, agg: sum, expr: amount, create_metric: true}
  - {name: taxed, agg: sum, expr: amount * 2, create_metric: true}
"""


@pytest.fixture(autouse=True)
def _server(base_url: str, owner: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_URL", base_url)
    monkeypatch.setenv("ANSWERABLE_KEY", owner.token)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path))


async def semantics(*words: object) -> Finished:
    """In a thread, because the server runs in this one."""
    return await asyncio.to_thread(run, "semantics", *words)


async def test_a_project_is_tried_taken_in_and_given_out(owner: Caller, tmp_path: Path) -> None:
    project = tmp_path / "models"
    project.mkdir()
    (project / "shop.yml").write_text(DBT)
    early = await semantics("import", project)
    assert (early.status, "no tables yet" in early.errors) == (1, True), early.errors
    await ingested(owner)
    unmatched = await semantics("import", project, "--dry-run")
    assert "no dataset is called so" in unmatched.output
    mapped = ("--table", "shop_orders=orders")
    tried = await semantics("import", project, *mapped, "--dry-run")
    assert (tried.status, "added metric turnover" in tried.output) == (0, True), tried.errors
    assert "shop.yml:9: left out: measure shop_orders.taxed" in tried.output
    assert "turnover" not in (await semantics("export", "ossie")).output
    done = await semantics("import", project, *mapped)
    assert "1 left out" in done.errors
    target = tmp_path / "model.yaml"
    assert (await semantics("export", "dbt", "-o", target)).status == 0
    assert "turnover" in target.read_text()
    again = await semantics("import", target, "--json")
    assert '"changes": []' in again.output


async def test_what_fails_says_why(owner: Caller, tmp_path: Path) -> None:
    await ingested(owner)
    missing = await semantics("import", tmp_path / "nowhere.yml")
    assert (missing.status, "cannot be read" in missing.errors) == (1, True)
    empty = await semantics("import", tmp_path)
    assert (empty.status, "0 files" in empty.errors) == (1, True)
    (tmp_path / "x.yml").write_text("models: []")
    refused = await semantics("import", tmp_path / "x.yml")
    assert (refused.status, "no format" in refused.errors) == (1, True), refused.errors
