"""Every note and warning has an English sentence, and is read back from JSON as it was said."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import TypeAdapter

from answerable.chat.asking.warnings import Told, Warning, assumption, of_search, warning
from answerable.data.questions.notes import Note
from answerable.knowledge.answering.notes import SearchNote

NOTES = (
    ({"code": "rank_unsaid"}, "What to rank by was not said."),
    ({"code": "time_counted_by", "field": "Order date"}, "Time is counted by Order date."),
    ({"code": "number_compared_with", "field": "Amount"}, "The number is compared with Amount."),
    ({"code": "fields_compared", "field": "Paid", "other": "Due"}, "Paid is compared with Due."),
    (
        {"code": "period_open", "period": "this month", "start": date(2026, 12, 1), "end": date(2027, 1, 1)},
        "This month is not over yet.",
    ),
    (
        {"code": "period_ahead", "period": "next year", "start": date(2027, 1, 1), "end": date(2028, 1, 1)},
        "Next year lies ahead.",
    ),
    (
        {"code": "ends_before", "period": "November 2026", "start": date(2026, 11, 1), "grain": "month"},
        "November 2026 is not over yet; the numbers end with the month before.",
    ),
    ({"code": "years_begin", "month": 4}, "Years begin in April."),
    (
        {
            "code": "periods_averaged",
            "start": date(2026, 1, 1),
            "end": date(2026, 5, 1),
            "grain": "month",
            "count": 4,
        },
        "The total from 1 January to 30 April 2026 is divided by 4 whole months; "
        "one without any counts as 0.",
    ),
    (
        {"code": "segment_means", "segment": "Large orders", "words": "Amount is 500 or more"},
        "In the segment Large orders: Amount is 500 or more.",
    ),
    (
        {"code": "unseen_left_out", "dataset": "Customers", "rows": "Orders"},
        "Customers without any orders are not counted in.",
    ),
    (
        {"code": "dataset_joined", "dataset": "Orders", "field": "Customer", "other": "Customers"},
        "Orders › Customer leads to Customers.",
    ),
    (
        {"code": "name_read_as", "words": "revenue", "meaning": "Total amount"},
        "“revenue” was read as Total amount.",
    ),
    ({"code": "misspelt_word", "word": "region"}, "Read a misspelt word as “region”."),
    ({"code": "read_live", "connection": "Warehouse"}, "Read from Warehouse as it is now."),
    (
        {"code": "zero_dates_unknown", "dataset": "Orders", "field": "paid on"},
        "Dates of Orders such as 0000-00-00 count as unknown paid on.",
    ),
    (
        {"code": "rows_narrowed", "datasets": ("Orders", "Customers")},
        "Only those rows of Orders and Customers count that you may see.",
    ),
    (
        {
            "code": "open_question",
            "dataset": "deliveries",
            "sentence": "Day or month may come first.",
            "finding": {"code": "date_order_assumed", "column": "Delivered", "first": "day"},
        },
        "Day or month may come first. Decide it in the review of deliveries.",
    ),
)
SEARCH = (
    ({"code": "by_words_alone"}, "Searched by words alone: there is no embedding model."),
    ({"code": "part_without_answer"}, "A part of the question has no answer in the documents."),
    (
        {"code": "word_read_as", "word": "parkign", "meant": "parking"},
        "No document has “parkign”: read as “parking”.",
    ),
    ({"code": "search_hindered", "sentence": "'chroma' does not answer."}, "'chroma' does not answer."),
)
WARNINGS = (
    (
        {"code": "sources_disagree"},
        "The documents give different values for this. The newer one is quoted first: check which holds.",
    ),
    (
        {"code": "unsure"},
        "The quoted passage may not answer this: read it before you use it.",
    ),
    (
        {"code": "broken_off"},
        "The answer broke off while it was written. What is shown was checked; ask again for the rest.",
    ),
    (
        {"code": "stopped"},
        "The answer was stopped while it was written. What is shown was checked; ask again for the rest.",
    ),
    ({"code": "truncated", "rows": 10_000}, "Only the first 10,000 rows are shown."),
    ({"code": "part_unanswered", "words": "who won"}, "Not answered: “who won”."),
    ({"code": "left_over_word", "words": "flumps"}, "“flumps” means nothing to the tables."),
    ({"code": "change_does_not_fit", "words": "by moon"}, "The last query has no place for “by moon”."),
    (
        {"code": "model_reading", "words": "Total amount."},
        "A model read the question as: Total amount. Check that it is meant.",
    ),
    (
        {"code": "not_expressible", "words": "by moon", "rest": "total amount"},
        "“by moon” cannot be put together with “total amount”.",
    ),
    (
        {"code": "unsupported_removed", "count": 1, "doubts": ()},
        "One sentence of the model was removed: what they cite does not say it.",
    ),
    (
        {"code": "unsupported_removed", "count": 2, "doubts": ("number", "name")},
        "2 sentences of the model were removed: what they cite does not say it (number, name).",
    ),
    (
        {"code": "models_away", "why": "no model answered"},
        "No model could write an answer: no model answered. These are the documents' own words.",
    ),
)


@pytest.mark.parametrize(("said", "sentence"), NOTES)
def test_each_note_has_a_sentence(said: dict[str, object], sentence: str) -> None:
    made = assumption(TypeAdapter[Note](Note).validate_python(said))
    assert (made.code, made.detail) == ("assumption", sentence)
    assert Warning.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(("said", "sentence"), SEARCH)
def test_each_note_of_a_search_has_a_sentence(said: dict[str, object], sentence: str) -> None:
    made = of_search(TypeAdapter[SearchNote](SearchNote).validate_python(said))
    assert (made.code, made.detail) == ("search", sentence)
    assert Warning.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize(("said", "sentence"), WARNINGS)
def test_each_warning_has_a_sentence(said: dict[str, object], sentence: str) -> None:
    made = warning(TypeAdapter[Told](Told).validate_python(said))
    assert (made.code, made.detail) == (said["code"], sentence)
    assert Warning.model_validate_json(made.model_dump_json()) == made


def test_no_note_or_warning_is_untested() -> None:
    for union, tried in ((Note, NOTES), (SearchNote, SEARCH), (Told, WARNINGS)):
        schema = TypeAdapter(union).json_schema()
        codes = set(schema["discriminator"]["mapping"])
        assert codes == {str(said["code"]) for said, _ in tried}


def test_a_warning_of_before_there_were_arguments_is_read() -> None:
    kept = Warning.model_validate({"code": "assumption", "detail": "Time is counted by Order date."})
    assert kept.arguments is None
