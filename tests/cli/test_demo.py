"""The demo from its first start to its second, and every sample question through the command line."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from answerable.cli.samples.questions import Expectation, Question, read_questions
from tests.cli.command import Finished, run
from tests.factories.servers import Server
from tests.factories.waiting import wait_until

pytestmark = pytest.mark.timeout(300)

READY = "Ctrl-C stops everything"


@dataclass
class Demo:
    """`answerable demo` in a process of its own, on a data folder that outlives it."""

    server: Server
    starts: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Starts it and returns what it printed until it was ready."""
        log = self.server.data_dir.parent / f"demo-{len(self.starts)}.log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "answerable.cli.main", "demo"],
                env={**self.server.variables, "COLUMNS": "200"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_until(lambda: READY in log.read_text() or self.process.poll() is not None, seconds=240)
        self.starts.append(log.read_text())
        assert READY in self.starts[-1], self.starts[-1]
        return self.starts[-1]

    def stop(self) -> int:
        """Ctrl-C; returns the exit status once nothing of it is left."""
        assert self.process is not None
        below = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(60)
        assert psutil.wait_procs(below, timeout=60)[1] == []
        return status


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    demo = Demo(Server(folder))
    try:
        demo.start()
        yield demo
    finally:
        if demo.process is not None and demo.process.poll() is None:
            demo.process.terminate()
            demo.process.wait(60)
        demo.server.remove()


def command(demo: Demo, *words: object) -> Finished:
    return run(*words, "--data-dir", demo.server.data_dir)


def questions_of(demo: Demo) -> tuple[Question, ...]:
    return read_questions((demo.server.data_dir / "samples" / "questions.yaml").read_text())


def test_the_first_start_prints_address_sign_in_and_three_questions(demo: Demo) -> None:
    page = demo.starts[0]
    assert f"Answerable is ready at {demo.server.url}" in page
    assert "demo@example.com, password " in page
    assert "could not be read" not in page
    for question in questions_of(demo):
        assert (f'"{question.text}"' in page) == question.demo


def test_every_sample_question_gets_its_expected_answer(demo: Demo) -> None:
    wrong = []
    for question in questions_of(demo):
        finished = command(demo, "ask", question.text, "--json")
        assert finished.status == 0, finished.errors
        answer = json.loads(finished.output)
        if not is_right(question, answer):
            wrong.append(f"{question.text} → {answer['status']}: {answer['text']}")
    assert not wrong, "\n".join(wrong)


def test_an_answer_is_shown_with_its_query_and_its_quotes(demo: Demo) -> None:
    counted = command(demo, "ask", f"Total amount by region in {questions_year(demo)}")
    assert "Germany" in counted.output
    assert "SELECT" in counted.output
    quoted = command(demo, "ask", "Within how many days can unused goods be returned?")
    assert "within 30 days" in quoted.output


def test_search_finds_passages(demo: Demo) -> None:
    assert "password" in command(demo, "search", "rules for passwords").output


def test_the_same_files_again_change_nothing(demo: Demo) -> None:
    finished = command(demo, "ingest", demo.server.data_dir / "samples" / "documents", "--json")
    assert finished.status == 0, finished.errors
    assert {entry["outcome"] for entry in json.loads(finished.output)} == {"unchanged"}


def test_a_bad_file_among_good_ones_is_named(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "notes.md").write_text("# Opening hours\n\nThe shop opens at nine.")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing more")
    finished = command(demo, "ingest", tmp_path, "--json")
    assert finished.status == 1
    outcomes = {Path(entry["file"]).name: entry for entry in json.loads(finished.output)}
    assert outcomes["notes.md"]["outcome"] == "ready"
    assert all(outcomes[name]["outcome"] == "failed" for name in ("empty.csv", "broken.pdf"))
    assert all(outcomes[name]["detail"] for name in ("empty.csv", "broken.pdf"))


def test_a_later_start_finds_everything_as_it_was(demo: Demo) -> None:
    assert demo.stop() == 0
    again = demo.start()
    links = [re.findall(r"sign-in=(\w+)", start) for start in (demo.starts[0], again)]
    assert [len(found) for found in links] == [1, 1]  # good for one sign-in, so each start has its own
    assert again.strip().replace(links[1][0], links[0][0]) == demo.starts[0].strip()
    finished = command(demo, "ask", questions_of(demo)[0].text, "--json")
    assert is_right(questions_of(demo)[0], json.loads(finished.output))


def questions_year(demo: Demo) -> str:
    text = (demo.server.data_dir / "samples" / "questions.yaml").read_text()
    return str(int(text.split("as_of: '")[1][:4]) - 1)


def is_right(question: Question, answer: dict[str, Any]) -> bool:
    """Whether the answer shows what the question expects."""
    if question.expects is Expectation.ABSTAINED:
        return bool(answer["status"] == "abstained")
    if answer["status"] != "answered":
        return False
    if question.expects is Expectation.QUOTE:
        quotes = [" ".join(one["quote"].split()) for one in answer["evidence"] if one["kind"] == "quote"]
        return any(str(question.phrase) in quote for quote in quotes)
    query = next((one for one in answer["evidence"] if one["kind"] == "query"), None)
    if query is None:
        return False
    if question.expects is Expectation.VALUE:
        return len(query["rows"]) == 1 and close(query["rows"][0][-1], question.value)
    found = [(str(row[0])[:7] if is_month(str(row[0])) else row[0], row[-1]) for row in query["rows"]]
    expected = [(row.label, row.value) for row in question.rows]
    if not question.ordered:
        found, expected = sorted(found), sorted(expected)
    return len(found) == len(expected) and all(
        name == label and close(value, wanted)
        for (name, value), (label, wanted) in zip(found, expected, strict=True)
    )


def is_month(label: str) -> bool:
    return len(label) >= 10 and label[:4].isdigit() and label[4] == "-"


def close(value: object, wanted: float | None) -> bool:
    return wanted is not None and float(str(value)) == pytest.approx(wanted, abs=0.006)
