"""Another hand's questions of what was planned and what was spent."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import each, n, numbers, t, total

PLAN, ON = t("budget"), "month"
SPENT, PLANNED = total("actual"), total("budget")


def _over(row: Record) -> bool:
    actual, budget = row["actual"], row["budget"]
    assert isinstance(actual, float)
    assert isinstance(budget, float)
    return actual > budget


def _left(rows: list[Record]) -> float:
    return sum(numbers(rows, "actual")) - sum(numbers(rows, "budget"))


def _used(rows: list[Record]) -> float:
    return sum(numbers(rows, "actual")) / sum(numbers(rows, "budget"))


CASES: list[Asked] = [
    *ok(PLAN.on(ON, "2025").get(SPENT, PLANNED), "Budget and actual for 2025"),
    *ok(
        PLAN.on(ON, "2025").by("department").get(SPENT, PLANNED),
        "Actual against budget by department in 2025",
    ),
    *ok(PLAN.on(ON, "2025").by("department").get(_left), "Actual minus budget per department for 2025"),
    *ok(PLAN.on(ON, "2025").by("account").get(_used), "Actual as a percentage of budget by account in 2025"),
    *ok(PLAN.on(ON, "2025").where(_over).get(n), "How many entries in 2025 have an actual above the budget?"),
    *ok(PLAN.on(ON, "2024").by(each("quarter", ON)).get(PLANNED), "Quarterly budget 2024"),
    *ok(
        PLAN.on(ON, "2025").eq(account="Travel").by("department").get(SPENT).top(1),
        "Which department had the highest actual for travel in 2025?",
    ),
    *ok(
        PLAN.on(ON, "2025").by("department", "account").get(SPENT).best_in_each(),
        "For each department, what was the account with the largest actual in 2025?",
    ),
    *ok(
        PLAN.on(ON, "2025").no(account="Personnel").get(SPENT),
        "Total actual 2025 without personnel",
    ),
    *ok(
        PLAN.on(ON, "2025").by("account").get(SPENT).shares(),
        "What share of the actual went to each account in 2025?",
    ),
    *ok(PLAN.on(ON, "2025").by(each("month", ON)).get(SPENT).running(), "Cumulative actual by month in 2025"),
    *either(
        (
            PLAN.on(ON, "2025").get(SPENT).beside(PLAN.on(ON, "2024").get(SPENT)),
            PLAN.on(ON, "2024..2025").by(each("year", ON)).get(SPENT),
        ),
        "Compare the actual of 2025 with that of 2024",
    ),
    *ok(
        PLAN.on(ON, "2026Q1").eq(department=["Research", "Production"]).by("account").get(SPENT),
        "Actual of research and production combined in the first quarter of 2026, by account",
    ),
    *ok(
        PLAN.on(ON, "2025").by(each("month", ON)).get(SPENT).top(1),
        "In which month of 2025 was the actual highest?",
    ),
    *terse(ok(PLAN.on(ON, "2025-12").eq(department="Marketing").get(SPENT), "marketing actual dec 2025")),
    *terse(ok(PLAN.on(ON, "2024").eq(account="Software").get(PLANNED), "software budget 2024")),
    *misspelt(
        ok(
            PLAN.on(ON, "2025").eq(department="Administration").get(PLANNED),
            "bugdet of adminstration in 2025",
        )
    ),
    *misspelt(ok(PLAN.on(ON, "2024").by("department").get(SPENT), "actaul by departement 2024")),
    *chatty(
        ok(
            PLAN.on(ON, "2025").eq(department="Research", account="Materials").get(PLANNED),
            "Hi! Finance wants to know what budget Research had for materials in 2025, could you check?",
        )
    ),
    *chatty(
        ok(
            PLAN.on(ON, "2026-04").by("department").get(SPENT, PLANNED),
            "hey, for the controlling meeting: can you give me budget and actual by "
            "department for last month?",
        )
    ),
    *chatty(
        ok(
            PLAN.on(ON, "2025").eq(department="Production").by(each("quarter", ON)).get(SPENT),
            "I'd like to know how the actual of Production looked per quarter in 2025, please.",
        )
    ),
    *terse(ok(PLAN.on(ON, "2026Q1").by("department").get(SPENT), "actual q1 2026 per department")),
    *misspelt(ok(PLAN.on(ON, "2025").eq(account="Personnel").get(SPENT), "actual for personel 2025")),
    *no(
        "Forecast for the rest of 2026",
        "Which vendor did we spend the most on?",
        "Budget by project in 2025",
    ),
    *chatty(no("ok one more thing, who approved the travel budget for marketing?")),
    *unclear("How much did we have in 2025?"),
]
