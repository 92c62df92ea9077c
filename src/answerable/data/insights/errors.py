"""Why an insight cannot be shown or taken away."""

from __future__ import annotations

from answerable.kit.errors import Conflict, Unavailable


class NoChart(Conflict):
    code, title = "no_chart", "The result has no chart"


class ChartsUnavailable(Unavailable):
    code, title = "charts_unavailable", "Charts cannot be drawn here"
