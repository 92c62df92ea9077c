"""Tokens, numbers, misspellings and dates: the parts that the rules stand on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.data.questions.chart import Chart, Grammar, Item
from answerable.data.questions.english import KNOWN_WORDS, plural, singular
from answerable.data.questions.fuzzy import correct, slips
from answerable.data.questions.meanings import TimeUnit
from answerable.data.questions.numbers import cardinal, ordinal
from answerable.data.questions.time import resolve
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.tokens import tokenise

NOW = Now(date(2026, 11, 21))


@given(st.text(max_size=120))
def test_tokens_stand_in_order_inside_the_text(text: str) -> None:
    position = 0
    for token in tokenise(text):
        assert position <= token.start < token.end <= len(text)
        position = token.end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Germany's revenue", ["germany", "'s", "revenue"]),
        ("isn't shipped", ["is", "not", "shipped"]),
        ("year-to-date", ["year", "to", "date"]),
        ("on 2025-03-04", ["on", "2025-03-04"]),
        ("over 1,000.50 EUR", ["over", "1,000.50", "eur"]),
        ("Café Müller", ["cafe", "muller"]),
        ('for "Acme Corp"', ["for", "acme corp"]),
        ("Q3/2025 >= 5k", ["q3", "/", "2025", ">=", "5k"]),
    ],
)
def test_text_is_cut_as_people_mean_it(text: str, words: list[str]) -> None:
    assert [token.norm for token in tokenise(text)] == words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,000", 1000),
        ("5k", 5000),
        ("1.5m", 1_500_000),
        ("2bn", 2 * 10**9),
        ("twelve", 12),
        ("0.25", Decimal("0.25")),
    ],
)
def test_numbers_are_read(text: str, value: int | Decimal) -> None:
    assert cardinal(text) == value


@pytest.mark.parametrize("text", ["", "k", "-5", "1e9", "abc", "1.2.3"])
def test_what_is_no_plain_number_is_none(text: str) -> None:
    assert cardinal(text) is None


def test_ordinals_are_read_in_digits_and_words() -> None:
    assert (ordinal("3rd"), ordinal("third"), ordinal("three")) == (3, 3, None)


@pytest.mark.parametrize(
    "noun", ["order", "country", "box", "branch", "address", "status", "person", "purchase", "sale"]
)
def test_a_plural_has_the_form_of_its_singular(noun: str) -> None:
    assert singular(plural(noun)) == singular(noun) == noun


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reveneue", "revenue"),
        ("germny", "germany"),
        ("custmer", "customer"),
        ("frnace", "france"),
        ("quantiy", "quantity"),
    ],
)
def test_a_slip_finds_the_word_meant(typed: str, meant: str) -> None:
    assert correct(typed, ["revenue", "germany", "customer", "france", "quantity", "region"]) == meant


@pytest.mark.parametrize("typed", ["span", "orders2", "skipped", "borders", "reven", "australia"])
def test_what_may_be_another_word_is_left_alone(typed: str) -> None:
    assert correct(typed, ["spain", "orders", "shipped", "revenue", "austria"]) is None


@pytest.mark.parametrize(("typed", "meant"), [("tema", "team"), ("ciyt", "city"), ("feee", "fee")])
def test_a_short_word_is_mended_where_letters_changed_places_or_came_twice(typed: str, meant: str) -> None:
    assert correct(typed, ["team", "city", "fee", "sale"]) == meant


@pytest.mark.parametrize("typed", ["tram", "teem", "sole", "tam", "etam", "cit", "fees"])
def test_other_short_words_are_left_alone(typed: str) -> None:
    assert correct(typed, ["team", "city", "fee", "sale"]) is None


def test_two_words_equally_near_win_nothing() -> None:
    assert correct("regiom", ["region", "regios"]) == "region"
    assert correct("chanel", ["channel", "chanell"]) is None


@given(st.sampled_from(sorted(KNOWN_WORDS)))
def test_a_word_is_no_slip_from_itself(word: str) -> None:
    assert slips(word, word, 2) == 0


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.sampled_from(list(TimeUnit)), st.integers(1, 12))
def test_past_units_touch_the_current_one(today: date, unit: TimeUnit, count: int) -> None:
    now = Now(today)
    past, current = resolve.past(unit, count, now), resolve.current(unit, 0, now, "")
    assert past.end == current.start
    assert past.start is not None
    assert resolve.add(past.start, unit, count) == past.end
    assert current.start is not None
    assert current.end is not None
    assert current.start <= today < current.end


@given(st.integers(1, 12), st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_a_month_without_a_year_has_begun(month: int, today: date) -> None:
    span = resolve.latest(TimeUnit.MONTH, month, Now(today))
    assert span.start is not None
    assert span.start <= today
    assert span.start.month == month
    assert (today - span.start).days < 366


def test_weeks_begin_on_the_calendars_first_weekday() -> None:
    assert resolve.floor(NOW.today, TimeUnit.WEEK, NOW) == date(2026, 11, 16)
    assert resolve.floor(NOW.today, TimeUnit.WEEK, Now(NOW.today, first_weekday=6)) == date(2026, 11, 15)


def test_the_period_before_keeps_its_length_and_its_kind() -> None:
    month = resolve.part_of_year(TimeUnit.MONTH, 3, 2025)
    before = resolve.previous(month)
    assert before is not None
    assert (before.start, before.end) == (date(2025, 2, 1), date(2025, 3, 1))
    to_date = resolve.to_date(TimeUnit.MONTH, NOW)
    before = resolve.previous(to_date)
    assert before is not None
    assert (before.start, before.end) == (date(2026, 10, 1), date(2026, 10, 22))


def test_a_pattern_with_options_and_alternatives_matches_each_way() -> None:
    grammar = Grammar()
    grammar.words_as("Noun", "cat|guinea pig", "pet")
    grammar.rule("Phrase", "(the|a)? Noun (and Noun)?", lambda _context, first, second: (first, second))
    for text, expected in (("guinea pig", ("pet", None)), ("the cat and guinea pig", ("pet", "pet"))):
        words = text.split()
        items = Chart(grammar, None).fill(Item(w, at, at + 1, w, 0.0) for at, w in enumerate(words))
        whole = [i.value for i in items if i.category == "Phrase" and (i.start, i.end) == (0, len(words))]
        assert whole == [expected]


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Grammar().rule("Empty", "maybe?", lambda _context: True)
