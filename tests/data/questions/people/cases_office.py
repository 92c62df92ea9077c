"""What a school's secretary and somebody who types on a telephone ask of pupils, absences and payments."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    above,
    day,
    days_between,
    distinct,
    each,
    mean,
    n,
    part,
    total,
    unknown,
)
from tests.data.questions.people.tables import at, listed, per_period, some

PUPILS = at("office", "pupils")
ABSENCES = at("office", "absences")
PAYMENTS = at("office", "payments")
MISSED = ABSENCES.join(PUPILS, "pupil_id")
PAID = PAYMENTS.join(PUPILS, "pupil_id")
_OPEN = PAYMENTS.where(unknown("paid_on"))
_OFTEN = MISSED.by("pupil_id").get(n)

_SECRETARY = [
    *ok(PUPILS.by("form").get(n), "how many pupils are in each form", "pupils per form"),
    *ok(PUPILS.eq(form="2A").list("pupil"), "list the pupils in 2A", "which pupils are in form 2A"),
    *ok(
        PUPILS.eq(takes_bus="yes").by("district").get(n),
        "how many pupils take the bus from each district",
        "number of pupils who take the bus by district",
    ),
    *ok(MISSED.by("form").get(total("days_missed")), "days missed by form", "total days missed per form"),
    *ok(
        MISSED.eq(excused="no").by("form").get(n),
        "unexcused absences by form",
        "number of unexcused absences per form",
    ),
    *ok(
        ABSENCES.eq(reason="Illness").on("first_day", "2026").get(n),
        "how many absences for illness this year",
        "illness absences in 2026",
    ),
    *ok(
        ABSENCES.get(mean("days_missed")),
        "average days missed per absence",
        "how many days are missed on average",
    ),
    *ok(
        some(_OFTEN, lambda r: r[1] > 8),
        "pupils with more than 8 absences",
        "which pupils have more than 8 absences",
    ),
    *ok(
        some(MISSED.eq(form="1A").by("pupil_id").get(n), lambda r: r[1] > 4),
        "pupils in 1A with more than 4 absences",
        "which pupils of form 1A had more than 4 absences",
    ),
    *ok(
        some(MISSED.eq(form="1A").on("first_day", "2025").by("pupil_id").get(n), lambda r: r[1] > 2),
        "pupils in 1A with more than 2 absences in 2025",
    ),
    *ok(
        PUPILS.holds(lambda rows: not rows, ABSENCES, "pupil_id").list("pupil"),
        "which pupils were never absent",
        "list pupils without absences",
    ),
    *listed(
        PUPILS.holds(
            lambda rows: not any(day(r["first_day"]).isoformat() >= "2026-01-01" for r in rows),
            ABSENCES,
            "pupil_id",
        ),
        "pupil",
        "pupils without absences since January 2026",
        "pupils without absences since 2026",
    ),
    *listed(
        PUPILS.eq(form="3A").holds(
            lambda rows: not any(r["purpose"] == "Lunch" for r in rows), PAYMENTS, "pupil_id"
        ),
        "pupil",
        "pupils in 3A without lunch payments",
    ),
    *ok(
        PUPILS.holds(
            lambda rows: not any(r["purpose"] == "Excursion" for r in rows), PAYMENTS, "pupil_id"
        ).get(n),
        "how many pupils have no excursion payments",
    ),
    *ok(_OPEN.get(total("amount")), "total amount of payments not paid yet", "how much is not paid yet"),
    *ok(_OPEN.get(n), "how many payments are still unpaid", "number of payments that have not been paid"),
    *ok(
        _OPEN.join(PUPILS, "pupil_id").by("form").get(total("amount")),
        "unpaid amount by form",
        "amount not yet paid per form",
    ),
    *ok(
        PAYMENTS.where(lambda r: r["paid_on"] is not None and r["paid_on"] > r["due_date"]).get(n),
        "how many payments were paid after the due date",
        "payments paid later than their due date, count",
    ),
    *ok(
        PAYMENTS.on("due_date", "2025-12").on("paid_on", "2026-01").get(n),
        "payments due in December 2025 and paid in January 2026",
        "how many payments were due in December 2025 and paid in January 2026",
    ),
    *ok(
        PAYMENTS.on("due_date", "2025").on("paid_on", "2026").get(total("amount")),
        "total amount due in 2025 and paid in 2026",
        "amount due in 2025 but paid in 2026",
    ),
    *ok(PAYMENTS.by("method").get(n), "payments by method", "how many payments per method"),
    *ok(
        PAYMENTS.eq(method="Cash").by("purpose").get(total("amount")),
        "cash amount by purpose",
        "total amount paid in cash by purpose",
    ),
    *ok(
        PAID.eq(purpose="Lunch").by("form").get(mean("amount")),
        "average lunch payment amount by form",
        "mean amount for lunch per form",
    ),
    *ok(
        PAYMENTS.where(lambda r: r["purpose"] == "Books" or r["amount"] > 120).get(n),
        "how many payments were for books or over 120 EUR",
        "payments for books or with an amount over 120, how many",
    ),
    *ok(
        PAYMENTS.where(lambda r: r["method"] == "Cash" or r["purpose"] == "Club").get(n),
        "number of payments in cash or for the club",
        "how many payments in cash or for club",
    ),
    *ok(
        some(PAID.by("form").get(n, total("amount")), lambda r: r[1] > 90 or r[2] > 7000),
        "forms with more than 90 payments or a total amount over 7,000",
    ),
    *ok(
        PUPILS.where(lambda r: r["form"] == "4A" or r["district"] == "Hafen").get(n),
        "how many pupils are in 4A or live in Hafen",
        "pupils in 4A or in Hafen",
    ),
    *ok(
        PAYMENTS.get(days_between("due_date", "paid_on")), "average number of days between due date and paid"
    ),
    *ok(
        per_period(PAYMENTS, "due_date", "month"),
        "average number of payments per month",
        "average payments a month",
    ),
    *ok(
        per_period(ABSENCES, "first_day", "week"),
        "how many absences are there per week on average",
        "average absences per week",
    ),
    *ok(
        ABSENCES.on("first_day", "2025").get(lambda rows: n(rows) / 12),
        "absences per month on average in 2025",
    ),
    *ok(
        ABSENCES.by(each("month", "first_day")).get(total("days_missed")),
        "days missed by month",
        "monthly days missed",
    ),
    *ok(ABSENCES.by("reason").get(n).shares(), "share of absences by reason"),
    *ok(
        MISSED.eq(form="2B").get(part(lambda r: r["excused"] == "yes")),
        "what percentage of absences in 2B was excused",
    ),
    *ok(
        MISSED.by("form").get(total("days_missed")).top(1),
        "which form missed the most days",
        "form with the most days missed",
    ),
    *ok(MISSED.by("pupil_id").get(total("days_missed")).top(3), "top 3 pupils by days missed"),
    *ok(MISSED.by("district", "form").get(n), "absences by district and form"),
    *ok(MISSED.get(distinct("pupil_id")), "how many different pupils were absent"),
    *ok(
        PUPILS.on("enrolled_on", "2025").get(n), "how many pupils enrolled in 2025", "pupils enrolled in 2025"
    ),
    *ok(
        MISSED.no(form=("1A", "1B")).get(n),
        "number of absences excluding 1A and 1B",
        "absences apart from forms 1A and 1B",
    ),
    *ok(PAYMENTS.where(above("amount", 150)).list("payment_id"), "list payments over 150 EUR"),
    *ok(PAYMENTS.first(3, "amount", "payment_id"), "the 3 largest payments"),
    *either((MISSED.eq(district="Hafen").on("first_day", "2026Q1").get(n),), "absences Hafen Q1 2026"),
]

_CASHLESS = PUPILS.holds(lambda rows: not any(r["method"] == "Cash" for r in rows), PAYMENTS, "pupil_id")
_SECRETARY += listed(_CASHLESS, "pupil", "pupils without payments in cash")
_PHONE = misspelt(
    [
        *ok(PUPILS.by("form").get(n), "pupls per form pls"),
        *ok(ABSENCES.by("reason").get(n), "absenses by reson"),
        *ok(PAYMENTS.on("due_date", "2025").get(total("amount")), "total ammount of paymnts due in 2025"),
        *ok(MISSED.eq(form="4A").get(n), "how many absenses in 4A"),
    ]
)

_TERSE = terse(
    [
        *ok(PAYMENTS.eq(purpose="Club").get(total("amount")), "amount club"),
        *ok(MISSED.by("district").get(n), "absences district"),
        *ok(PUPILS.eq(takes_bus="no").get(n), "pupils not taking the bus"),
    ]
)

_CHATTY = chatty(
    [
        *ok(
            PAYMENTS.eq(purpose="Lunch").on("due_date", "2026-04").get(total("amount")),
            "the headmaster wants to know how much lunch money was due in April 2026",
            "hello! could you tell me the total amount for lunch that was due in April 2026? many thanks",
        ),
        *ok(
            PUPILS.eq(district="Altstadt").get(n),
            "ok so I need to know how many pupils we have from Altstadt",
        ),
    ]
)

_CANNOT = [
    *no(
        "which pupils have a dog",
        "average grade by form",
        "pupils in 2A with allergies",
        "who teaches 3A",
        "how many pupils will be absent tomorrow",
        "send a reminder to all unpaid payments",
        "is 2A lazier than 2B",
        "payments refunded in 2025",
        "pupils in 1A or 5C",
        "absences due to strike",
        "parents who paid late by phone",
        "lunch payments by canteen",
        "how many siblings are in the school",
        "payments due in 2025 and refunded in 2026",
        "delete payment PAY-4005",
    ),
    *unclear(
        "worst form",
        "share of excused absences in form 2B",
        "pupils with more than 3 days",
        "how many pupils in 2025 or 1A",
        "absences or payments by form",
    ),
]

CASES: list[Asked] = [*_SECRETARY, *_PHONE, *_TERSE, *_CHATTY, *_CANNOT]
