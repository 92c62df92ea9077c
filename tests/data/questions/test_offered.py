"""A question that is asked back offers nothing that cannot be computed."""

from __future__ import annotations

from tests.data.questions.repair_shop import shop

from answerable.data.answering.options import offerable
from answerable.data.engines.compiler import compile_query
from answerable.data.questions.outcome import Ambiguous, Intent, Option, Parsed
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Measure, SemanticQuery, TimeSlice


def running(aggregation: Aggregation, *, total: bool = True) -> Option:
    """The fees of repairs by month, added up to the end of each."""
    measure = Measure(aggregation=aggregation, field="fee", alias="fee", running_total=total)
    time = TimeSlice.model_validate({"field": "received", "grain": "month"})
    return Option(f"{aggregation} {total}", SemanticQuery(dataset="repairs", measures=(measure,), time=time))


def asked(*options: Option) -> Ambiguous:
    return Ambiguous("Which number do you mean?", options, Intent.TREND, "measure", ())


def test_options_that_are_refused_are_left_out_and_the_only_other_is_the_answer() -> None:
    total, mean, largest = (running(a) for a in (Aggregation.SUM, Aggregation.AVG, Aggregation.MAX))
    plain = running(Aggregation.AVG, total=False)
    only = offerable(asked(mean, total, largest), shop().model)
    assert isinstance(only, Parsed)
    assert only.query == total.query
    two = offerable(asked(mean, total, plain), shop().model)
    assert isinstance(two, Ambiguous)
    assert two.options == (total, plain)


def test_a_running_total_is_of_what_adds_up() -> None:
    outcome = shop().read("running total of fee by month in 2025")
    assert isinstance(outcome, Parsed), outcome
    assert outcome.query is not None
    assert outcome.query.measures[0].metric == "total_fee"
    compile_query(outcome.query, shop().model)
