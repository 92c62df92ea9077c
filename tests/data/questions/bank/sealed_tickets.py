"""Another hand's questions of a help desk's tickets."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.plain import (
    each,
    hour,
    hour_of,
    hours_between,
    longer,
    mean,
    middle,
    n,
    part,
    t,
    unknown,
    weekday,
)

TICKETS, OPENED, CLOSED = t("tickets"), "opened_at", "closed_at"
TO_CLOSE = hours_between(OPENED, CLOSED)


CASES: list[Asked] = [
    *ok(TICKETS.where(unknown(CLOSED)).get(n), "How many tickets have not been closed yet?"),
    *ok(
        TICKETS.where(unknown(CLOSED)).by("team").get(n),
        "How many tickets without a closing time does each team have?",
    ),
    *ok(
        TICKETS.by("priority").get(TO_CLOSE),
        "How many hours does it take on average to close a ticket, by priority?",
    ),
    *ok(
        TICKETS.where(longer(OPENED, CLOSED, 72)).get(n), "How many tickets took longer than 3 days to close?"
    ),
    *ok(
        TICKETS.where(longer(OPENED, CLOSED, 48)).eq(priority="Critical").list("ticket_id"),
        "Show me the critical tickets that took more than 48 hours from opening to closing",
    ),
    *ok(TICKETS.by(hour(OPENED)).get(n), "Tickets opened by hour of the day"),
    *ok(TICKETS.by(weekday(OPENED)).get(n), "How are opened tickets spread over the weekdays?"),
    *ok(
        TICKETS.on(OPENED, "2025").where(lambda row: hour_of(row, OPENED) >= 18).get(n),
        "How many tickets were opened after 6 pm in 2025?",
    ),
    *ok(
        TICKETS.on(OPENED, "2025").by("team").get(n, mean("satisfaction")),
        "Number of tickets opened and average satisfaction per team in 2025",
    ),
    *ok(TICKETS.get(part(lambda row: row["escalated"] == "yes")), "What share of tickets gets escalated?"),
    *ok(
        TICKETS.by("team").get(part(lambda row: row["escalated"] == "yes")),
        "Escalation rate by team",
    ),
    *ok(
        TICKETS.eq(team="Network").where(unknown("satisfaction")).get(n),
        "How many Network tickets have no satisfaction score?",
    ),
    *ok(
        TICKETS.on(OPENED, "2025")
        .eq(product="Router", priority=["High", "Critical"])
        .no(source="Chat")
        .get(n),
        "How many router tickets with high or critical priority that did not come in by "
        "chat were opened in 2025?",
    ),
    *ok(
        TICKETS.by("team", "product").get(n).best_in_each(),
        "For each team, which product causes the most tickets?",
    ),
    *ok(
        TICKETS.by("product").get(mean("satisfaction")).bottom(1),
        "Which product has the lowest average satisfaction?",
    ),
    *ok(TICKETS.on(OPENED, "2025").by(each("month", OPENED)).get(n), "Tickets opened per month in 2025"),
    *ok(
        TICKETS.on(OPENED, "2025").by(each("quarter", OPENED)).get(n).top(1),
        "In which quarter of 2025 were the most tickets opened?",
    ),
    *ok(
        TICKETS.where(lambda row: row["ticket_id"] == "T-5042").list("team"),
        "Which team handled ticket T-5042?",
    ),
    *ok(
        TICKETS.on(OPENED, "2026").get(n).beside(TICKETS.on(OPENED, "2025-01-01..2025-05-17").get(n)),
        "Number of tickets opened this year so far vs the same period last year",
    ),
    *terse(ok(TICKETS.on(OPENED, "2026-04").by("priority").get(n), "tickets opened last month by priority")),
    *terse(ok(TICKETS.by("source").get(mean("satisfaction")), "satisfaction by source")),
    *terse(ok(TICKETS.eq(priority="Critical", escalated="yes").get(n), "critical escalated tickets count")),
    *misspelt(ok(TICKETS.by("team").get(mean("satisfaction")), "avrage satisfacton by team")),
    *misspelt(
        ok(
            TICKETS.on(OPENED, "2025").eq(team="Hardware").get(n),
            "how many tikets were opened for the hardwear team in 2025",
        )
    ),
    *chatty(
        ok(
            TICKETS.on(OPENED, "2026-05-11..2026-05-17").get(n),
            "Hi there, quick one before our Monday standup: how many tickets were opened last week?",
        )
    ),
    *chatty(
        ok(
            TICKETS.eq(team="Billing").get(middle("satisfaction")),
            "would you mind checking what the median satisfaction is for the billing team? cheers",
        )
    ),
    *chatty(
        ok(
            TICKETS.on(OPENED, "2025").by("product").get(n).top(3),
            "I'd love to see the top 3 products by number of tickets opened in 2025 if that's possible",
        )
    ),
    *chatty(
        ok(
            TICKETS.on(OPENED, "2026-05").eq(priority="High").get(n),
            "Morning! Can you see how many high priority tickets were opened this month?",
        )
    ),
    *chatty(
        ok(
            TICKETS.by("source").get(TO_CLOSE),
            "I was asked by management how many hours it takes on average to close a ticket "
            "per source, please",
        )
    ),
    *terse(
        ok(TICKETS.eq(team="Accounts").on(OPENED, "2024").get(n), "accounts tickets opened 2024 how many")
    ),
    *misspelt(
        ok(TICKETS.eq(priority="Critical").get(mean("satisfaction")), "avg satisfaction of critcal tickets")
    ),
    *ok(TICKETS.on(OPENED, "2026-03").get(n), "How many tickets were there in March?"),
    *no(
        "What is our first response time?",
        "Which agent closed the most tickets in 2025?",
        "How many tickets were reopened?",
        "Tickets by customer region",
    ),
    *chatty(no("hey, sorry to bother you, but how many tickets breached the SLA last month?")),
    *misspelt(no("tikets by langauge")),
    *unclear("Which team is doing best?", "Which tickets are the worst?"),
]
