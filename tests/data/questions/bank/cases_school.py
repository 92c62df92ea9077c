"""Questions about students, courses and enrolments. Today is 2026-05-18."""

from __future__ import annotations

from tests.data.questions.bank.asked import Asked, no, ok, unclear
from tests.data.questions.bank.plain import distinct, each, least, mean, middle, n, part, rows_each, t, total

STUDENTS, COURSES, ENROLMENTS = t("students"), t("courses"), t("enrolments")
ALL = ENROLMENTS.join(STUDENTS, "student_id").join(COURSES, "course_id")
WHEN = "enrolled_on"
KEY = "student_id"

CASES: list[Asked] = [
    *ok(ENROLMENTS.get(n), "how many enrolments are there?", "number of enrolments", "enrolment count"),
    *ok(
        ALL.by("course").get(n),
        "enrolments by course",
        "how many enrolments does each course have?",
        "enrolments per course",
    ),
    *ok(
        ALL.by("faculty").get(n),
        "enrolments by faculty",
        "number of enrolments per faculty",
        "enrolments by facultyy",
    ),
    *ok(ALL.by("lecturer").get(n), "enrolments per lecturer"),
    *ok(ALL.by("program").get(n), "enrolments by program", "how many enrolments per student program?"),
    *ok(ALL.by("faculty", "program").get(n), "enrolments by faculty and program"),
    *ok(ALL.get(mean("grade")), "average grade", "what's the average grade?", "mean grade"),
    *ok(
        ALL.by("course").get(mean("grade")),
        "average grade by course",
        "mean grade per course",
        "average grade for each course",
    ),
    *ok(ALL.by("lecturer").get(mean("grade")), "average grade by lecturer"),
    *ok(
        ALL.by("home_country").get(mean("grade")),
        "average grade by home country",
        "mean grade per home country of the student",
    ),
    *ok(ALL.by("faculty").get(middle("grade")), "median grade by faculty"),
    *ok(ALL.get(least("grade")), "lowest grade", "minimum grade"),
    *ok(
        ALL.eq(course="Databases").get(mean("grade")),
        "average grade in Databases",
        "mean grade for the course Databases",
    ),
    *ok(
        ALL.eq(faculty="Economics", program="Master").get(n),
        "enrolments of Master students in Economics",
        "how many master enrolments in economics?",
    ),
    *ok(ALL.eq(mode="Remote").by("faculty").get(n), "remote enrolments by faculty"),
    *ok(
        ALL.no(faculty="Mathematics").get(n),
        "enrolments excluding Mathematics",
        "enrolments not in mathematics",
    ),
    *ok(ALL.eq(passed="yes").get(n), "passed enrolments", "how many enrolments were passed?"),
    *ok(
        ALL.eq(passed="no").by("course").get(n),
        "enrolments not passed by course",
        "failed enrolments: not passed, per course",
    ),
    *ok(
        ALL.get(
            part(lambda r: r["passed"] == "yes", lambda rows: sum(r["passed"] is not None for r in rows))
        ),
        "pass rate",
        "share of passed enrolments among those with a result",
    ),
    *ok(ALL.by("course").get(mean("grade")).bottom(1), "which course has the lowest average grade?"),
    *ok(
        ALL.by("course").get(n).top(3),
        "top 3 courses by enrolments",
        "three courses with the most enrolments",
    ),
    *ok(
        ALL.by("faculty", "course").get(n).best_in_each(),
        "course with the most enrolments in each faculty",
        "top course per faculty by number of enrolments",
    ),
    *ok(STUDENTS.get(n), "how many students are there?", "number of students"),
    *ok(STUDENTS.by("program").get(n), "students by program", "how many students per program?"),
    *ok(
        STUDENTS.eq(home_country="Italy").get(n),
        "students from Italy",
        "how many Italian students are there?",
    ),
    *ok(STUDENTS.by("home_country").get(n).top(1), "which home country has the most students?"),
    *ok(COURSES.get(n), "how many courses are offered?", "number of courses"),
    *ok(COURSES.by("faculty").get(n), "courses per faculty", "number of courses by faculty"),
    *ok(
        COURSES.by("faculty").get(total("credits")),
        "total credits by faculty",
        "credits per faculty in total",
    ),
    *ok(COURSES.get(mean("credits")), "average credits", "average credits of a course"),
    *ok(
        STUDENTS.holds(lambda rows: not rows, ENROLMENTS, KEY).get(n),
        "students without enrolments",
        "how many students have no enrolments?",
        "how many students are not enrolled in anything?",
    ),
    *ok(
        STUDENTS.holds(lambda rows: not rows, ENROLMENTS, KEY).by("program").get(n),
        "students without enrolments by program",
    ),
    *ok(
        STUDENTS.holds(lambda rows: not rows, ENROLMENTS.on(WHEN, "2025"), KEY).get(n),
        "students without enrolments in 2025",
        "students who did not enrol in 2025",
    ),
    *ok(STUDENTS.holds(bool, ENROLMENTS.on(WHEN, "2026"), KEY).get(n), "students with enrolments in 2026"),
    *ok(ALL.by(KEY).get(n).having(lambda v: v > 8), "students with more than 8 enrolments"),
    *ok(
        ALL.get(rows_each(KEY)),
        "average number of enrolments per student",
        "enrolments per student on average",
    ),
    *ok(ALL.by("program").get(rows_each(KEY)), "average number of enrolments per student by program"),
    *ok(ALL.get(distinct("course_id")), "number of different courses with enrolments"),
    *ok(
        ALL.on(WHEN, "2025").by(each("quarter", WHEN)).get(n),
        "enrolments per quarter in 2025",
        "quarterly enrolments 2025",
    ),
    *ok(ALL.on(WHEN, "2025").get(n), "enrolments in 2025", "how many enrolments were there in 2025?"),
    *ok(
        ALL.on(WHEN, "2025").by("faculty").get(n).beside(ALL.on(WHEN, "2024").by("faculty").get(n)),
        "enrolments by faculty in 2025 compared to 2024",
    ),
    *ok(ALL.by("faculty").get(n).shares(), "share of enrolments by faculty"),
    *ok(
        ALL.where(lambda r: r["grade"] is not None and float(str(r["grade"])) < 2).by("course").get(n),
        "enrolments with a grade below 2 by course",
    ),
    *ok(
        ALL.where(lambda r: r["grade"] is not None and float(str(r["grade"])) > 4).get(n),
        "how many enrolments have a grade over 4?",
    ),
    *ok(
        ENROLMENTS.eq(grade=None).get(n),
        "enrolments without a grade",
        "how many enrolments have no grade yet?",
    ),
    *ok(ALL.by("course").get(n, mean("grade")), "number of enrolments and average grade by course"),
    *ok(
        ALL.where(lambda r: r["faculty"] == "Humanities" or r["mode"] == "Remote").get(n),
        "enrolments that are remote or in Humanities",
    ),
    *ok(
        ALL.on(WHEN, "2025").by(each("month", WHEN)).get(n).running(),
        "running total of enrolments by month in 2025",
    ),
    *unclear("best students", "country"),
    *no(
        "tuition fees by program",
        "attendance per course",
        "students with a scholarship",
        "average age of lecturers",
        "enrolments in Physics",
        "which students cheated?",
        "student satisfaction",
        "total credits by home country",
        "dropout forecast",
        "room of the course Databases",
    ),
]
