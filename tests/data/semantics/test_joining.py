"""A conversation's model beside the workspace's."""

from __future__ import annotations

from answerable.data.semantics.joining import join
from answerable.data.semantics.model import Aggregation, Dataset, Metric, SemanticModel


def model(dataset: str, *metrics: Metric) -> SemanticModel:
    return SemanticModel(
        datasets=(Dataset(name=dataset, id=f"ds_{dataset}", label=dataset, fields=()),), metrics=metrics
    )


def count(dataset: str, name: str, **parts: str) -> Metric:
    return Metric(name=name, label=name, dataset=dataset, aggregation=Aggregation.COUNT, **parts)


def test_metrics_that_make_way_are_still_computed_of_their_own() -> None:
    workspace = model("orders", count("orders", "total"))
    own = model("trips", count("trips", "total"), count("trips", "share", per="total", minus="total"))
    joined = join(workspace, own)
    _, total, share = joined.metrics
    assert total.name != "total"
    assert (share.minus, share.per) == (total.name, total.name)
    assert joined.metric("total") == workspace.metrics[0]
