"""The jobs that the API's document names, so that clients have a word for each, are those that there are."""

from __future__ import annotations

import re
from pathlib import Path

import answerable
from answerable.api import assembly
from answerable.api.jobs.kinds import KINDS, SUBJECTS, UNITS
from answerable.jobs.registry import tasks

SOURCES = {path: path.read_text(encoding="utf-8") for path in Path(answerable.__path__[0]).rglob("*.py")}


def test_each_kind_of_job_is_named() -> None:
    assert assembly.routers()  # with the routes of all slices come their jobs
    registered = tasks.named()
    assert {
        name for name, task in registered.items() if task.function.__module__.startswith("answerable.")
    } == set(KINDS)


def test_each_subject_and_unit_is_named() -> None:
    enqueuing = [text for path, text in SOURCES.items() if re.search(r"\benqueue(_many)?\(", text)]
    subjects = {subject for text in enqueuing for subject in re.findall(r'\bSubject\("(\w+)"', text)}
    assert {"document", "dataset"} <= subjects <= set(SUBJECTS)
    units = {
        unit
        for text in SOURCES.values()
        for found in re.findall(r'progress\([^"\n]+, "(\w+)"\)|"unit": "(\w+)"\}', text)
        for unit in found
        if unit
    }
    assert {"rows", "pages", "passages"} <= units <= set(UNITS)
