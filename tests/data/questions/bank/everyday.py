"""Questions as people put them at work, by kind: talk around them, two columns of a row, durations in words,
short slips, turned sentences, what is absent, and verbs that no column is named by. Today is 2026-05-18."""

from __future__ import annotations

from datetime import timedelta

from tests.data.questions.bank.asked import Asked, chatty, misspelt, no, ok, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import (
    TODAY,
    above,
    day,
    distinct,
    each,
    hour,
    longer,
    mean,
    n,
    part,
    t,
    total,
    weekday,
)

TICKETS, EMPLOYEES, TRIPS, STOCK = t("tickets"), t("employees"), t("trips"), t("stock")
BUDGET, VISITS, ORDERS, READINGS = t("budget"), t("appointments"), t("orders"), t("readings")
STUDENTS, COURSES, ENROLMENTS = t("students"), t("courses"), t("enrolments")
GUESTS, HOTELS, BOOKINGS = t("guests"), t("hotels"), t("bookings")
CUSTOMERS, SALES, PRODUCTS = t("customers"), t("sales"), t("products")
OPENED, CLOSED, HIRED, LEFT = "opened_at", "closed_at", "hire_date", "leaving_date"


def _more(first: str, second: str) -> object:
    def keep(row: Record) -> bool:
        one, other = row[first], row[second]
        assert isinstance(one, int | float)
        assert isinstance(other, int | float)
        return one > other

    return keep


def _open_for(days: int) -> object:
    return lambda row: row[CLOSED] is None and TODAY - day(row[OPENED]) > timedelta(days=days)


def _ahead(days: int) -> object:
    return lambda row: (day(row["scheduled_at"]) - day(row["booked_on"])).days > days


BELOW = STOCK.where(_more("reorder_level", "units_in_stock"))
OVERSPENT = BUDGET.where(_more("actual", "budget"))

