"""What the console says in German where something fails, by the server's codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from answerable.api.app import create_app
from answerable.data.engines.external import failures
from answerable.kit.errors import AnswerableError
from answerable.knowledge.parsing.failures import Reason

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "src" / "answerable").rglob("*.py")}
CATALOGUE = (ROOT / "console/src/i18n/problems.de.ts").read_text(encoding="utf-8")


def _keys(table: str) -> set[str]:
    """The codes of one table of the catalogue."""
    found = re.search(rf"^const {table}:.*?^}};", CATALOGUE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return set(re.findall(r'^  (\w+): "', found[0], re.MULTILINE))


SAID, WITH_SERVERS_WORDS = _keys("problems"), _keys("inServersWords")
GERMAN = SAID | WITH_SERVERS_WORDS
RENAMED = {"disk_full"}  # a person is told `storage_full`
# Nobody is told them: the root of all, and what only a model's own protocol says.
UNTOLD = {"error"}


# Beside what drivers say: a value that is none here.
OF_CONNECTIONS = {f"connection_{code}" for code in (*failures.REMEDIES, "value")}


def _kinds(root: type[AnswerableError]) -> Iterator[type[AnswerableError]]:
    for kind in root.__subclasses__():
        if kind.__module__.startswith("answerable."):
            yield kind
            yield from _kinds(kind)


def test_each_problem_is_said_in_german() -> None:
    assert create_app  # with it come the errors of all slices
    codes = {kind.code for kind in _kinds(AnswerableError)}
    assert len(codes) > 80
    assert sorted(codes - GERMAN - UNTOLD) == []


def test_each_reason_of_a_problem_is_said_in_german() -> None:
    reasons = {
        reason
        for path, text in SOURCES.items()
        if "AnswerableError" in text or "errors import" in text
        for reason in re.findall(r'\breason="(\w+)"', text)
    }
    assert len(reasons) > 30
    assert sorted(reasons - SAID) == []


def test_each_failure_of_a_connected_database_is_said_in_german() -> None:
    assert sorted(OF_CONNECTIONS - SAID) == []


def test_each_reason_why_a_file_is_not_read_is_said_in_german() -> None:
    folder = ROOT / "src" / "answerable" / "data" / "ingestion"
    refusals = {
        code
        for path, text in SOURCES.items()
        if path.is_relative_to(folder)
        for code in re.findall(r'\brefuse\(\s*"(\w+)"', text)
    }
    assert len(refusals) > 10
    assert refusals - RENAMED | {reason.value for reason in Reason} <= GERMAN


def test_nothing_is_said_of_codes_that_the_server_does_not_have() -> None:
    text = "\n".join(SOURCES.values())
    assert [code for code in sorted(GERMAN - OF_CONNECTIONS) if f'"{code}"' not in text] == []
