"""Reading questions: latency of the parser, and how right and how willing it is on the held-out sets,
the halves of the bank, and the sealed set of another hand.

`--text2sql FOLDER` also reads a folder of `<database>/*.csv` and `questions.jsonl` with models inferred
from the tables, and prints what was answered, to be judged by hand.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import yaml
from tests.data.questions.bank.score import figures as bank_figures
from tests.data.questions.bank.score import judged, judged_sealed
from tests.data.questions.models import MODELS
from tests.data.questions.summary import told

from answerable.data.ingestion.headers import snake_case
from answerable.data.ingestion.ingest import read_tables
from answerable.data.ingestion.request import IngestionRequest
from answerable.data.questions.lexicon import Lexicon
from answerable.data.questions.outcome import Ambiguous, Parsed
from answerable.data.questions.service import read_question
from answerable.data.semantics.inference import infer
from answerable.data.semantics.model import Dataset, Metric, SemanticModel

AS_OF = datetime(2026, 11, 21, 10, tzinfo=UTC)
CASES = Path(__file__).parent.parent / "tests" / "data" / "questions" / "cases"
BUDGET_MS = 5.0
ROUNDS = 5


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text2sql", type=Path, help="folder of databases and questions.jsonl")
    options = parser.parse_args()
    figures: dict[str, object] = {"latency": _latency(), "held_out": {}}
    figures["held_out"] = {path.stem: _quality(path) for path in sorted(CASES.glob("held_out*.yaml"))}
    figures["bank"] = {
        half: asdict(bank_figures(judged(held_out=half == "held_out"))) for half in ("tuned", "held_out")
    }
    figures["sealed"] = asdict(bank_figures(judged_sealed()))
    if options.text2sql is not None:
        figures["text2sql"] = _text2sql(options.text2sql)
    print(json.dumps(figures))


def _cases(path: Path) -> list[dict[str, str]]:
    return list(yaml.safe_load(path.read_text()))


def _latency() -> dict[str, float]:
    """Milliseconds a question over all written cases, with the lexicon built; and to build a lexicon."""
    cases = [case for path in sorted(CASES.glob("*.yaml")) for case in _cases(path)]
    for case in cases:
        read_question(case["q"], MODELS[case["model"]], AS_OF)
    taken: list[float] = []
    for _ in range(ROUNDS):
        for case in cases:
            started = time.perf_counter()
            read_question(case["q"], MODELS[case["model"]], AS_OF)
            taken.append((time.perf_counter() - started) * 1000)
    started = time.perf_counter()
    Lexicon(MODELS["shop"])
    build = (time.perf_counter() - started) * 1000
    cuts = statistics.quantiles(taken, n=100)
    return {
        "questions": len(cases), "p50_ms": round(cuts[49], 3), "p99_ms": round(cuts[98], 3),
        "budget_ms": BUDGET_MS, "lexicon_ms": round(build, 2),
    }  # fmt: skip


def _quality(path: Path) -> dict[str, float]:
    """Precision of what was answered, and coverage of what can be answered."""
    cases = _cases(path)
    answered = right = answerable = asked = 0
    for case in cases:
        model = MODELS[case["model"]]
        outcome = told(read_question(case["q"], model, AS_OF), model)
        answerable += "is" in case
        asked += "ask" in outcome
        answered += "is" in outcome
        right += "is" in outcome and outcome["is"] == case.get("is")
    return {
        "cases": len(cases), "answerable": answerable, "answered": answered, "asked_back": asked,
        "precision": round(right / max(1, answered), 4), "coverage": round(right / max(1, answerable), 4),
    }  # fmt: skip


def _text2sql(folder: Path) -> dict[str, object]:
    models = {path.name: _inferred(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    answered: list[dict[str, object]] = []
    asked = total = 0
    for line in (folder / "questions.jsonl").read_text().splitlines():
        entry = json.loads(line)
        model = models[entry["db"]]
        outcome = read_question(entry["question"], model, AS_OF)
        total += 1
        asked += isinstance(outcome, Ambiguous)
        if isinstance(outcome, Parsed):
            answered.append(
                {"question": entry["question"], **told(outcome, model), "gold": entry["gold_sqlite"][0]}
            )
    return {"questions": total, "answered": len(answered), "asked_back": asked, "answers": answered}


def _inferred(folder: Path) -> SemanticModel:
    """The model of a folder of CSV files, as ingestion would infer it."""
    datasets: list[Dataset] = []
    metrics: list[Metric] = []
    for path in sorted(folder.glob("*.csv")):
        with tempfile.TemporaryDirectory() as scratch:
            request = IngestionRequest(path=path, folder=Path(scratch), name=path.stem)
            for table in read_tables(request, lambda _progress: None).tables:
                name = snake_case(table.label)
                found = infer(f"ds_{name}", name, table.label, table.profile)
                datasets.append(found.dataset)
                metrics += found.metrics
    return SemanticModel(datasets=tuple(datasets), metrics=tuple(metrics))


if __name__ == "__main__":
    main()