CASES: dict[str, list[Asked]] = {
    "tickets": [
        *chatty(
            ok(
                TICKETS.on(OPENED, "2025").by("team").get(n),
                "For my report I need the number of tickets opened in 2025 by team",
                "I need to know, for the weekly report, how many tickets were opened in 2025 per team",
                "My boss wants to know how many tickets were opened in 2025 by team",
                "we are preparing the annual review: tickets opened in 2025 by team please",
                "I'm putting together a presentation and need tickets opened in 2025 by team",
                "Could you pull the number of tickets opened in 2025 by team for me?",
            )
        ),
        *chatty(
            ok(
                TICKETS.eq(escalated="yes").get(n),
                "For the meeting tomorrow: how many tickets were escalated?",
                "just so I know, how many tickets were escalated?",
                "I was asked how many tickets were escalated",
                "Management is asking how many tickets were escalated",
                "I have to report how many tickets were escalated",
            )
        ),
        *ok(
            TICKETS.eq(closed_at=None).get(n),
            "how many tickets are without a closing time?",
            "tickets with no closing time",
            "tickets that have no closing date yet",
            "how many tickets haven't been closed?",
            "tickets nobody has closed yet",
            "tickets missing a closing date",
        ),
        *ok(
            TICKETS.where(longer(OPENED, CLOSED, 168)).get(n),
            "tickets that took more than a week to close",
            "how many tickets took longer than a week to close?",
            "how many tickets needed over a week to be closed?",
        ),
        *ok(
            TICKETS.where(longer(OPENED, CLOSED, 24)).get(n),
            "tickets that took longer than a day to close",
            "how many tickets took more than one day to close",
            "tickets closed after more than a day",
        ),
        *ok(
            TICKETS.where(longer(OPENED, CLOSED, 48)).by("team").get(n),
            "tickets that took more than two days to close by team",
        ),
        *ok(
            TICKETS.where(_open_for(14)).get(n),
            "how many tickets have been open for more than two weeks?",
            "tickets open for more than 14 days",
            "tickets that are still open after two weeks",
            "tickets open longer than two weeks",
        ),
        *ok(
            TICKETS.where(_open_for(30)).by("team").get(n),
            "tickets open for more than 30 days by team",
        ),
        *ok(
            TICKETS.by(each("month", OPENED)).get(n).top(1),
            "in which month were most tickets opened?",
            "which month had the most tickets opened?",
            "what month were the most tickets opened in?",
            "most tickets were opened in which month?",
            "the month in which the most tickets were opened",
        ),
        *ok(
            TICKETS.by(weekday(OPENED)).get(n).top(1),
            "on which weekday are most tickets opened?",
            "on what day of the week are the most tickets opened?",
        ),
        *ok(
            TICKETS.by("team").get(n).top(1),
            "by which team were most tickets handled?",
            "to which team do most tickets belong?",
            "which team do most tickets belong to?",
            "most tickets belong to which team?",
        ),
        *ok(
            TICKETS.on(CLOSED, "2025-06").get(n),
            "how many tickets were resolved in June 2025?",
            "tickets solved in june 2025",
            "how many tickets did we close in June 2025?",
            "how many tickets got closed in June 2025?",
        ),
        *ok(
            TICKETS.on(OPENED, "2025-06").get(n),
            "how many tickets came in in June 2025?",
            "how many tickets were raised in June 2025?",
            "tickets submitted in June 2025",
            "how many tickets did people open in June 2025?",
        ),
        *misspelt(
            ok(
                TICKETS.by("team").get(n),
                "tickets by tema",
                "number of tickets per taem",
                "tickets by teaam",
            )
        ),
        *unclear("when were most tickets opened?", "when do most tickets come in?"),
        *no(
            "tickets without a due date",
            "tickets open for more than two managers",
            "tickets opened before they were assigned",
            "how many tickets were opened by phone after the deadline?",
            "tickets by tram",
            "for my report on churn: how many tickets were opened by churned customers?",
        ),
    ],
    "employees": [
        *ok(
            EMPLOYEES.on(HIRED, "2024").get(n),
            "how many people joined in 2024?",
            "how many employees started in 2024?",
            "how many people did we hire in 2024?",
            "how many people were taken on in 2024?",
            "how many new employees came on board in 2024?",
            "employees recruited in 2024",
        ),
        *ok(
            EMPLOYEES.on(LEFT, "2025").get(n),
            "how many people left in 2025?",
            "how many people departed in 2025?",
        ),
        *ok(
            EMPLOYEES.on(HIRED, "2024").by("department").get(n),
            "how many people joined each department in 2024?",
            "people who joined in 2024 by department",
        ),
        *ok(
            EMPLOYEES.eq(leaving_date=None).get(n),
            "how many employees haven't left?",
            "employees with no leaving date",
            "how many people have no leaving date?",
            "staff that have not left yet",
        ),
        *ok(
            EMPLOYEES.by(each("year", HIRED)).get(n).top(1),
            "in which year did most employees join?",
            "in what year were most people hired?",
            "which year saw the most hires?",
        ),
        *chatty(
            ok(
                EMPLOYEES.by("department").get(mean("salary")),
                "HR here, I need the average salary by department",
                "For the board paper: average salary by department",
                "I'm writing a report and I need the average salary by department",
            )
        ),
        *ok(
            EMPLOYEES.by("department").get(mean("salary")),
            "average pay by department",
            "average wage per division",
            "what is the average compensation in each dept?",
        ),
        *ok(EMPLOYEES.where(above("salary", 80_000)).get(n), "employees earning more than 80000"),
        *misspelt(ok(EMPLOYEES.by("office").get(n), "employees by offcie", "employees per ofice")),
        *unclear(
            "how many people in 2024?",
            "people by year",
            "how many staff in 2025?",
            "employees who resigned in 2025",
            "how many employees quit in 2025?",
        ),
        *no(
            "how many people were promoted in 2024?",
            "how many people were born in 1990?",
            "employees without a manager",
            "employees who earn more than their manager",
            "how many people got a raise in 2024?",
        ),
    ],
    "trips": [
        *ok(
            TRIPS.where(longer("pickup_at", "dropoff_at", 1)).get(n),
            "trips longer than an hour",
            "how many trips took more than an hour?",
            "trips that lasted over an hour",
            "how many trips were longer than one hour",
        ),
        *ok(
            TRIPS.where(longer("pickup_at", "dropoff_at", 0.5)).get(n),
            "trips longer than half an hour",
            "how many trips lasted more than 30 minutes?",
        ),
        *ok(
            TRIPS.where(longer("pickup_at", "dropoff_at", 0.5)).by("driver").get(n),
            "trips longer than half an hour by driver",
        ),
        *ok(
            TRIPS.where(_more("tip", "fare")).get(n),
            "trips where the tip was higher than the fare",
            "how many trips had a tip above the fare?",
        ),
        *ok(
            TRIPS.by("driver").get(n).top(1),
            "by which driver were the most trips made?",
            "which driver made the most trips?",
        ),
        *ok(
            TRIPS.by(hour("pickup_at")).get(n).top(1),
            "at what hour of the day do most trips start?",
            "at which hour of the day are most trips started?",
        ),
        *misspelt(ok(TRIPS.by("city").get(total("fare")), "total fare by ciyt", "total faer by city")),
        *ok(
            TRIPS.eq(city="Hamburg").on("pickup_at", "2025").get(n),
            "how many rides were there in Hamburg in 2025?",
            "number of journeys in Hamburg in 2025",
        ),
        *ok(TRIPS.by("driver").get(total("tip")), "total gratuity by driver"),
        *unclear("long trips", "how many trips were long?"),
        *no("trips longer than the average driver", "trips without a driver's licence", "trips by fire"),
    ],
    "stock": [
        *ok(
            BELOW.get(n),
            "products below their reorder level",
            "how many products are below their reorder level?",
            "products with stock below the reorder level",
            "items whose units in stock are under their reorder level",
            "SKUs that have fallen below the reorder level",
            "how many SKUs have less in stock than their reorder level?",
        ),
        *ok(
            BELOW.by("warehouse").get(n),
            "products below their reorder level by warehouse",
            "how many products are below the reorder level in each warehouse?",
        ),
        *ok(
            STOCK.where(_more("units_in_stock", "reorder_level")).get(n),
            "products above their reorder level",
            "SKUs whose units in stock exceed the reorder level",
        ),
        *ok(
            BELOW.eq(supplier="Polytec").get(n),
            "Polytec products below their reorder level",
            "how many products from Polytec are below their reorder level?",
        ),
        *chatty(
            ok(
                STOCK.by("warehouse").get(total("units_in_stock")),
                "For the stocktake I need the units in stock by warehouse",
                "Purchasing would like to know the units in stock by warehouse",
            )
        ),
        *ok(
            STOCK.eq(units_in_stock=0).get(n),
            "how many products are out of stock?",
            "products with no stock",
            "items not in stock",
        ),
        *no(
            "products below their minimum price",
            "products below their supplier",
            "SKUs that cost more than budgeted",
        ),
    ],
    "budget": [
        *ok(
            OVERSPENT.get(n),
            "how many rows have an actual above the budget?",
            "rows where actual exceeded budget",
            "how many rows have an actual higher than the budget?",
        ),
        *ok(
            OVERSPENT.on("month", "2025").get(n),
            "rows in 2025 where the actual was higher than the budget",
        ),
        *ok(
            OVERSPENT.by("department").get(n),
            "rows with actual above budget by department",
            "number of rows where actual is more than budget by department",
        ),
        *chatty(
            ok(
                BUDGET.on("month", "2025").by("department").get(total("actual")),
                "Finance needs the actual by department in 2025",
                "For the audit, please give me actual by department for 2025",
            )
        ),
        *no(
            "rows where actual exceeded the forecast",
            "departments that spent more than their headcount",
            "for my report: profit by department",
        ),
    ],
    "appointments": [
        *ok(
            VISITS.where(above("duration", 30)).get(n),
            "appointments longer than half an hour",
            "appointments that last longer than 30 minutes",
            "how many appointments were longer than half an hour?",
        ),
        *ok(
            VISITS.where(_ahead(14)).get(n),
            "appointments booked more than two weeks ahead",
            "how many appointments were booked more than 14 days in advance?",
            "appointments booked over two weeks in advance",
        ),
        *ok(
            VISITS.by("doctor").get(n).top(1),
            "with which doctor were most appointments?",
            "which doctor had the most appointments?",
        ),
        *ok(
            VISITS.eq(attended="no").get(n),
            "appointments nobody attended",
            "how many appointments weren't attended?",
            "appointments that were missed: not attended",
        ),
        *chatty(
            ok(
                VISITS.by("specialty").get(total("fee")),
                "I need it for billing: total fee by specialty",
                "The practice manager wants the total fee by specialty",
            )
        ),
        *misspelt(ok(VISITS.by("doctor").get(total("fee")), "total feee by doctor", "total fee per dcotor")),
        *no("appointments longer than the doctor", "appointments without a referral"),
    ],
    "school": [
        *ok(
            STUDENTS.holds(lambda rows: not rows, ENROLMENTS, "student_id").get(n),
            "students not enrolled in any course",
            "how many students are not enrolled in any course?",
            "students who never enrolled in a course",
            "students with no enrolments at all",
            "how many students aren't enrolled in a single course?",
        ),
        *ok(
            ENROLMENTS.join(COURSES, "course_id").by("course").get(n).top(1),
            "in which course did most students enrol?",
            "which course has the most enrolments?",
        ),
        *ok(
            ENROLMENTS.eq(grade=None).get(n),
            "enrolments without a grade yet",
            "enrolments that have no grade",
            "enrolments still missing a grade",
        ),
        *ok(
            ENROLMENTS.by(each("month", "enrolled_on")).get(n).top(1),
            "in which month were there most enrolments?",
            "which month had the most enrolments?",
        ),
        *misspelt(ok(ENROLMENTS.by("mode").get(n), "enrolments by moed", "enrolments per mdoe")),
        *no("students without a laptop", "students not enrolled in any club", "students taller than average"),
    ],
    "hotel": [
        *ok(
            BOOKINGS.on("check_in", "2025-08").get(n),
            "how many bookings checked in in August 2025?",
            "bookings with check in in August 2025",
            "bookings that arrived in August 2025",
        ),
        *ok(
            GUESTS.holds(lambda rows: not rows, BOOKINGS, "guest_id").get(n),
            "guests who never booked",
            "how many guests have never booked anything?",
            "guests with no bookings at all",
            "guests without a single booking",
        ),
        *ok(
            BOOKINGS.join(HOTELS, "hotel_id").by("hotel_name").get(total("room_revenue")).top(1),
            "which hotel brought in the most room revenue?",
            "the most room revenue was made by which hotel?",
        ),
        *ok(
            BOOKINGS.get(part(lambda row: row["cancelled"] == "yes")),
            "what share of bookings got cancelled?",
            "for the owners' meeting: what percentage of bookings was cancelled?",
        ),
        *no(
            "guests without a passport", "bookings longer than the guest's stay", "bookings without breakfast"
        ),
    ],
    "shop": [
        *ok(
            CUSTOMERS.holds(lambda rows: not rows, SALES, "customer_id").get(n),
            "customers who never bought anything",
            "how many customers have never bought anything?",
            "customers without a single sale",
            "customers that haven't bought anything",
        ),
        *ok(
            CUSTOMERS.on("signup_date", "2024").get(n),
            "how many customers signed up in 2024?",
            "customers who joined in 2024",
            "how many customers registered in 2024?",
        ),
        *ok(
            SALES.join(PRODUCTS, "product_id").by("brand").get(total("revenue")).top(1),
            "by which brand was the most revenue made?",
            "which brand made the most revenue?",
        ),
        *chatty(
            ok(
                SALES.on("sale_date", "2025").by("store").get(total("revenue")),
                "for my monthly report I need revenue by store for 2025",
                "The CEO would like to see revenue by store in 2025",
                "I'm preparing slides, could you give me revenue by store in 2025?",
            )
        ),
        *misspelt(
            ok(SALES.by("store").get(total("quantity")), "quantity by stroe", "total quantity per sotre")
        ),
        *no(
            "customers without a phone number", "products cheaper than their cost", "customers who complained"
        ),
    ],
    "orders": [
        *chatty(
            ok(
                ORDERS.on("order_date", "2025").by("country").get(total("amount")),
                "For my report I need the total amount by country in 2025",
                "Quick one for the quarterly report: total amount by country in 2025",
                "my manager asked for the total amount by country in 2025",
                "I am working on a report. I need the total amount by country in 2025.",
                "the team needs to know the total amount by country in 2025",
            )
        ),
        *ok(
            ORDERS.by(each("month", "order_date")).get(total("amount")).top(1),
            "in which month was the total amount highest?",
            "which month had the highest total amount?",
            "what was the month with the highest total amount?",
        ),
        *ok(
            ORDERS.by("product").get(n).top(1),
            "which product was ordered most often?",
            "what product do most orders contain?",
        ),
        *ok(
            ORDERS.on("order_date", "2025-03").get(distinct("customer")),
            "how many customers ordered in March 2025?",
            "how many different customers placed orders in March 2025?",
        ),
        *no(
            "orders shipped after their due date",
            "orders with no shipping date",
            "orders delivered later than promised",
            "for my report: number of returns per warehouse",
            "orders below their minimum amount",
        ),
    ],
    "readings": [
        *chatty(
            ok(
                READINGS.by("site").get(total("consumption")),
                "For the energy audit I need the total consumption by site",
                "Facility management wants to know the total consumption by site",
                "I need it for a presentation: total consumption by site",
            )
        ),
        *ok(
            READINGS.by("site").get(total("consumption")).top(1),
            "at which site was the most consumption?",
            "which site had the highest total consumption?",
        ),
        *misspelt(ok(READINGS.by("site").get(n), "number of readings by siet", "readings per stie")),
        *no("readings longer than an hour", "readings below their target", "sites without a meter"),
    ],
}
