"""What a clinic's manager and a chatty newcomer ask of patients, doctors and visits."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    Answer,
    above,
    day,
    distinct,
    each,
    mean,
    n,
    on_weekend,
    part,
    total,
    weekday,
)
from tests.data.questions.people.tables import at, listed, per_period, some

VISITS = at("clinic", "visits")
PATIENTS = at("clinic", "patients")
DOCTORS = at("clinic", "doctors")
SEEN = VISITS.join(DOCTORS, "doctor_id")
OF_PATIENTS = VISITS.join(PATIENTS, "patient_id")
_NEVER = PATIENTS.holds(lambda rows: not rows, VISITS, "patient_id")
_OFTEN_IN_WELS = OF_PATIENTS.eq(city="Wels").by("patient_id").get(n).having(lambda x: x > 10)
_SURGERY = VISITS.eq(kind="Surgery")

_MANAGER = [
    *ok(
        SEEN.by("specialty").get(total("fee")),
        "total fees by specialty",
        "how much did each specialty bring in, in fees",
    ),
    *ok(
        VISITS.get(part(lambda r: r["no_show"] == "yes")),
        "what is our no-show rate",
        "percentage of visits that were no shows",
    ),
    *ok(
        SEEN.by("doctor").get(part(lambda r: r["no_show"] == "yes")),
        "no-show rate by doctor",
        "no show rate per doctor",
    ),
    *ok(
        SEEN.eq(doctor="Dr Adler").get(n),
        "how many visits did Dr Adler have",
        "number of visits with Dr Adler",
    ),
    *ok(
        SEEN.eq(specialty="Cardiology").on("visit_at", "2025").get(n),
        "how many cardiology visits took place in 2025 by visit date",
        "cardiology visits with visit at in 2025, how many",
    ),
    *ok(
        VISITS.on("booked_on", "2025-12").on("visit_at", "2026-01").get(n),
        "visits booked in December 2025 with visit at in January 2026",
        "how many visits were booked in December 2025 and took place in January 2026",
    ),
    *ok(
        VISITS.by("kind").get(mean("duration")),
        "average duration by kind of visit",
        "how long does each kind take on average",
    ),
    *ok(
        OF_PATIENTS.eq(city="Linz").get(total("fee")),
        "total fees of patients from Linz",
        "fees from Linz patients",
    ),
    *ok(OF_PATIENTS.by("insurer").get(n), "visits by insurer", "number of visits for each insurer"),
    *ok(_NEVER.list("patient_name"), "which patients never had a visit", "list patients without visits"),
    *ok(_NEVER.get(n), "how many patients have never had a visit"),
    *listed(_NEVER, "patient_name", "patients without visits"),
    *ok(_NEVER.eq(city="Graz").get(n), "how many patients in Graz had no visits"),
    *listed(
        PATIENTS.holds(
            lambda rows: not any(day(r["booked_on"]).isoformat() >= "2025-06-01" for r in rows),
            VISITS,
            "patient_id",
        ),
        "patient_name",
        "patients without visits since June 2025",
        "patients with no visits since June 2025",
    ),
    *ok(
        OF_PATIENTS.by("patient_id").get(n).having(lambda x: x > 15),
        "patients with more than 15 visits",
        "which patients had more than 15 visits",
    ),
    *ok(
        _OFTEN_IN_WELS,
        "patients in Wels with more than 10 visits",
        "which patients from Wels have more than 10 visits",
    ),
    *ok(
        SEEN.eq(specialty="Orthopaedics").by("doctor").get(n).having(lambda x: x > 90),
        "orthopaedics doctors with more than 90 visits",
    ),
    *ok(
        Answer("visits", (), None, ((len(_OFTEN_IN_WELS.rows),),)),
        "how many patients in Wels have more than 10 visits",
    ),
    *ok(
        VISITS.where(lambda r: r["kind"] == "Surgery" or r["fee"] > 400).get(n),
        "how many visits were surgery or had a fee over 400",
        "visits that are surgery or over 400 EUR, how many",
    ),
    *ok(
        SEEN.where(lambda r: r["specialty"] == "Dermatology" or r["kind"] == "Surgery").get(total("fee")),
        "total fee of dermatology or surgery visits",
    ),
    *ok(
        some(OF_PATIENTS.by("city").get(n, total("fee")), lambda r: r[1] > 160 or r[2] > 40_000),
        "cities with more than 160 visits or total fees over 40,000",
    ),
    *ok(
        VISITS.on("booked_on", "2025").get(lambda rows: n(rows) / 12),
        "average number of visits per month in 2025",
        "visits per month on average in 2025",
    ),
    *ok(
        per_period(VISITS, "booked_on", "month"),
        "average number of visits per month",
        "visits per month on average",
    ),
    *ok(per_period(VISITS, "booked_on", "week"), "on average how many visits do we have a week"),
    *ok(VISITS.by(each("month", "booked_on")).get(n), "visits booked by month", "visits by month"),
    *either(
        (VISITS.by(weekday("visit_at")).get(n), VISITS.by(weekday("booked_on")).get(n)), "visits by weekday"
    ),
    *ok(VISITS.where(on_weekend("visit_at")).get(n), "how many visits had visit at on a weekend"),
    *ok(
        VISITS.get(distinct("patient_id")),
        "how many different patients had visits",
        "number of distinct patients with a visit",
    ),
    *ok(_SURGERY.get(mean("fee")), "average surgery fee", "what's the average fee of a surgery"),
    *ok(
        _SURGERY.where(above("duration", 60)).get(n),
        "surgeries longer than an hour, how many",
        "how many surgery visits lasted longer than 60 minutes",
    ),
    *ok(
        SEEN.by("doctor").get(total("fee")).top(1),
        "which doctor earned the most fees",
        "doctor with the highest total fee",
    ),
    *ok(
        SEEN.by("doctor").get(total("fee")).top(3),
        "top 3 doctors by fees",
        "three doctors with highest fees in total",
    ),
    *ok(SEEN.by("specialty").get(distinct("patient_id")), "number of different patients by specialty"),
    *ok(DOCTORS.by("specialty").get(n), "how many doctors per specialty", "doctors by specialty"),
    *ok(DOCTORS.eq(specialty="Cardiology").get(n), "how many cardiology doctors do we have"),
    *ok(
        PATIENTS.on("registered_on", "2026").get(n),
        "how many patients registered this year",
        "new patients registered in 2026",
    ),
    *ok(
        PATIENTS.eq(insurer="Self-paying").get(n),
        "how many patients are self-paying",
        "number of self-paying patients",
    ),
    *ok(OF_PATIENTS.eq(insurer="Uniqa").get(mean("fee")), "average fee for Uniqa patients"),
    *ok(
        VISITS.get(part(lambda r: r["kind"] == "Follow-up")),
        "what share of visits are follow-ups",
        "share of follow-up visits",
    ),
    *ok(
        VISITS.on("booked_on", "2026-04")
        .get(total("fee"))
        .beside(VISITS.on("booked_on", "2026-03").get(total("fee"))),
        "total fees booked in April 2026 vs March 2026",
    ),
    *ok(
        VISITS.eq(no_show="no").get(total("fee")),
        "total fees without no-shows",
        "total fee excluding no shows",
    ),
    *ok(
        SEEN.eq(specialty=("Cardiology", "Dermatology")).get(n),
        "how many visits were in cardiology or dermatology",
        "visits in Cardiology and Dermatology together, how many",
    ),
    *ok(SEEN.no(doctor=("Dr Adler", "Dr Brix")).get(n), "number of visits with neither Dr Adler nor Dr Brix"),
    *ok(VISITS.first(5, "fee", "visit_id"), "the 5 most expensive visits", "top 5 visits by fee"),
    *ok(OF_PATIENTS.on("booked_on", "2025").by("city").get(mean("fee")), "mean fee by city in 2025"),
]

_NEWCOMER = chatty(
    [
        *ok(
            VISITS.eq(kind="Consultation").get(n),
            "hi, I'm new here and I was wondering how many consultations we've had so far?",
            "sorry if this is a silly question, but how many consultations are there?",
        ),
        *ok(
            SEEN.eq(doctor="Dr Frey").get(mean("duration")),
            "could you maybe tell me how long Dr Frey's visits last on average? thanks!",
            "just curious, what's the average duration of visits with Dr Frey",
        ),
        *ok(OF_PATIENTS.by("city").get(n), "I'd love to see where our visits come from, by city please"),
        *ok(
            VISITS.on("booked_on", "2026-05-17").get(n),
            "hey, quick one: how many visits were booked yesterday?",
        ),
    ]
)

_TERSE = terse(
    [
        *ok(SEEN.by("specialty").get(mean("fee")), "avg fee specialty"),
        *ok(VISITS.on("booked_on", "2025Q4").by("kind").get(n), "visits kind q4 2025"),
        *ok(OF_PATIENTS.eq(city="Steyr").on("booked_on", "2025").get(total("fee")), "fees steyr 2025"),
    ]
)

_TYPES_BADLY = misspelt(
    [
        *ok(SEEN.by("doctor").get(n), "vists per docter"),
        *ok(SEEN.eq(specialty="Dermatology").get(n), "how many dermatolgy visits"),
        *ok(VISITS.on("booked_on", "2025").get(total("fee")), "totl fees in 2025"),
    ]
)

_CANNOT = [
    *no(
        "how many nurses work here",
        "which patients are satisfied with Dr Dorn",
        "how many visits will we have next month",
        "cancel the visit V30005",
        "patients with more than 3 prescriptions",
        "average waiting time by doctor",
        "is Dr Adler better than Dr Brix",
        "patients in Vienna without visits",
        "profit per specialty",
        "visits in room 12",
        "how many diabetic patients had a visit in 2025",
        "fees by gender",
        "visits booked in 2025 and cancelled in 2026",
        "show me the x-ray of patient P1003",
        "how many male patients in Graz",
    ),
    *unclear(
        "best doctor",
        "patients with a fee over 400",
        "top patients",
        "busiest time",
        "long visits",
        "patients in Graz without surgery or visits in 2025",
    ),
]

CASES: list[Asked] = [*_MANAGER, *_NEWCOMER, *_TERSE, *_TYPES_BADLY, *_CANNOT]
