"""Questions about employees. Today is 2026-05-18."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    days_between,
    distinct,
    each,
    least,
    mean,
    middle,
    most,
    n,
    part,
    percentile,
    t,
    total,
)

STAFF = t("employees")
HERE = STAFF.eq(leaving_date=None)
HIRED = "hire_date"
PAY = "salary"

CASES: list[Asked] = [
    *ok(STAFF.get(n), "how many employees are in the data?", "employee count", "number of employees"),
    *ok(
        STAFF.by("department").get(n),
        "employees by department",
        "how many employees does each department have?",
        "headcount per departmnet",
    ),
    *ok(STAFF.by("office", "department").get(n), "employees by office and department"),
    *ok(STAFF.get(mean(PAY)), "average salary", "what's the mean salary?", "avg salary"),
    *ok(
        STAFF.by("department").get(mean(PAY)),
        "average salary by department",
        "mean salary per department",
        "what does each department pay on average in salary?",
    ),
    *ok(STAFF.by("job_level").get(middle(PAY)), "median salary by job level", "median salary per level"),
    *ok(STAFF.by("department", "job_level").get(mean(PAY)), "average salary by department and job level"),
    *ok(
        STAFF.eq(department="Engineering").get(mean(PAY)),
        "average salary in Engineering",
        "average engineering salary",
        "mean salary of the engineering department",
    ),
    *ok(
        STAFF.eq(department="Engineering", office="Berlin").get(n),
        "engineering employees in Berlin",
        "how many people work in Engineering in Berlin?",
    ),
    *ok(STAFF.get(percentile(PAY, 0.75)), "75th percentile of salary", "upper quartile of salary"),
    *ok(STAFF.get(most(PAY)), "highest salary", "maximum salary", "what is the top salary?"),
    *ok(STAFF.get(least(PAY), most(PAY)), "minimum and maximum salary", "lowest and highest salary"),
    *ok(
        STAFF.by("department").get(mean(PAY)).top(1),
        "which department has the highest average salary?",
        "department with the highest mean salary",
    ),
    *ok(
        STAFF.by("office").get(n).top(2),
        "top 2 offices by number of employees",
        "two offices with the most employees",
    ),
    *ok(
        STAFF.by("department", "office").get(n).best_in_each(),
        "the office with the most employees in each department",
        "largest office per department by number of employees",
    ),
    *ok(
        STAFF.on(HIRED, "2024").get(n),
        "employees hired in 2024",
        "how many people did we hire in 2024?",
        "hires 2024",
    ),
    *ok(
        STAFF.on(HIRED, "2023..2025").by(each("year", HIRED)).get(n),
        "hires per year from 2023 to 2025",
        "employees hired per year between 2023 and 2025",
    ),
    *ok(
        STAFF.on("leaving_date", "2025").get(n),
        "employees who left in 2025",
        "how many employees left in 2025?",
        "number of employees with a leaving date in 2025",
    ),
    *ok(
        HERE.get(n),
        "employees without a leaving date",
        "how many employees have not left?",
        "employees who have not left yet",
    ),
    *ok(
        HERE.by("department").get(n),
        "employees without a leaving date by department",
        "how many employees per department have not left?",
    ),
    *ok(STAFF.no(leaving_date=None).get(n), "employees with a leaving date", "how many employees have left?"),
    *ok(
        STAFF.get(days_between(HIRED, "leaving_date")),
        "average days from hire date to leaving date",
        "average time between hiring and leaving",
    ),
    *ok(
        STAFF.by("department").get(days_between(HIRED, "leaving_date")),
        "average number of days between hire date and leaving date by department",
    ),
    *ok(STAFF.eq(remote="yes").get(n), "remote employees", "how many employees work remote?"),
    *ok(
        STAFF.eq(remote="no", office="Lyon").get(n),
        "non-remote employees in Lyon",
        "employees in Lyon who are not remote",
    ),
    *ok(
        STAFF.get(part(lambda r: r["remote"] == "yes")),
        "share of remote employees",
        "what percentage of employees is remote?",
    ),
    *ok(
        STAFF.by("office").get(part(lambda r: r["remote"] == "yes")),
        "remote rate by office",
        "percentage of remote employees in each office",
    ),
    *ok(
        STAFF.where(lambda r: int(str(r[PAY])) > 90000).get(n),
        "employees earning more than 90000",
        "how many employees have a salary above 90,000?",
        "employees with salary over 90k",
    ),
    *ok(
        STAFF.where(lambda r: int(str(r[PAY])) > 90000).by("department").get(n),
        "number of employees with a salary over 90000 by department",
    ),
    *ok(
        STAFF.by("department").get(n).having(lambda v: v > 50),
        "departments with more than 50 employees",
        "which departments have over 50 employees?",
    ),
    *ok(
        STAFF.by("department").get(mean(PAY)).having(lambda v: v > 70000),
        "departments with an average salary above 70000",
        "which departments pay more than 70000 EUR on average?",
    ),
    *ok(STAFF.get(total(PAY)), "total salary", "sum of salaries", "what do we pay in salaries overall?"),
    *ok(
        STAFF.by("department").get(total(PAY)).shares(),
        "share of total salary by department",
        "salary share per department",
    ),
    *ok(STAFF.get(distinct("office")), "how many offices are there?", "number of different offices"),
    *ok(
        STAFF.no(office=("Berlin", "Madrid")).get(n),
        "employees outside Berlin and Madrid",
        "employees except those in Berlin or Madrid",
    ),
    *ok(
        STAFF.eq(job_level="Lead").no(department="Sales").get(n),
        "leads who are not in sales",
        "number of Lead employees not in Sales",
    ),
    *ok(
        STAFF.where(lambda r: r["office"] == "Berlin" or r["remote"] == "yes").get(n),
        "employees who are in Berlin or remote",
    ),
    *ok(
        STAFF.eq(weekly_hours=20).get(n),
        "employees with 20 weekly hours",
        "how many employees have weekly hours of 20?",
    ),
    *ok(STAFF.get(mean("weekly_hours")), "average weekly hours", "mean weekly hours of employees"),
    *ok(
        STAFF.first(5, PAY, "employee_id", PAY),
        "the 5 employees with the highest salary",
        "top 5 employees by salary",
    ),
    *ok(
        STAFF.first(3, HIRED, "employee_id", largest=False),
        "the three employees hired first",
        "3 earliest hired employees",
    ),
    *ok(
        STAFF.eq(department="Finance", job_level="Lead", office="Lyon").list("employee_id"),
        "list finance leads in Lyon",
        "show the Lead employees of Finance in Lyon",
    ),
    *ok(STAFF.by("department").get(mean(PAY), n), "average salary and number of employees per department"),
    *ok(
        STAFF.by("office", "department").get(n).best_in_each(largest=False),
        "department with the fewest employees in each office",
    ),
    *ok(
        STAFF.on(HIRED, "2025").get(n, lambda _r: len(STAFF.on(HIRED, "2024").rows)),
        "hires in 2025 compared to 2024",
        "employees hired in 2025 vs 2024",
    ),
    *unclear("salary", "who are the best employees?", "salary in Engineering"),
    *no(
        "average age of employees",
        "gender pay gap",
        "who will quit next?",
        "employees with a company car",
        "sick days per department",
        "salary of the CEO's wife",
        "employees in Paris",
        "bonus per department",
        "how satisfied are employees?",
        "average commute time",
        "employee of the month",
    ),
]
