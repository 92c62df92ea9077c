"""What a check of the installation finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """ok · warn: works, with less than it could · fail: does not work until it is put right."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the report: `advice` says what to do and is empty when there is nothing to do."""

    subject: str
    level: Level
    detail: str
    advice: str = ""
