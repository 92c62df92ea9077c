"""A foreign model in the names of this workspace, before it is merged into the workspace's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from answerable.data.interchange.formulas import Formula
from answerable.data.interchange.report import Place, Report
from answerable.data.semantics.model import Relationship

# What a part says of itself, by the names of the model's own attributes; what it leaves unsaid is not there.
Said = dict[str, object]


@dataclass
class DraftDataset:
    """What is said of a dataset and of its fields, by name."""

    place: Place
    said: Said = field(default_factory=dict)
    fields: dict[str, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class DraftMetric:
    """A metric with what it computes. `minus` and `per` name the metrics that its formula was written of,
    where the file says; another of the same formula does as well."""

    name: str
    formula: Formula
    said: Said
    place: Place
    minus: str | None = None
    per: str | None = None


@dataclass(frozen=True)
class DraftRelationship:
    """A relationship; `said` is what it tells beyond the two ends."""

    name: str
    link: Relationship
    place: Place


@dataclass
class Draft:
    """All of it, with the report of what could not be taken."""

    format: str
    datasets: dict[str, DraftDataset] = field(default_factory=dict)
    metrics: list[DraftMetric] = field(default_factory=list)
    relationships: list[DraftRelationship] = field(default_factory=list)
    segments: list[tuple[object, Place]] = field(default_factory=list)  # as they are written
    calendar: Mapping[str, object] | None = None
    report: Report = field(default_factory=Report)
