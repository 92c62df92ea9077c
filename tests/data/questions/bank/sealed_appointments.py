"""Another hand's questions of a practice's appointments."""

from __future__ import annotations

from statistics import fmean

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import (
    above,
    day,
    each,
    hour,
    hour_of,
    mean,
    middle,
    n,
    part,
    t,
    total,
    weekday,
)

VISITS, AT, BOOKED = t("appointments"), "scheduled_at", "booked_on"
MISSED = VISITS.eq(attended="no")


def _missed(row: Record) -> bool:
    return row["attended"] == "no"


CASES: list[Asked] = [
    *ok(VISITS.on(AT, "2025").get(n), "How many appointments were scheduled for 2025?"),
    *ok(VISITS.on(BOOKED, "2025-11").get(n), "How many appointments were booked in November 2025?"),
    *ok(MISSED.by("doctor").get(n), "Number of appointments that were not attended, by doctor"),
    *ok(
        VISITS.by("insurance").get(part(_missed)),
        "What share of appointments is not attended for each insurance?",
    ),
    *ok(
        VISITS.by("doctor").get(part(_missed)).top(1),
        "Which doctor has the highest share of missed appointments?",
    ),
    *ok(
        VISITS.by("specialty").get(mean("duration")),
        "How long is an appointment on average in each specialty?",
    ),
    *ok(VISITS.by("doctor").get(total("fee"), n), "Total fees and number of appointments for every doctor"),
    *ok(VISITS.by(weekday(AT)).get(n), "How many appointments are scheduled on each weekday?"),
    *ok(
        VISITS.where(lambda row: hour_of(row, AT) < 10).get(n),
        "How many appointments are scheduled before 10 am?",
    ),
    *ok(VISITS.by(hour(AT)).get(n).top(1), "At which hour of the day are the most appointments scheduled?"),
    *ok(
        VISITS.where(lambda row: (day(row[AT]) - day(row[BOOKED])).days > 30).get(n),
        "How many appointments were scheduled more than 30 days after they were booked?",
    ),
    *ok(
        VISITS.by("specialty").get(
            lambda rows: fmean((day(row[AT]) - day(row[BOOKED])).days for row in rows),
        ),
        "Average number of days between booking and the scheduled appointment by specialty",
    ),
    *ok(
        VISITS.eq(insurance="Private").where(above("fee", 200)).no(specialty="Cardiology").get(n),
        "How many private appointments with a fee above 200 euros were there, leaving out cardiology?",
    ),
    *ok(
        VISITS.by("specialty", "doctor").get(total("fee")).best_in_each(),
        "Per specialty, which doctor brings in the highest total fee?",
    ),
    *ok(VISITS.eq(duration=60).by("doctor").get(n), "How many 60 minute appointments does each doctor have?"),
    *ok(
        VISITS.on(AT, "2025").by(each("month", AT)).get(total("fee")),
        "Total fees per month for appointments scheduled in 2025",
    ),
    *ok(
        VISITS.by("insurance").get(total("fee")).shares(),
        "What's each insurance type's share of the total fees?",
    ),
    *ok(VISITS.get(middle("fee")), "What is the median fee?"),
    *either(
        (
            VISITS.on(AT, "2024-10..2025").by(each("quarter", AT)).get(total("fee")).growth(),
            VISITS.on(AT, "2025").by(each("quarter", AT)).get(total("fee")).growth(),
        ),
        "Quarter over quarter growth of fees by scheduled date in 2025",
    ),
    *ok(VISITS.first(1, "fee", "appointment_id", "fee"), "Which appointment had the highest fee?"),
    *terse(
        ok(
            VISITS.eq(doctor="Dr Falk").on(AT, "2026-03").get(n),
            "dr falk scheduled march 2026 number of appointments",
        )
    ),
    *terse(ok(VISITS.by("insurance").get(mean("fee")), "avg fee by insurance")),
    *misspelt(ok(VISITS.eq(specialty="Dermatology").get(mean("fee")), "averege fee in dermatolgy")),
    *misspelt(
        ok(
            VISITS.eq(insurance="Public").by("doctor").get(n),
            "how many apointments with publc insurance per docter",
        )
    ),
    *chatty(
        ok(
            VISITS.eq(doctor="Dr Abel", insurance="Self-pay").get(n),
            "Hiya, the accountant is asking again... how many self-pay appointments did Dr "
            "Abel have in total?",
        )
    ),
    *chatty(
        ok(
            VISITS.on(AT, "2026-05-17").get(n),
            "could you please tell me how many appointments were scheduled for yesterday, thank you!",
        )
    ),
    *chatty(
        ok(
            MISSED.eq(doctor="Dr Ilic").get(total("fee")),
            "I need your help, what is the total fee of the appointments with Dr Ilic that nobody attended?",
        )
    ),
    *chatty(
        ok(
            VISITS.on(AT, "2026-04").by("doctor").get(n),
            "Hello dear, I need the number of appointments scheduled last month for each "
            "doctor, thank you so much",
        )
    ),
    *chatty(
        ok(
            VISITS.eq(insurance="Private").get(mean("fee")),
            "what do you think, what's the average fee for private insurance?",
        )
    ),
    *terse(ok(VISITS.eq(attended="no").by("specialty").get(n), "not attended by specialty")),
    *misspelt(ok(VISITS.by("specialty").get(total("fee")), "total fes by speciality")),
    *no(
        "Which patient missed the most appointments?",
        "How many prescriptions were written in 2025?",
        "Average waiting time in the waiting room",
        "How many appointments were rescheduled?",
    ),
    *terse(no("diagnoses per doctor")),
    *chatty(no("hey, do you happen to know how many new patients registered last month?")),
    *unclear("Which doctor is the busiest?"),
]
