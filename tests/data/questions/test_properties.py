"""What must hold for every question: wrappers change nothing, unknown words are never ignored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.questions.models import MODELS

from answerable.data.questions.notes import sentence
from answerable.data.questions.outcome import Ambiguous, Outcome, Parsed, Unparsed
from answerable.data.questions.service import lexicon_for, read_question

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
ORDERS = MODELS["orders"]

MEASURES = ("revenue", "number of orders", "average order value", "total quantity", "how many customers")
GROUPS = ("", "by country", "per region", "by month", "for each category", "by channel and status")
FILTERS = (
    "",
    "in Germany",
    "for Product X",
    "with status shipped",
    "excluding France",
    "in the North region",
)
TIMES = ("", "in 2025", "last quarter", "since June", "in March 2025", "in the last 30 days", "year to date")
WRAPPED = (
    "please {}",
    "{} please",
    "can you tell me {}?",
    "{}?",
    "I'd like to know {}",
    "could you please show me {}",
    "  {}  ",
    "{}!",
    "hey, {}",
    "what is {}",
    "{} thanks",
)


def _read(question: str) -> Outcome:
    return read_question(question, ORDERS, AS_OF)


def _hash(outcome: Outcome) -> str:
    assert isinstance(outcome, Parsed)
    assert outcome.query is not None
    return outcome.query.canonical_hash


QUESTIONS = st.tuples(*(st.sampled_from(parts) for parts in (MEASURES, GROUPS, FILTERS, TIMES))).map(
    lambda parts: " ".join(part for part in parts if part)
)


@given(QUESTIONS, st.sampled_from(WRAPPED))
@settings(max_examples=150, deadline=None)
def test_politeness_changes_nothing(question: str, wrapper: str) -> None:
    plain = _read(question)
    assert isinstance(plain, Parsed)
    if question.startswith("how many") and wrapper.startswith("what is"):
        return
    assert _hash(_read(wrapper.format(question))) == _hash(plain)


@given(QUESTIONS, st.data())
@settings(max_examples=150, deadline=None)
def test_a_word_that_means_nothing_here_makes_it_decline(question: str, data: st.DataObject) -> None:
    words = question.split()
    at = data.draw(st.integers(0, len(words)))
    stranger = data.draw(
        st.sampled_from(["narnia", "zebra", "because", "profitable", "wholesome", "why", "hypothetically"])
    )
    outcome = _read(" ".join([*words[:at], stranger, *words[at:]]))
    assert isinstance(outcome, Unparsed)
    assert stranger in outcome.left_over


@given(QUESTIONS)
@settings(max_examples=80, deadline=None)
def test_case_does_not_matter(question: str) -> None:
    assert _hash(_read(question.upper())) == _hash(_read(question))


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_an_outcome(text: str) -> None:
    assert isinstance(_read(text), Parsed | Ambiguous | Unparsed)


@given(
    st.lists(
        st.sampled_from((*MEASURES, *GROUPS, *FILTERS, *TIMES, "vs", "not", "top 5", "by", "or", "share of")),
        max_size=7,
    )
)
@settings(max_examples=150, deadline=None)
def test_every_parsed_query_names_what_the_model_has(parts: list[str]) -> None:
    outcome = _read(" ".join(parts))
    queries = [outcome.query] if isinstance(outcome, Parsed) else []
    queries += [option.query for option in outcome.options] if isinstance(outcome, Ambiguous) else []
    dataset = ORDERS.datasets[0]
    for query in queries:
        if query is None:
            continue
        names = [*query.columns, *(group.field for group in query.group_by)]
        names += [m.field for m in query.measures if m.field] + ([query.time.field] if query.time else [])
        assert all(dataset.field(name) is not None for name in names)
        assert all(ORDERS.metric(m.metric) is not None for m in query.measures if m.metric)


@pytest.mark.parametrize(
    "same",
    [
        (
            "revenue by country",
            "revenue per country",
            "sales for each country",
            "turnover broken down by country",
        ),
        (
            "how many orders in 2025",
            "number of orders in 2025",
            "2025 orders count",
            "count of orders during 2025",
        ),
        ("revenue in Germany", "German revenue", "revenue from Germany", "revenue where country is Germany"),
        (
            "revenue by month",
            "monthly revenue",
            "revenue per month",
            "revenue each month",
            "revenue month by month",
        ),
        (
            "top 5 customers by revenue",
            "which 5 customers have the most revenue",
            "the five best customers by revenue",
        ),
        ("revenue year to date", "revenue ytd", "revenue so far this year", "revenue this year so far"),
        (
            "share of revenue by country",
            "revenue by country as a percentage of total",
            "percentage of revenue per country",
        ),
        ("revenue in 2025 vs 2024", "revenue 2024 vs 2025", "change in revenue from 2024 to 2025"),
        ("revenue in Q3 2025", "revenue in the third quarter of 2025", "revenue from July to September 2025"),
        ("orders over 1,000", "orders above 1k", "orders of more than 1000 EUR", "orders with amount > 1000"),
    ],
)
def test_paraphrases_ask_the_same_query(same: tuple[str, ...]) -> None:
    assert len({_hash(_read(question)) for question in same}) == 1


def test_relative_time_counts_from_the_given_now() -> None:
    january = read_question("revenue last month", ORDERS, datetime(2026, 2, 10, tzinfo=UTC))
    assert isinstance(january, Parsed)
    assert january.query is not None
    assert january.query.time is not None
    assert january.query.time.period is not None
    assert str(january.query.time.period.start) == "2026-01-01"


def test_the_trace_points_at_the_words_of_the_question() -> None:
    question = "What was the revenue in Germany last quarter?"
    outcome = _read(question)
    assert isinstance(outcome, Parsed)
    assert all(question[r.start : r.end] == r.words for r in outcome.readings)
    assert [r.words for r in outcome.readings] == ["revenue", "in Germany", "last quarter"]


def test_a_corrected_word_is_told_and_costs_confidence() -> None:
    exact, misspelt = _read("revenue in Germany"), _read("revenue in Germny")
    assert isinstance(exact, Parsed)
    assert isinstance(misspelt, Parsed)
    assert misspelt.confidence < exact.confidence
    assert any("germany" in sentence(note) for note in misspelt.notes)


def test_leaving_out_the_unknown_word_is_suggested() -> None:
    outcome = _read("revenue in Narnia in 2025")
    assert isinstance(outcome, Unparsed)
    assert outcome.left_over == ("narnia",)
    assert outcome.suggestions[0] == "revenue in 2025"


def test_the_score_tells_data_from_documents() -> None:
    about_data, about_text = _read("revenue by salesperson"), _read("what does the returns policy say")
    assert isinstance(about_data, Unparsed)
    assert isinstance(about_text, Unparsed)
    assert about_data.score >= 0.5
    assert about_text.score == 0


def test_only_datasets_in_scope_are_asked() -> None:
    outcome = read_question("number of customers by city", MODELS["shop"], AS_OF, scope=["orders"])
    assert isinstance(outcome, Unparsed)
    assert isinstance(read_question("number of customers by city", MODELS["shop"], AS_OF), Parsed)


@pytest.mark.parametrize(
    "question", ["", "   ", "?!", "\x00\x01\x02", "数据在哪里", "a" * 100_000, "revenue " * 200, "((((", '"']
)
def test_hostile_questions_are_declined(question: str) -> None:
    assert isinstance(_read(question), Unparsed)


def test_a_lexicon_is_built_once_for_a_revision() -> None:
    same = ORDERS.model_copy(deep=True)
    assert lexicon_for(same) is lexicon_for(ORDERS)
    other = ORDERS.model_copy(update={"metrics": ()})
    assert lexicon_for(other) is not lexicon_for(ORDERS)
