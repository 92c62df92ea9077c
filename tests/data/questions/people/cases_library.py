"""What a librarian, the city's auditor, and a volunteer ask of titles, readers and loans."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, misspelt, no, ok, unclear
from tests.data.questions.bank.plain import (
    Table,
    above,
    day,
    days_between,
    distinct,
    each,
    known,
    n,
    part,
    rows_each,
    total,
    unknown,
)
from tests.data.questions.people.tables import at, listed, some

TITLES, READERS, LOANS = (at("library", name) for name in ("titles", "readers", "loans"))
OF_TITLES = LOANS.join(TITLES, "title_id")
OF_READERS = LOANS.join(READERS, "reader_id")
_NEVER = TITLES.holds(lambda rows: not rows, LOANS, "title_id")
_MONTHS = LOANS.on("lent_on", "2025").by(each("month", "lent_on"))


def _unlent(year: int, branch: str) -> Table:
    return TITLES.holds(
        lambda rows: not any(day(r["lent_on"]).year == year and r["branch"] == branch for r in rows),
        LOANS,
        "title_id",
    )


_LATE = LOANS.where(lambda r: r["returned_on"] is not None and r["returned_on"] > r["due_on"])

_LIBRARIAN = [
    *ok(
        OF_TITLES.by("genre").get(n),
        "loans by genre",
        "how many loans per genre",
        "number of loans for each genre",
    ),
    *ok(OF_READERS.by("kind").get(n), "loans by kind of reader", "loans by reader kind"),
    *ok(TITLES.by("genre").get(n), "titles by genre", "how many titles are there per genre"),
    *ok(TITLES.by("genre").get(total("copies")), "total copies by genre", "number of copies by genre"),
    *ok(
        TITLES.eq(language="Polish").get(n), "how many Polish titles do we have", "titles in Polish, how many"
    ),
    *ok(
        OF_TITLES.eq(language="Polish").get(n), "how many loans of Polish titles", "loans in Polish, how many"
    ),
    *listed(_NEVER, "title", "titles without loans", "titles that were never lent"),
    *ok(_NEVER.get(n), "how many titles were never lent", "how many titles have no loans"),
    *listed(
        _unlent(2025, "East"),
        "title",
        "titles without loans in 2025 at East",
        "titles never lent in 2025 at East",
        "titles that had no loans at East in 2025",
    ),
    *listed(_unlent(2025, "Mobile").eq(genre="Crime"), "title", "crime titles without mobile loans in 2025"),
    *ok(
        LOANS.where(unknown("returned_on")).get(n),
        "how many loans have not been returned",
        "loans not returned yet, how many",
    ),
    *ok(
        _LATE.get(n),
        "how many loans were returned after the due date",
        "loans returned after the due date, how many",
    ),
    *ok(LOANS.get(total("fine_eur")), "total fine", "total fines", "sum of fines"),
    *ok(
        LOANS.where(above("fine_eur", 5)).get(n),
        "how many loans with a fine over 5",
        "loans with a fine over 5 EUR, how many",
    ),
    *ok(OF_READERS.by("kind").get(total("fine_eur")), "total fines by kind", "total fine per reader kind"),
    *ok(
        LOANS.where(known("returned_on")).get(days_between("lent_on", "returned_on")),
        "average days between lent and returned",
        "average time between lent on and returned on",
    ),
    *ok(
        OF_TITLES.by("title").get(n).top(5), "top 5 titles by number of loans", "5 titles with the most loans"
    ),
    *ok(
        OF_READERS.by("reader_id").get(n).having(lambda x: x > 12),
        "readers with more than 12 loans",
        "which readers had more than 12 loans",
    ),
    *ok(
        OF_READERS.eq(kind="Student").by("reader_id").get(n).having(lambda x: x > 10),
        "student readers with more than 10 loans",
    ),
    *ok(
        OF_READERS.by("reader_id").get(n).having(lambda x: x == 2),
        "readers with only two loans",
        "readers with exactly two loans",
        "readers with exactly 2 loans",
    ),
    *ok(
        some(OF_READERS.by("reader_id").get(n, total("fine_eur")), lambda r: r[1] > 13 or r[2] > 30),
        "readers with more than 13 loans or total fines over 30",
        "readers with more than 13 loans or total fines over 30 EUR",
    ),
]

_AUDITOR = [
    *ok(
        _MONTHS.get(n).having(lambda x: x > 25),
        "months with more than 25 loans in 2025",
        "which months had more than 25 loans in 2025",
    ),
    *ok(
        LOANS.by("branch", each("year", "lent_on")).get(n),
        "loans by branch and year",
        "number of loans per branch and year",
    ),
    *ok(LOANS.on("lent_on", "2025").by("branch").get(n).shares(), "share of loans by branch in 2025"),
    *ok(
        LOANS.get(rows_each("reader_id")),
        "average loans per reader",
        "average number of loans per reader",
        "loans per reader on average",
    ),
    *ok(
        LOANS.on("lent_on", "2025").get(lambda rows: n(rows) / 12),
        "average loans per month in 2025",
        "average number of loans per month in 2025",
    ),
    *ok(
        LOANS.on("lent_on", "2025").get(n).beside(LOANS.on("lent_on", "2024").get(n)),
        "loans in 2025 vs 2024",
        "number of loans 2025 compared to 2024",
    ),
    *ok(
        LOANS.by("branch").get(part(lambda r: r["returned_on"] is None)),
        "share of loans not returned in each branch",
    ),
    *ok(
        OF_READERS.on("lent_on", "2025").by("quarter").get(distinct("reader_id")),
        "number of different readers by quarter in 2025",
    ),
    *ok(
        LOANS.on("lent_on", "2025").get(distinct("reader_id")),
        "how many different readers had loans in 2025",
    ),
    *ok(
        LOANS.on("lent_on", "2025Q1").by(each("month", "lent_on")).get(n),
        "loans by month in Q1 2025",
        "monthly loans in Q1 2025",
    ),
    *ok(
        OF_TITLES.eq(genre=("Crime", "Novel")).get(n),
        "how many loans of crime or novel titles",
        "loans of crime and novel, how many",
    ),
    *ok(
        OF_TITLES.where(lambda r: r["published"] < 1990).get(n),
        "how many loans of titles published before 1990",
    ),
    *ok(
        TITLES.where(lambda r: r["published"] >= 2000).get(n),
        "how many titles were published since 2000",
        "how many titles published in 2000 or later",
    ),
    *ok(
        OF_READERS.eq(quarter="Hafen").on("lent_on", "2025").get(n),
        "loans from Hafen in 2025, how many",
        "how many loans to readers in Hafen in 2025",
    ),
    *ok(
        LOANS.on("lent_on", "2025").on("returned_on", "2026").get(n),
        "how many loans were lent in 2025 and returned in 2026",
    ),
]

_VOLUNTEER = chatty(
    [
        *ok(
            LOANS.eq(branch="Mobile").get(n),
            "hi, I'm helping out this week: how many loans does Mobile have?",
            "could you tell me how many loans the mobile branch had? thank you",
        ),
        *ok(
            READERS.eq(kind="Child").get(n),
            "I was wondering how many child readers there are",
            "do you know how many readers are child?",
        ),
        *ok(
            READERS.on("since", "2026").get(n),
            "how many readers do we have since 2026",
            "readers since 2026, how many",
        ),
    ]
)

_TYPES_BADLY = misspelt(
    [
        *ok(OF_TITLES.by("genre").get(n), "laons by genre", "loans by gnere"),
        *ok(READERS.by("quarter").get(n), "raeders by quarter", "readrs per quarter"),
        *ok(OF_TITLES.eq(genre="Children").get(n), "how many chidlren loans", "number of childern loans"),
    ]
)

_LEARNER = [
    *ok(
        LOANS.on("lent_on", "2025").eq(branch="Central").get(n),
        "How many loans has made the branch Central in 2025?",
        "How many loans it gave in Central in 2025?",
    ),
    *ok(OF_TITLES.by("language").get(n), "Give me please the loans for each language"),
]

_CANNOT = [
    *no(
        "which author is most popular",
        "reservations by branch",
        "how many e-books were lent",
        "damaged copies by genre",
        "how many readers are women",
        "loans renewed in 2025",
        "titles about cooking",
        "readers with unpaid fines over 10",
        "loans at West branch",
        "average age of readers",
        "who lent T001 in the evening",
    ),
    *unclear("most popular title", "best readers", "readers with a fine over 5", "average fines per reader"),
]

CASES: list[Asked] = [*_LIBRARIAN, *_AUDITOR, *_VOLUNTEER, *_TYPES_BADLY, *_LEARNER, *_CANNOT]
