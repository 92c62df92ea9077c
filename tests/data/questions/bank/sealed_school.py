"""Another hand's questions of students, courses and enrolments."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, chatty, either, misspelt, no, ok, terse, unclear
from tests.data.questions.bank.invented import Record
from tests.data.questions.bank.plain import above, distinct, each, known, mean, n, part, rows_each, t, unknown

STUDENTS, COURSES, ENROLMENTS, ON = t("students"), t("courses"), t("enrolments"), "enrolled_on"
ALL = ENROLMENTS.join(STUDENTS, "student_id").join(COURSES, "course_id")
GRADED = ALL.where(known("passed"))


def _failed(row: Record) -> bool:
    return row["passed"] == "no"


CASES: list[Asked] = [
    *ok(STUDENTS.get(n), "How many students do we have?"),
    *ok(STUDENTS.by("program").get(n), "Number of students per program"),
    *ok(STUDENTS.on("birth_date", "2000").get(n), "How many students were born in 2000?"),
    *ok(
        STUDENTS.holds(lambda rows: not rows, ENROLMENTS, "student_id").list("student_name"),
        "Which students are not enrolled in any course?",
    ),
    *ok(
        STUDENTS.holds(lambda rows: not rows, ENROLMENTS.on(ON, "2025"), "student_id").get(n),
        "How many students had no enrolment in 2025?",
    ),
    *ok(ALL.by("course").get(n), "How many enrolments does each course have?"),
    *ok(ALL.by("faculty").get(mean("grade")), "Average grade by faculty"),
    *ok(ALL.by("program", "faculty").get(mean("grade")), "Average grade for each program and faculty"),
    *ok(ALL.where(unknown("grade")).get(n), "How many enrolments have no grade yet?"),
    *ok(ALL.where(unknown("grade")).by("lecturer").get(n), "Enrolments without a grade by lecturer"),
    *ok(
        ALL.eq(passed="no", faculty="Informatics").get(n),
        "How many enrolments in Informatics were not passed?",
    ),
    *either(
        (GRADED.by("course").get(part(_failed)), ALL.by("course").get(part(_failed))),
        "What share of enrolments was failed in each course?",
    ),
    *either(
        (
            ALL.by("student_name").get(n).having(lambda value: value >= 9),
            ALL.by("student_id").get(n).having(lambda value: value >= 9),
        ),
        "Which students have at least 9 enrolments?",
    ),
    *ok(
        ENROLMENTS.get(rows_each("student_id")),
        "On average, how many enrolments does an enrolled student have?",
    ),
    *ok(
        ALL.on(ON, "2025").eq(mode="Remote").by("faculty").get(n),
        "Remote enrolments in 2025 by faculty",
    ),
    *ok(
        ALL.by("faculty", "course").get(n).best_in_each(),
        "What is the course with the most enrolments in each faculty?",
    ),
    *ok(
        ALL.eq(home_country=["Germany", "Poland"]).no(program="Exchange").get(mean("grade")),
        "Average grade of students from Germany or Poland who are not exchange students",
    ),
    *ok(COURSES.where(above("credits", 5)).list("course"), "Which courses give more than 5 credits?"),
    *ok(COURSES.eq(lecturer="Codd").list("course"), "Which courses does Codd teach?"),
    *ok(ALL.by("course").get(distinct("student_id")), "How many different students are in each course?"),
    *ok(
        ALL.on(ON, "2025").by(each("month", ON)).get(n).running(),
        "Running total of enrolments by month in 2025",
    ),
    *ok(ALL.by("mode").get(n).shares(), "What percentage of the enrolments is on campus and what remote?"),
    *either(
        (
            ALL.on(ON, "2025").get(n).beside(ALL.on(ON, "2024").get(n)),
            ALL.on(ON, "2024..2025").by(each("year", ON)).get(n),
        ),
        "How many enrolments did we have in 2025 compared to 2024?",
    ),
    *terse(ok(ALL.eq(course="Statistics", mode="Campus").get(n), "enrolments statistics campus")),
    *terse(ok(ALL.by("lecturer").get(mean("grade")), "avg grade by lecturer")),
    *terse(ok(STUDENTS.eq(home_country="Italy", program="Master").get(n), "number of master students italy")),
    *misspelt(ok(ALL.eq(course="Databases").get(mean("grade")), "avarage grad in Databses")),
    *misspelt(ok(STUDENTS.by("home_country").get(n), "how many studnets per home contry")),
    *misspelt(
        ok(ALL.on(ON, "2025").eq(faculty="Economics").get(n), "how many enrollments in econmics in 2025")
    ),
    *chatty(
        ok(
            ALL.eq(course="Game Theory", passed="yes").get(n),
            "Hello, the dean's office is asking how many enrolments in Game Theory were "
            "passed. Could you help?",
        )
    ),
    *chatty(
        ok(
            ALL.on(ON, "2026-04").get(n),
            "good afternoon, how many enrolments came in last month please?",
        )
    ),
    *chatty(
        ok(
            ALL.by("lecturer").get(n).top(1),
            "Out of curiosity, which lecturer has the most enrolments?",
        )
    ),
    *chatty(
        ok(
            STUDENTS.eq(program="Exchange").by("home_country").get(n),
            "Hi, this is the international office, please tell me how many exchange students "
            "we have by home country",
        )
    ),
    *chatty(
        ok(
            ALL.eq(faculty="Humanities").get(mean("grade")),
            "can you tell me real quick what the average grade in Humanities is?",
        )
    ),
    *terse(ok(ALL.on(ON, "2026").by("program").get(n), "enrolments 2026 by program")),
    *no(
        "How many students live in a dormitory?",
        "What are the tuition fees by program?",
        "Attendance rate in Compilers",
        "Which students received a scholarship?",
    ),
    *terse(no("phone numbers of students in poetics")),
    *chatty(no("Hi, could you please give me the number of students per school class?")),
    *unclear("Who is the best student?", "Which course is the most difficult?"),
]
