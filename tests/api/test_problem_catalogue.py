"""What the console says in German where something fails, by the server's codes."""

from __future__ import annotations

import re
from pathlib import Path

from answerable.knowledge.parsing.failures import Reason

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "src" / "answerable").rglob("*.py")}
GERMAN = set(
    re.findall(
        r'^  (\w+): "', (ROOT / "console/src/i18n/problems.de.ts").read_text(encoding="utf-8"), re.MULTILINE
    )
)
# These name columns and rules, which a code alone does not: the words of the server are shown.
IN_WORDS_OF_THE_SERVER = {"schema_changed", "unit_changed", "invalid_rule", "invalid_rows"}
RENAMED = {"disk_full"}  # a person is told `storage_full`


def test_each_reason_why_a_file_is_not_read_is_said_in_german() -> None:
    folder = ROOT / "src" / "answerable" / "data" / "ingestion"
    refusals = {
        code
        for path, text in SOURCES.items()
        if path.is_relative_to(folder)
        for code in re.findall(r'\brefuse\(\s*"(\w+)"', text)
    }
    assert len(refusals) > 10
    assert refusals - IN_WORDS_OF_THE_SERVER - RENAMED | {reason.value for reason in Reason} <= GERMAN


def test_nothing_is_said_of_codes_that_the_server_does_not_have() -> None:
    text = "\n".join(SOURCES.values())
    assert [code for code in sorted(GERMAN) if f'"{code}"' not in text] == []
