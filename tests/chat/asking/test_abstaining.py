"""Why there is no answer, in words."""

from __future__ import annotations

from answerable.chat.asking.composer import from_data
from answerable.data.answering.outcome import Refused
from answerable.data.questions.outcome import Intent
from answerable.kit.errors import NotFound


def test_a_query_that_failed_is_told_in_whole_sentences() -> None:
    draft = from_data(Refused(NotFound("The table is away."), Intent.KPI, "Number of patients."))
    assert draft.text == "I read this as: Number of patients. It was not computed: The table is away."
