"""Questions about plan and actual by month. Today is 2026-05-18. Amounts are in thousands of euros."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import each, mean, most, n, numbers, t, total

PLAN = t("budget")
MONTH = "month"
OF_2025 = PLAN.on(MONTH, "2025")
BUDGET, ACTUAL = total("budget"), total("actual")


def variance(rows: list[Record]) -> float:
    return sum(numbers(rows, "actual")) - sum(numbers(rows, "budget"))


def over(rows: list[Record]) -> float:
    return sum(numbers(rows, "actual")) / sum(numbers(rows, "budget"))


CASES: list[Asked] = [
    *ok(PLAN.get(BUDGET), "total budget", "what is the overall budget?", "sum of budget"),
    *ok(OF_2025.get(ACTUAL), "actual in 2025", "total actuals 2025", "how much was the actual in 2025?"),
    *ok(
        OF_2025.get(BUDGET, ACTUAL),
        "budget and actual in 2025",
        "budget vs actual 2025",
        "budget and actual for 2025",
    ),
    *ok(
        OF_2025.by("department").get(BUDGET, ACTUAL),
        "budget vs actual by department in 2025",
        "budget and actual per department in 2025",
        "compare budget and actual by department for 2025",
    ),
    *ok(
        PLAN.by("department").get(ACTUAL),
        "actual by department",
        "actuals per department",
        "total actual for each departement",
    ),
    *ok(PLAN.by("account").get(ACTUAL), "actual by account", "how much actual per account?"),
    *ok(
        OF_2025.by("department", "account").get(ACTUAL),
        "actual by department and account in 2025",
        "2025 actuals per department and account",
    ),
    *ok(
        OF_2025.by(each("month", MONTH)).get(ACTUAL),
        "monthly actual in 2025",
        "actual by month in 2025",
        "trend of actual by month 2025",
    ),
    *ok(
        OF_2025.by(each("quarter", MONTH)).get(BUDGET), "quarterly budget 2025", "budget per quarter in 2025"
    ),
    *ok(
        OF_2025.by(each("quarter", MONTH), "department").get(ACTUAL),
        "actual by quarter and department in 2025",
    ),
    *ok(
        OF_2025.eq(department="Marketing").get(ACTUAL),
        "actual of Marketing in 2025",
        "marketing actuals in 2025",
        "what was the actual for the marketing department in 2025?",
    ),
    *ok(
        OF_2025.eq(department="Marketing", account="Travel").get(ACTUAL),
        "marketing travel actual in 2025",
        "actual for travel in marketing 2025",
    ),
    *ok(
        PLAN.eq(account=("Travel", "Software")).on(MONTH, "2025Q3").get(ACTUAL),
        "actual for travel and software in Q3 2025",
        "actuals of Travel or Software in the third quarter of 2025",
    ),
    *ok(
        OF_2025.no(account="Personnel").get(ACTUAL),
        "actual excluding personnel in 2025",
        "2025 actuals without personnel",
    ),
    *ok(
        OF_2025.no(account="Personnel").by("department").get(ACTUAL),
        "actual by department without personnel in 2025",
    ),
    *ok(OF_2025.get(variance), "actual minus budget in 2025", "difference between actual and budget in 2025"),
    *ok(
        OF_2025.by("department").get(variance),
        "difference between actual and budget by department in 2025",
        "actual minus budget per department 2025",
    ),
    *ok(
        OF_2025.get(over),
        "actual as a share of budget in 2025",
        "ratio of actual to budget in 2025",
        "actual divided by budget 2025",
    ),
    *ok(OF_2025.by("department").get(over), "ratio of actual to budget by department in 2025"),
    *ok(
        OF_2025.by("department").get(ACTUAL).top(1),
        "which department had the highest actual in 2025?",
        "department with the largest actual in 2025",
    ),
    *ok(
        OF_2025.by("account").get(BUDGET).top(2),
        "top 2 accounts by budget in 2025",
        "two accounts with the highest budget in 2025",
    ),
    *ok(OF_2025.by("account").get(ACTUAL).bottom(1), "which account had the lowest actual in 2025?"),
    *ok(
        OF_2025.by("department", "account").get(ACTUAL).best_in_each(),
        "account with the highest actual in each department in 2025",
        "top account per department by actual in 2025",
    ),
    *ok(
        OF_2025.by("department").get(ACTUAL).shares(),
        "share of actual by department in 2025",
        "what share of the 2025 actual does each department have?",
    ),
    *ok(
        OF_2025.by("account").get(ACTUAL).shares().only("Travel"),
        "share of travel in actual in 2025",
        "Travel's share of actual in 2025",
    ),
    *ok(
        OF_2025.by(each("month", MONTH)).get(ACTUAL).running(),
        "cumulative actual by month in 2025",
        "running total of actual per month 2025",
    ),
    *ok(
        OF_2025.by(each("month", MONTH)).get(ACTUAL).moving(3),
        "3-month moving average of actual in 2025",
        "three month rolling average of actual in 2025",
    ),
    *ok(
        OF_2025.by(each("month", MONTH)).get(ACTUAL).top(1),
        "which month in 2025 had the highest actual?",
        "month with the highest actual in 2025",
    ),
    *ok(
        PLAN.on(MONTH, "2026Q1").get(ACTUAL, lambda _r: PLAN.on(MONTH, "2025Q1").get(ACTUAL).rows[0][0]),
        "actual in Q1 2026 compared to the same quarter last year",
        "Q1 2026 actual versus a year ago",
    ),
    *ok(
        OF_2025.get(ACTUAL, lambda _r: PLAN.on(MONTH, "2024").get(ACTUAL).rows[0][0]),
        "actual 2025 vs 2024",
        "compare the actual of 2025 with 2024",
    ),
    *ok(
        OF_2025.by("department").get(ACTUAL).beside(PLAN.on(MONTH, "2024").by("department").get(ACTUAL)),
        "actual by department in 2025 compared to 2024",
    ),
    *ok(
        PLAN.on(MONTH, "2026-01-01..2026-05-18").get(ACTUAL),
        "actual year to date",
        "ytd actual",
        "actuals so far this year",
    ),
    *ok(PLAN.on(MONTH, "2026-04").get(ACTUAL), "actual last month", "last month's actuals"),
    *ok(
        PLAN.on(MONTH, "2025-01..2025-06").get(BUDGET),
        "budget in the first half of 2025",
        "budget from January to June 2025",
        "H1 2025 budget",
    ),
    *ok(OF_2025.get(mean("actual")), "average actual per entry in 2025", "mean actual in 2025"),
    *ok(OF_2025.get(most("actual")), "largest single actual in 2025", "maximum actual in 2025"),
    *ok(
        OF_2025.by("department").get(ACTUAL).having(lambda v: v > 2200),
        "departments with an actual over 2200 k EUR in 2025",
        "which departments had more than 2.2 million EUR actual in 2025?",
    ),
    *ok(
        PLAN.where(lambda r: float(str(r["actual"])) > float(str(r["budget"]))).get(n),
        "number of entries where actual is above budget",
        "how many entries have an actual greater than the budget?",
    ),
    *ok(
        PLAN.on(MONTH, "2024-12..2025-12").by(each("month", MONTH)).get(ACTUAL).growth(),
        "month over month growth of actual in 2025",
    ),
    *ok(
        PLAN.by(each("year", MONTH)).get(BUDGET, ACTUAL),
        "budget and actual per year",
        "yearly budget and actual",
    ),
    *ok(
        PLAN.on(MONTH, "2025-11").by("department").get(ACTUAL),
        "actual by department in November 2025",
        "november 2025 actuals per department",
    ),
    *unclear("top departments", "actual in the past month"),
    *no(
        "profit in 2025",
        "budget of the Legal department",
        "who approved the travel budget?",
        "revenue by department",
        "headcount in Research",
        "budget for 2030 per project",
        "inflation adjusted actuals",
        "invoice numbers for travel",
        "which vendor did we pay most?",
        "tax on software",
    ),
]
