"""Conversations of several turns over one number: each turn's rows are those that plain Python counts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.data.questions.bank.plain import Answer, each, mean, n, total
from tests.data.questions.bank.score import difference
from tests.data.questions.bank.warehouse import AS_OF
from tests.data.questions.people.tables import at, store

from answerable.data.questions.changes.outcome import Patched
from answerable.data.questions.followup import follow_up
from answerable.data.questions.outcome import Parsed
from answerable.data.questions.service import read_question

ORDERS = at("shop", "orders")
VISITS = at("clinic", "visits").join(at("clinic", "doctors"), "doctor_id")
CHECKINS = at("gym", "checkins")
STAYS = at("bookings", "bookings").join(at("bookings", "hotels"), "hotel_id")
READINGS = at("energy", "readings").join(
    at("energy", "meters").join(at("energy", "sites"), "site_id"), "meter_id"
)
_VISITS = VISITS.no(kind="Surgery")
_POOL = CHECKINS.eq(area="Pool").on("checked_in_at", "2024")
_GAS = READINGS.eq(medium="Gas")
_DUNA = STAYS.eq(hotel="Duna")
_SITES = READINGS.on("read_on", "2025")
_MONTHLY = each("month", "order_date")
_GERMAN = ORDERS.eq(region="Germany")
_PER_MONTH = 12

CHAINS: dict[str, tuple[str, Sequence[tuple[str, Answer]]]] = {
    "orders by month": (
        "shop",
        [
            ("number of orders by month in 2025", ORDERS.on("order_date", "2025").by(_MONTHLY).get(n)),
            ("only Germany", _GERMAN.on("order_date", "2025").by(_MONTHLY).get(n)),
            ("and last year?", _GERMAN.on("order_date", "2024").by(_MONTHLY).get(n)),
            ("what about the average?", _GERMAN.on("order_date", "2024").get(lambda r: n(r) / _PER_MONTH)),
            ("2025 instead", _GERMAN.on("order_date", "2025").get(lambda r: n(r) / _PER_MONTH)),
        ],
    ),
    "revenue by region": (
        "shop",
        [
            ("revenue by region", ORDERS.by("region").get(total("amount"))),
            ("as a share", ORDERS.by("region").get(total("amount")).shares()),
            ("without Germany", ORDERS.no(region="Germany").by("region").get(total("amount")).shares()),
            (
                "and in 2025?",
                ORDERS.no(region="Germany")
                .on("order_date", "2025")
                .by("region")
                .get(total("amount"))
                .shares(),
            ),
            (
                "by channel instead",
                ORDERS.no(region="Germany")
                .on("order_date", "2025")
                .by("channel")
                .get(total("amount"))
                .shares(),
            ),
        ],
    ),
    "average and total": (
        "shop",
        [
            ("average amount by category", ORDERS.by("category").get(mean("amount"))),
            ("what about the total?", ORDERS.by("category").get(total("amount"))),
            ("only 2025", ORDERS.on("order_date", "2025").by("category").get(total("amount"))),
            ("top 3", ORDERS.on("order_date", "2025").by("category").get(total("amount")).top(3)),
            (
                "without returned",
                ORDERS.on("order_date", "2025")
                .no(status="returned")
                .by("category")
                .get(total("amount"))
                .top(3),
            ),
        ],
    ),
    "visits by kind": (
        "clinic",
        [
            ("number of visits by kind", VISITS.by("kind").get(n)),
            ("without surgery", _VISITS.by("kind").get(n)),
            ("in 2025", _VISITS.on("booked_on", "2025").by("kind").get(n)),
            ("by doctor instead", _VISITS.on("booked_on", "2025").by("doctor").get(n)),
            ("top 2", _VISITS.on("booked_on", "2025").by("doctor").get(n).top(2)),
        ],
    ),
    "checkins by area": (
        "gym",
        [
            ("checkins by area in 2025", CHECKINS.on("checked_in_at", "2025").by("area").get(n)),
            ("and last year?", CHECKINS.on("checked_in_at", "2024").by("area").get(n)),
            ("by month", CHECKINS.on("checked_in_at", "2024").by(each("month", "checked_in_at")).get(n)),
            ("only Pool", _POOL.by(each("month", "checked_in_at")).get(n)),
            ("top 2", _POOL.by(each("month", "checked_in_at")).get(n).top(2)),
        ],
    ),
    "nights by hotel": (
        "bookings",
        [
            ("total nights by hotel", STAYS.by("hotel").get(total("nights"))),
            ("and by channel", STAYS.by("hotel", "channel").get(total("nights"))),
            ("only Duna", _DUNA.by("hotel", "channel").get(total("nights"))),
            ("without Phone", _DUNA.no(channel="Phone").by("hotel", "channel").get(total("nights"))),
            (
                "in 2025",
                _DUNA.no(channel="Phone").on("booked_on", "2025").by("hotel", "channel").get(total("nights")),
            ),
        ],
    ),
    "energy by site": (
        "energy",
        [
            ("total kwh by site in 2025", _SITES.by("site").get(total("kwh"))),
            ("only gas", _SITES.eq(medium="Gas").by("site").get(total("kwh"))),
            ("by month", _SITES.eq(medium="Gas").by(each("month", "read_on")).get(total("kwh"))),
            ("and last year?", _GAS.on("read_on", "2024").by(each("month", "read_on")).get(total("kwh"))),
            ("top 3", _GAS.on("read_on", "2024").by(each("month", "read_on")).get(total("kwh")).top(3)),
        ],
    ),
    "months held against a number": (
        "energy",
        [
            (
                "months with at least 85 readings in 2025",
                _SITES.by(each("month", "read_on")).get(n).having(lambda x: x >= 85),
            ),
            (
                "and last year?",
                READINGS.on("read_on", "2024").by(each("month", "read_on")).get(n).having(lambda x: x >= 85),
            ),
            (
                "without estimated",
                READINGS.on("read_on", "2024")
                .eq(estimated="no")
                .by(each("month", "read_on"))
                .get(n)
                .having(lambda x: x >= 85),
            ),
        ],
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_each_turn_has_the_rows_that_were_counted(name: str) -> None:
    model, turns = CHAINS[name]
    warehouse = store(model)
    first, *later = turns
    read = read_question(first[0], warehouse.model, AS_OF)
    assert isinstance(read, Parsed)
    assert read.query is not None
    query = read.query
    assert difference(first[1], query, *warehouse.run(query)) == ""
    for text, expected in later:
        changed = follow_up(text, query, warehouse.model, AS_OF)
        assert isinstance(changed, Patched), (text, changed)
        query = changed.query
        assert difference(expected, query, *warehouse.run(query)) == "", text
