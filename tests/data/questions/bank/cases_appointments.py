"""Questions about appointments at a practice. Today is 2026-05-18, a Monday."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    date_of,
    days_between,
    distinct,
    each,
    each_one,
    hour,
    mean,
    middle,
    n,
    part,
    percentile,
    rows_each,
    t,
    total,
    weekday,
)

VISITS = t("appointments")
AT = "scheduled_at"
BOOKED = "booked_on"

CASES: list[Asked] = [
    *ok(VISITS.get(n), "how many appointments", "number of appointments", "total appointments please"),
    *ok(
        VISITS.on(AT, "2025").get(n),
        "appointments scheduled in 2025",
        "how many appointments were scheduled in 2025?",
    ),
    *ok(
        VISITS.on(BOOKED, "2025-11").get(n),
        "appointments booked in November 2025",
        "how many appointments were booked in nov 2025?",
    ),
    *ok(
        VISITS.by("doctor").get(n),
        "appointments per doctor",
        "how many appointments does each doctor have?",
        "appointments by docter",
    ),
    *ok(VISITS.by("specialty", "insurance").get(n), "appointments by specialty and insurance"),
    *ok(
        VISITS.by("doctor").get(total("fee")),
        "total fees by doctor",
        "fee total per doctor",
        "sum of fees for each doctor",
    ),
    *ok(VISITS.get(total("fee")), "total fee", "what is the sum of all fees?"),
    *ok(
        VISITS.get(mean("fee")),
        "average fee",
        "what does an appointment cost on average in fees?",
        "mean fee",
    ),
    *ok(VISITS.by("specialty").get(mean("fee")), "average fee by specialty", "avg fee per speciality"),
    *ok(
        VISITS.by("insurance").get(middle("fee")), "median fee by insurance", "median fee for each insurance"
    ),
    *ok(VISITS.get(percentile("fee", 0.1)), "10th percentile of fee"),
    *ok(
        VISITS.get(mean("duration")),
        "average duration",
        "average appointment duration",
        "how long are appointments on average?",
    ),
    *ok(
        VISITS.by("doctor").get(mean("duration")).top(1),
        "which doctor has the longest average duration?",
        "doctor with the highest average duration",
    ),
    *ok(
        VISITS.eq(attended="no").get(n),
        "appointments that were not attended",
        "how many appointments were not attended?",
        "unattended appointments",
    ),
    *ok(
        VISITS.eq(attended="no").by("doctor").get(n),
        "not attended appointments by doctor",
        "number of appointments not attended per doctor",
    ),
    *ok(
        VISITS.get(part(lambda r: r["attended"] == "yes")),
        "attendance rate",
        "what percentage of appointments was attended?",
        "share of attended appointments",
    ),
    *ok(
        VISITS.by("insurance").get(part(lambda r: r["attended"] == "yes")),
        "attendance rate by insurance",
        "share of attended appointments for each insurance",
    ),
    *ok(
        VISITS.eq(insurance="Private", specialty="Cardiology").get(total("fee")),
        "private cardiology fees",
        "total fee of private appointments in cardiology",
    ),
    *ok(
        VISITS.no(insurance="Self-pay").get(n),
        "appointments excluding self-pay",
        "appointments without self-pay",
    ),
    *ok(
        VISITS.eq(insurance="Self-pay").by(each("month", AT)).get(total("fee")),
        "self-pay fees per month of scheduled at",
        "total fee of self-pay appointments by scheduled month",
    ),
    *ok(
        VISITS.by(weekday(AT)).get(n),
        "appointments per weekday of scheduled at",
        "scheduled appointments by weekday",
    ),
    *ok(
        VISITS.by(hour(AT)).get(n),
        "scheduled appointments by hour of the day",
        "appointments by scheduled hour",
    ),
    *ok(
        VISITS.where(lambda r: r[AT].hour < 10).get(n),  # type: ignore[union-attr]
        "appointments scheduled before 10 am",
        "how many appointments are scheduled before 10:00?",
    ),
    *ok(
        VISITS.where(lambda r: r[AT].weekday() == 2).by("doctor").get(n),  # type: ignore[union-attr]
        "appointments scheduled on Wednesdays by doctor",
    ),
    *ok(
        VISITS.get(days_between(BOOKED, AT)),
        "average days between booked on and scheduled at",
        "average number of days from booking to appointment",
        "how many days in advance are appointments booked on average?",
    ),
    *ok(
        VISITS.by("specialty").get(days_between(BOOKED, AT)),
        "average days between booked and scheduled by specialty",
    ),
    *ok(
        VISITS.on(BOOKED, "2025").by(each("quarter", BOOKED)).get(n),
        "appointments booked per quarter in 2025",
        "quarterly appointments 2025",
    ),
    *ok(
        VISITS.on(BOOKED, "2025").by(each("month", BOOKED)).get(total("fee")).running(),
        "running total of fees by month in 2025",
        "cumulative fee per month 2025",
    ),
    *ok(
        VISITS.on(BOOKED, "2025").by(each("month", BOOKED)).get(total("fee")).moving(3),
        "3-month moving average of total fee in 2025",
    ),
    *ok(
        VISITS.by("doctor").get(n).top(3),
        "top 3 doctors by number of appointments",
        "three busiest doctors by appointments",
        "the 3 doctors with the most appointments",
    ),
    *ok(
        VISITS.by("insurance", "doctor").get(n).best_in_each(),
        "doctor with the most appointments for each insurance",
        "top doctor per insurance by number of appointments",
    ),
    *ok(
        VISITS.by("doctor").get(total("fee")).having(lambda v: v > 13000),
        "doctors with total fees over 13000",
        "which doctors have more than 13,000 EUR in fees?",
    ),
    *ok(VISITS.by("doctor").get(n).having(lambda v: v < 90), "doctors with fewer than 90 appointments"),
    *ok(
        VISITS.where(lambda r: float(str(r["fee"])) > 200).get(n),
        "appointments with a fee over 200 EUR",
        "how many appointments cost more than 200 euros?",
    ),
    *ok(
        VISITS.where(lambda r: int(str(r["duration"])) >= 45).get(n),
        "appointments of at least 45 minutes",
        "appointments with a duration of 45 minutes or more",
    ),
    *ok(VISITS.get(each_one("fee", "doctor")), "average total fee per doctor"),
    *ok(VISITS.get(rows_each("doctor")), "average number of appointments per doctor"),
    *ok(VISITS.get(distinct("doctor")), "how many doctors are there?", "number of doctors"),
    *ok(VISITS.get(date_of(min, BOOKED)), "first booked on date", "earliest booked on"),
    *ok(
        VISITS.by("insurance").get(total("fee")).shares(),
        "fee share by insurance",
        "share of total fees by insurance",
    ),
    *ok(
        VISITS.on(BOOKED, "2026-04").get(
            total("fee"), lambda _r: VISITS.on(BOOKED, "2025-04").get(total("fee")).rows[0][0]
        ),
        "total fee in April 2026 versus the same month last year",
        "fees in April 2026 compared with a year ago",
    ),
    *ok(
        VISITS.by("doctor").get(n, total("fee"), mean("duration")),
        "number of appointments, total fee and average duration per doctor",
    ),
    *ok(
        VISITS.first(5, "fee", "appointment_id"),
        "the 5 appointments with the highest fee",
        "five appointments by highest fee",
    ),
    *ok(
        VISITS.on(BOOKED, "2026-05-17").list("appointment_id"),
        "list appointments booked yesterday",
        "show appointments booked on 17 May 2026",
    ),
    *ok(
        VISITS.where(lambda r: r["doctor"] == "Dr Abel" or r["insurance"] == "Private").get(n),
        "appointments with Dr Abel or with private insurance",
    ),
    *ok(
        VISITS.no(doctor="Dr Falk").eq(specialty="Cardiology").get(n),
        "cardiology appointments not with Dr Falk",
        "appointments in cardiology except with Dr Falk",
    ),
    *unclear("fee", "average fees per doctor", "fee for Dr Abel", "best doctors"),
    *no(
        "which patients have diabetes?",
        "average waiting time in the lobby",
        "prescriptions per doctor",
        "age of patients",
        "appointments in neurology",
        "doctor ratings",
        "revenue lost by no-shows next month",
        "room utilisation",
        "who is the patient of appointment 7003",
        "phone calls per day",
    ),
]
