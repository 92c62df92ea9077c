"""Another hand's questions of a company's people."""

from __future__ import annotations

from datetime import date

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    above,
    below,
    date_of,
    days_between,
    each,
    known,
    least,
    mean,
    middle,
    most,
    n,
    part,
    percentile,
    t,
    total,
    unknown,
)

PEOPLE, HIRED, LEFT = t("employees"), "hire_date", "leaving_date"
HERE = PEOPLE.where(unknown(LEFT))
PAY = mean("salary")
MONTHS = [date(2025, month, 1) for month in range(1, 13)]

CASES: list[Asked] = [
    *either((HERE.get(n), PEOPLE.get(n)), "How many employees do we have?"),
    *ok(HERE.get(n), "How many employees have no leaving date?"),
    *either(
        (PEOPLE.by("department").get(PAY), HERE.by("department").get(PAY)), "Average salary by department"
    ),
    *either(
        (PEOPLE.by("office", "job_level").get(PAY), HERE.by("office", "job_level").get(PAY)),
        "Show the average salary per office and job level",
    ),
    *ok(PEOPLE.on(HIRED, "2024").get(n), "How many people did we hire in 2024?"),
    *ok(PEOPLE.on(HIRED, "2020..2025").by(each("year", HIRED)).get(n), "Hires per year from 2020 to 2025"),
    *ok(PEOPLE.on(LEFT, "2025").get(n), "How many employees left in 2025?"),
    *ok(
        PEOPLE.on(LEFT, "2025").by("department").get(n), "Number of employees who left in 2025 by department"
    ),
    *ok(
        PEOPLE.where(known(LEFT)).get(days_between(HIRED, LEFT)),
        "On average, how many days lie between hire date and leaving date?",
    ),
    *either(
        (
            PEOPLE.where(above("salary", 90000)).eq(office="Berlin").list("name"),
            HERE.where(above("salary", 90000)).eq(office="Berlin").list("name"),
        ),
        "List the names of the employees in Berlin who earn more than 90,000 euros",
    ),
    *either(
        (PEOPLE.first(5, "salary", "name", "salary"), HERE.first(5, "salary", "name", "salary")),
        "Who are the five employees with the highest salary?",
    ),
    *either(
        (
            PEOPLE.by("department").get(n).having(lambda value: value > 50),
            HERE.by("department").get(n).having(lambda value: value > 50),
        ),
        "Which departments have more than 50 employees?",
    ),
    *either(
        (
            PEOPLE.by("department").get(part(lambda row: row["remote"] == "yes")),
            HERE.by("department").get(part(lambda row: row["remote"] == "yes")),
        ),
        "What percentage of employees works remotely in each department?",
    ),
    *either(
        (PEOPLE.by("office").get(middle("salary")), HERE.by("office").get(middle("salary"))),
        "Median salary per office",
    ),
    *either(
        (PEOPLE.get(percentile("salary", 0.75)), HERE.get(percentile("salary", 0.75))),
        "75th percentile of salaries",
    ),
    *either(
        (
            PEOPLE.eq(department="Sales").get(most("salary"), least("salary")),
            HERE.eq(department="Sales").get(most("salary"), least("salary")),
        ),
        "What are the highest and the lowest salary in Sales?",
    ),
    *either(
        (
            PEOPLE.no(office="Lyon").where(lambda row: row["remote"] == "no").get(n),
            HERE.no(office="Lyon").where(lambda row: row["remote"] == "no").get(n),
        ),
        "How many employees outside Lyon are not remote?",
    ),
    *either(
        (
            PEOPLE.by("office", "department").get(PAY).best_in_each(),
            HERE.by("office", "department").get(PAY).best_in_each(),
        ),
        "Which department has the highest average salary in each office?",
    ),
    *either(
        (
            PEOPLE.eq(department="Engineering").where(below("weekly_hours", 40)).get(n),
            HERE.eq(department="Engineering").where(below("weekly_hours", 40)).get(n),
        ),
        "How many people in Engineering have fewer than 40 weekly hours?",
    ),
    *ok(
        PEOPLE.on(HIRED, "2025").by(each("month", HIRED)).get(n).filled(*MONTHS).running(),
        "Running total of hires by month in 2025",
    ),
    *terse(ok(PEOPLE.on(HIRED, "2026Q1").by("office").get(n), "hires q1 2026 by office")),
    *terse(
        either(
            (
                PEOPLE.eq(office="Warsaw", job_level="Senior").get(n),
                HERE.eq(office="Warsaw", job_level="Senior").get(n),
            ),
            "number of seniors warsaw",
        )
    ),
    *misspelt(
        either(
            (
                PEOPLE.eq(department="Logistics").get(PAY),
                HERE.eq(department="Logistics").get(PAY),
            ),
            "what is the averge salery in logistcs",
        )
    ),
    *misspelt(
        ok(
            PEOPLE.on(HIRED, "2023").eq(office="Madrid").get(n),
            "how many employes were hird in Madrid in 2023",
        )
    ),
    *chatty(
        either(
            (PEOPLE.by("department").get(total("salary")), HERE.by("department").get(total("salary"))),
            "Hello, HR here. For the board paper I need the total salary by department, "
            "could you give me that?",
        )
    ),
    *chatty(
        ok(
            PEOPLE.get(date_of(min, HIRED)),
            "just curious, do you know when our very first employee was hired?",
        )
    ),
    *chatty(
        ok(
            PEOPLE.on(HIRED, "2026").by("department").get(n),
            "Hey, could you show me how many employees were hired this year per department? "
            "I have to plan laptops.",
        )
    ),
    *chatty(
        either(
            (PEOPLE.by("office").get(mean("weekly_hours")), HERE.by("office").get(mean("weekly_hours"))),
            "can you please look up the average weekly hours for each office when you have a minute?",
        )
    ),
    *terse(either((PEOPLE.by("job_level").get(PAY), HERE.by("job_level").get(PAY)), "avg salary by level")),
    *misspelt(
        either((PEOPLE.by("office").get(n), HERE.by("office").get(n)), "numbr of employees by offce"),
    ),
    *no(
        "How many sick days did people take in 2025?",
        "Average age by department",
        "What is the gender split in Engineering?",
        "Who reports to Kira Costa?",
    ),
    *chatty(no("ok so can you please tell me how many vacation days are left for the Berlin team?")),
    *unclear("Which office is the biggest?", "How many people in 2024?"),
]
