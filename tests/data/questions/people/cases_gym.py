"""What a club's desk, its owner, and its bookkeeper ask of members, check-ins and payments."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    Answer,
    Table,
    above,
    day,
    days_between,
    distinct,
    each,
    hour,
    hour_of,
    known,
    mean,
    n,
    on_weekend,
    part,
    rows_each,
    total,
    unknown,
    weekday,
)
from tests.data.questions.people.tables import at, listed, some

MEMBERS, CHECKINS, PAYMENTS = (at("gym", name) for name in ("members", "checkins", "payments"))
VISITED = CHECKINS.join(MEMBERS, "member_id")
PAID = PAYMENTS.join(MEMBERS, "member_id")
_MONTHS = CHECKINS.on("checked_in_at", "2025").by(each("month", "checked_in_at"))
_NEVER = MEMBERS.holds(lambda rows: not rows, CHECKINS, "member_id")
_ONCE = VISITED.by("member_id").get(n).having(lambda x: x == 1)


def _never_in(year: int, area: str) -> Table:
    return MEMBERS.holds(
        lambda rows: not any(day(r["checked_in_at"]).year == year and r["area"] == area for r in rows),
        CHECKINS,
        "member_id",
    )


_DESK = terse(
    [
        *ok(MEMBERS.by("plan").get(n), "members by plan", "members per plan"),
        *ok(MEMBERS.by("club", "plan").get(n), "members by club and plan"),
        *ok(
            MEMBERS.eq(club="Mitte", plan="Premium").get(n),
            "how many premium members in Mitte",
            "premium members mitte, how many",
        ),
        *ok(CHECKINS.by("area").get(n), "checkins by area", "check-ins per area"),
        *ok(CHECKINS.by(weekday("checked_in_at")).get(n), "checkins by weekday"),
        *ok(CHECKINS.by(hour("checked_in_at")).get(n), "checkins by hour of the day"),
        *ok(CHECKINS.where(on_weekend("checked_in_at")).get(n), "how many checkins on weekends"),
        *ok(
            CHECKINS.on("checked_in_at", "2026-05-17").get(n),
            "checkins yesterday",
            "how many checkins yesterday",
        ),
        *ok(
            _ONCE,
            "members with only one checkin",
            "members with exactly one checkin",
            "members with just one checkin",
        ),
        *ok(Answer("checkins", (), None, ((len(_ONCE.rows),),)), "how many members had only one checkin"),
        *listed(_NEVER, "member", "members without checkins", "members who never checked in"),
        *ok(_NEVER.get(n), "how many members never checked in", "how many members have no checkins"),
        *ok(
            PAYMENTS.by("method").get(total("amount")),
            "total amount by method",
            "amount by payment method total",
        ),
        *ok(
            PAYMENTS.eq(method="Cash").on("paid_on", "2025").get(n),
            "cash payments 2025, how many",
            "how many cash payments in 2025",
        ),
    ]
)

_OWNER = [
    *ok(
        _MONTHS.get(n).having(lambda x: x > 30),
        "months with more than 30 checkins in 2025",
        "which months of 2025 had more than 30 checkins",
        "months in 2025 with over 30 checkins",
    ),
    *ok(
        some(VISITED.by("member_id").get(n), lambda r: r[1] > 12),
        "members with more than 12 checkins",
        "which members checked in more than 12 times",
    ),
    *ok(
        VISITED.on("checked_in_at", "2025").by("member_id").get(n).having(lambda x: x > 7),
        "members with more than 7 checkins in 2025",
        "which members had over 7 checkins in 2025",
    ),
    *listed(
        _never_in(2025, "Pool"),
        "member",
        "members without pool checkins in 2025",
        "members who had no pool checkins in 2025",
    ),
    *ok(_never_in(2025, "Sauna").get(n), "how many members had no sauna checkins in 2025"),
    *listed(
        _never_in(2025, "Yoga").eq(club="Westend"),
        "member",
        "members in Westend without yoga checkins in 2025",
    ),
    *ok(
        CHECKINS.get(rows_each("member_id")),
        "average checkins per member",
        "average number of checkins per member",
        "checkins per member on average",
    ),
    *ok(
        CHECKINS.get(mean("minutes")),
        "how long does a checkin last on average",
        "average minutes",
        "average minutes of a checkin",
    ),
    *ok(VISITED.by("plan").get(mean("minutes")), "average minutes by plan", "mean minutes per plan"),
    *ok(PAID.by("plan").get(total("amount")), "total amount by plan", "total payments amount per plan"),
    *ok(
        PAID.on("paid_on", "2025").by("club").get(total("amount")).top(1),
        "which club had the highest total amount in 2025",
        "club with the largest total amount in 2025",
    ),
    *ok(
        VISITED.on("checked_in_at", "2025").by("club").get(distinct("member_id")),
        "number of different members who checked in by club in 2025",
        "distinct members by club of checkins in 2025",
    ),
    *ok(
        MEMBERS.where(known("cancelled_on")).get(n),
        "how many members have cancelled",
        "number of members who cancelled",
    ),
    *ok(
        MEMBERS.where(unknown("cancelled_on")).get(n),
        "how many members have not cancelled",
        "members that have not cancelled, how many",
    ),
    *ok(
        MEMBERS.on("joined_on", "2025").get(n),
        "how many members joined in 2025",
        "new members in 2025",
        "members who joined in 2025, how many",
    ),
    *ok(
        MEMBERS.on("joined_on", "2025").by("club").get(n),
        "members joined in 2025 by club",
        "new members by club in 2025",
    ),
    *ok(
        MEMBERS.on("cancelled_on", "2025").by("plan").get(n),
        "members who cancelled in 2025 by plan",
        "how many members cancelled in 2025 by plan",
    ),
    *ok(
        MEMBERS.on("joined_on", "2024").on("cancelled_on", "2025").get(n),
        "how many members joined in 2024 and cancelled in 2025",
    ),
    *ok(
        MEMBERS.get(part(lambda r: r["plan"] == "Basic")),
        "share of basic members",
        "what percentage of members are on basic",
    ),
    *ok(
        MEMBERS.where(known("cancelled_on")).get(days_between("joined_on", "cancelled_on")),
        "average days between joined and cancelled",
    ),
    *ok(
        CHECKINS.where(lambda r: 6 <= hour_of(r, "checked_in_at") < 9).get(n),
        "how many checkins between 6 and 9 o'clock",
    ),
    *ok(
        CHECKINS.where(above("minutes", 90)).by("area").get(n),
        "checkins longer than 90 minutes by area",
        "number of checkins over 90 minutes by area",
    ),
]

_CHATTY = chatty(
    [
        *ok(
            MEMBERS.eq(plan="Plus").get(n),
            "hey! quick question, how many members are on Plus?",
            "sorry to bother you, how many Plus members do we have?",
        ),
        *ok(
            VISITED.eq(club="Airport").on("checked_in_at", "2026-04").get(n),
            "can you please tell me how many checkins Airport had in April?",
            "for my report: how many checkins were there at Airport last month",
        ),
    ]
)

_TYPES_BADLY = misspelt(
    [
        *ok(MEMBERS.by("plan").get(n), "membres by plan", "memebrs per plan"),
        *ok(CHECKINS.eq(area="Weights").get(n), "how many wieghts checkins", "number of checkins in wights"),
        *ok(PAYMENTS.on("paid_on", "2025").get(total("amount")), "total amuont in 2025", "totla amount 2025"),
    ]
)

_LEARNER = [
    *ok(
        MEMBERS.eq(club="Westend").get(n),
        "How much members has Westend?",
        "How many members we have in Westend?",
    ),
    *ok(
        CHECKINS.eq(area="Pool").on("checked_in_at", "2025").get(n),
        "How many checkins was in Pool in the year 2025?",
    ),
    *ok(
        PAYMENTS.get(mean("amount")),
        "What is average amount of one payment?",
        "How big is the average amount of a payment?",
    ),
]

_CANNOT = [
    *no(
        "which trainer has the most checkins",
        "members with a locker",
        "how many members will cancel next month",
        "overdue payments by club",
        "average weight of members",
        "checkins in the crossfit area",
        "female members by plan",
        "members with more than 3 complaints",
        "members who checked in at Wedding",
        "refunds in 2025",
        "checkins with a guest pass",
    ),
    *unclear("best members", "active members by club", "most loyal member", "average payments per member"),
]

CASES: list[Asked] = [*_DESK, *_OWNER, *_CHATTY, *_TYPES_BADLY, *_LEARNER, *_CANNOT]
