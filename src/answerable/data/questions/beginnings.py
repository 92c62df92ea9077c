"""Where numbers that come together over time begin: with the time asked for, or with the first row."""

from __future__ import annotations

from answerable.data.questions.formatting import format_moment, upper_first
from answerable.data.questions.wording import measure_words
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.query import SemanticQuery


def beginnings(query: SemanticQuery, model: SemanticModel) -> list[str]:
    """Sentences that say whether what was before the query's period is counted in; none without a start."""
    start = query.time.period.start if query.time is not None and query.time.period is not None else None
    if start is None:
        return []
    told = format_moment(start)
    said = []
    for measure in query.measures:
        metric = model.metric(measure.metric) if measure.metric is not None else None
        if metric is not None and metric.cumulative:
            said.append(
                f"{upper_first(measure_words(measure, query, model))} counts what was before {told}, too."
            )
        elif measure.running_total:
            said.append(f"The running total begins with 0 on {told}.")
    return list(dict.fromkeys(said))
