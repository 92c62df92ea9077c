"""Questions about support tickets. Today is 2026-05-18, a Monday."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import (
    distinct,
    each,
    hour,
    hours_between,
    mean,
    middle,
    n,
    part,
    t,
    weekday,
)

TICKETS = t("tickets")
OPENED = "opened_at"
OPEN = TICKETS.eq(closed_at=None)

CASES: list[Asked] = [
    *ok(TICKETS.get(n), "how many tickets do we have?", "ticket count", "total number of tickets"),
    *ok(
        TICKETS.on(OPENED, "2025").get(n),
        "tickets opened in 2025",
        "how many tickets were opened in 2025?",
        "number of tickets in 2025",
    ),
    *ok(
        TICKETS.on("closed_at", "2025-06").get(n),
        "tickets closed in June 2025",
        "how many tickets were closed in june 2025",
    ),
    *ok(
        TICKETS.by("priority").get(n),
        "tickets by priority",
        "how many tickets are there for each priority?",
        "prioritiy breakdown of tickets",
    ),
    *ok(
        TICKETS.by("team", "priority").get(n),
        "tickets by team and priority",
        "number of tickets per team per priority",
    ),
    *ok(
        TICKETS.eq(priority="Critical").get(n),
        "critical tickets",
        "how many critical tickets are there",
        "number of tickets with priority critical",
    ),
    *ok(
        TICKETS.eq(priority=("High", "Critical"), team="Network").get(n),
        "high and critical tickets of the network team",
        "how many high or critical tickets does the Network team have?",
    ),
    *ok(
        TICKETS.no(team="Billing").get(n),
        "tickets not from billing",
        "number of tickets excluding the Billing team",
    ),
    *ok(TICKETS.eq(escalated="yes").get(n), "escalated tickets", "how many tickets were escalated?"),
    *ok(
        TICKETS.eq(escalated="no").on(OPENED, "2025").get(n),
        "how many tickets were not escalated in 2025?",
        "2025 tickets that were not escalated",
    ),
    *ok(TICKETS.eq(escalated="yes").by("team").get(n), "escalated tickets per team", "escalations by team"),
    *ok(
        TICKETS.by("team").get(part(lambda r: r["escalated"] == "yes")),
        "escalation rate by team",
        "share of escalated tickets in each team",
        "what percentage of tickets were escalated in each team?",
    ),
    *ok(
        TICKETS.get(part(lambda r: r["escalated"] == "yes")),
        "what share of tickets was escalated?",
        "percentage of escalated tickets",
    ),
    *ok(
        OPEN.get(n),
        "how many tickets have not been closed?",
        "tickets that are not closed yet",
        "number of tickets without a closing date",
        "tickets still not closed",
    ),
    *ok(OPEN.by("team").get(n), "tickets not closed by team", "unclosed tickets per team"),
    *ok(TICKETS.get(mean("satisfaction")), "average satisfaction", "what's the mean satisfaction score?"),
    *ok(
        TICKETS.by("team").get(mean("satisfaction")),
        "average satisfaction by team",
        "satisfaction per team on average",
        "mean satisfaciton for each team",
    ),
    *ok(
        TICKETS.on(OPENED, "2025").by(each("quarter", OPENED)).get(mean("satisfaction")),
        "average satisfaction per quarter in 2025",
        "quarterly average satisfaction 2025",
    ),
    *ok(
        TICKETS.by("team").get(mean("satisfaction")).top(1),
        "which team has the highest average satisfaction?",
        "team with the best average satisfaction",
    ),
    *ok(
        TICKETS.eq(product="Router").get(middle("satisfaction")),
        "median satisfaction for routers",
        "median satisfaction of Router tickets",
    ),
    *ok(
        TICKETS.get(hours_between(OPENED, "closed_at")),
        "average time from opened to closed",
        "how long does it take on average to close a ticket?",
        "average time to close",
        "mean hours between opened and closed",
    ),
    *ok(
        TICKETS.by("priority").get(hours_between(OPENED, "closed_at")),
        "average time to close by priority",
        "average hours from opened to closed per priority",
    ),
    *ok(
        TICKETS.on(OPENED, "2025").by("team").get(hours_between(OPENED, "closed_at")).top(1),
        "which team took the longest on average to close tickets opened in 2025?",
    ),
    *ok(
        TICKETS.get(hours_between(OPENED, "closed_at", 86400.0)),
        "average days from opened to closed",
        "how many days does it take on average to close a ticket?",
    ),
    *ok(
        TICKETS.where(
            lambda r: r["closed_at"] is not None and (r["closed_at"] - r[OPENED]).total_seconds() > 48 * 3600
        ).get(n),  # type: ignore[operator]
        "tickets that took more than 48 hours to close",
        "how many tickets took longer than 2 days to close",
    ),
    *ok(
        TICKETS.by(hour(OPENED)).get(n),
        "tickets by hour of day",
        "number of tickets opened per hour of the day",
    ),
    *ok(TICKETS.by(weekday(OPENED)).get(n), "tickets by weekday", "tickets per day of week"),
    *ok(TICKETS.by(weekday(OPENED)).get(n).top(1), "on which weekday do we get the most tickets?"),
    *ok(
        TICKETS.where(lambda r: 8 <= r[OPENED].hour < 12).get(n),  # type: ignore[union-attr]
        "tickets opened between 8 and 12 o'clock",
        "how many tickets were opened between 8am and 12pm?",
    ),
    *ok(
        TICKETS.where(lambda r: r[OPENED].hour >= 18).get(n),  # type: ignore[union-attr]
        "tickets opened after 6 pm",
        "number of tickets opened after 18:00",
    ),
    *ok(
        TICKETS.where(lambda r: r[OPENED].weekday() == 0).by("source").get(n),  # type: ignore[union-attr]
        "tickets on Mondays by source",
    ),
    *ok(
        TICKETS.on(OPENED, "2025").by(each("month", OPENED)).get(n),
        "tickets per month in 2025",
        "monthly tickets 2025",
        "show the trend of tickets by month in 2025",
    ),
    *ok(
        TICKETS.on(OPENED, "2025").by(each("month", OPENED)).get(n).running(),
        "cumulative tickets by month in 2025",
        "running total of tickets per month in 2025",
    ),
    *ok(
        TICKETS.by("product").get(n).top(2),
        "top 2 products by number of tickets",
        "two products with the most tickets",
        "which two products get the most tickets?",
    ),
    *ok(
        TICKETS.by("team", "product").get(n).best_in_each(),
        "product with the most tickets in each team",
        "for each team the product with the most tickets",
    ),
    *ok(
        TICKETS.by("product").get(n).having(lambda v: v > 100),
        "products with more than 100 tickets",
        "which products have over 100 tickets?",
    ),
    *ok(
        TICKETS.where(lambda r: r["satisfaction"] is not None and int(str(r["satisfaction"])) <= 2).get(n),
        "tickets with satisfaction of at most 2",
        "how many tickets have a satisfaction below 3?",
    ),
    *ok(
        TICKETS.eq(satisfaction=None).get(n),
        "tickets without a satisfaction score",
        "how many tickets have no satisfaction?",
    ),
    *ok(TICKETS.by("source").get(n).shares(), "share of tickets by source", "ticket share per source"),
    *ok(
        TICKETS.get(distinct("product")),
        "how many different products have tickets?",
        "number of distinct products",
    ),
    *ok(
        TICKETS.on(OPENED, "2026-04").get(n, lambda _r: len(TICKETS.on(OPENED, "2026-03").rows)),
        "tickets in April 2026 compared to the previous month",
        "tickets in April 2026 vs March 2026",
    ),
    *ok(TICKETS.first(5, OPENED, "ticket_id"), "the five latest tickets", "show the 5 most recent tickets"),
    *ok(
        TICKETS.eq(priority="Critical", team="Hardware").list("ticket_id"),
        "list critical tickets of the hardware team",
        "show all critical Hardware tickets",
    ),
    *ok(
        TICKETS.on(OPENED, "2026-05-11..2026-05-17").get(n),
        "tickets last week",
        "how many tickets came in last week?",
    ),
    *ok(
        TICKETS.where(lambda r: r["source"] == "Email" or r["escalated"] == "yes").get(n),
        "tickets that came by email or were escalated",
    ),
    *ok(
        TICKETS.by("team").get(n, mean("satisfaction")), "number of tickets and average satisfaction by team"
    ),
    *unclear("worst teams", "tickets 05/06/2025"),
    *no(
        "which agent solved the most tickets?",
        "what is the first response time?",
        "tickets about slow internet",
        "cost per ticket",
        "how happy are our customers with the CEO?",
        "backlog forecast for June",
        "tickets from Germany",
        "tickets reopened twice",
        "who is on call today?",
        "delete all closed tickets",
    ),
]
