"""Questions with the query, the choice or the refusal that they must give."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from tests.data.questions.models import MODELS
from tests.data.questions.summary import told

from answerable.data.questions.service import read_question

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
FOLDER = Path(__file__).parent / "cases"
HELD_OUT = tuple(sorted(path.name for path in FOLDER.glob("held_out*.yaml")))


def _cases(*names: str) -> list[dict[str, object]]:
    return [case for name in names for case in yaml.safe_load((FOLDER / name).read_text())]


WRITTEN = _cases(*sorted(path.name for path in FOLDER.glob("*.yaml") if path.name not in HELD_OUT))


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: f"{case['model']}: {case['q']}")
def test_a_question_is_read_as_expected(case: dict[str, object]) -> None:
    model = MODELS[str(case["model"])]
    outcome = told(read_question(str(case["q"]), model, AS_OF), model)
    if "is" in case:
        assert outcome.get("is") == case["is"]
    elif "ask" in case:
        assert outcome.get("ask") == case["ask"]
        assert sorted(outcome["options"]) == case["options"]  # type: ignore[call-overload]
    elif case["declined"] is True:
        assert "declined" in outcome
    else:
        assert outcome.get("declined") == case["declined"]


def test_there_are_enough_cases_of_every_kind() -> None:
    assert len(WRITTEN) >= 250
    assert sum("ask" in case for case in WRITTEN) >= 15
    assert sum("declined" in case for case in WRITTEN) >= 60


def test_held_out_questions_are_right_where_answered_and_mostly_answered() -> None:
    answered = right = answerable = 0
    for case in _cases(*HELD_OUT):
        model = MODELS[str(case["model"])]
        outcome = told(read_question(str(case["q"]), model, AS_OF), model)
        answerable += "is" in case
        answered += "is" in outcome
        right += "is" in outcome and outcome["is"] == case.get("is")
    assert right >= 0.98 * answered
    assert right >= 0.8 * answerable
