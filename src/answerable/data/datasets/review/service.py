"""Choices about how a table is read: taken, remembered, and applied in a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from answerable.data.datasets import repository
from answerable.data.datasets.errors import DatasetNotReady, VersionOutdated
from answerable.data.datasets.review.schemas import Choice, Reviewed
from answerable.data.datasets.schemas import JobReference
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.tables import DatasetRow, DatasetVersionRow
from answerable.data.datasets.uploading import read_again
from answerable.data.ingestion.choices import ColumnChoices, TableChoices
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Decided:
    """The version that shows the choices, and the job that makes it; None when they were in force."""

    version: DatasetVersionRow
    job_id: str | None

    def told(self) -> Reviewed:
        """The same as HTTP carries it."""
        job = JobReference(id=self.job_id) if self.job_id is not None else None
        return Reviewed(dataset_id=self.version.dataset_id, version=self.version.number, job=job)


async def read_review(session: Session, dataset_id: str) -> DatasetVersionRow:
    """The version that a dataset shows. Raises NotFound, or DatasetNotReady."""
    dataset = await repository.get(session, dataset_id)
    if dataset is None:
        raise NotFound
    return await _shown(session, dataset)


async def choose(
    session: Session, dataset_id: str, choices: Sequence[Choice], *, version: int | None
) -> Decided:
    """Remember choices and queue the version that is read by them. Raises NotFound, DatasetNotReady,
    VersionOutdated, and InvalidInput that names each choice that cannot be."""
    dataset = await repository.lock(session, dataset_id)
    if dataset is None:
        raise NotFound
    shown = await _shown(session, dataset)
    if version is not None and version != shown.number:
        raise VersionOutdated(
            f"The dataset shows version {shown.number} now. Read its review again and repeat the choices."
        )
    settings = DatasetSettings.model_validate(dataset.settings)
    columns = {column["name"] for column in shown.columns or []} | set(settings.choices.columns)
    changed = settings.model_copy(update={"choices": _with(settings.choices, choices, columns)})
    if changed == settings:
        return Decided(shown, None)
    dataset.settings = changed.stored()
    again = await read_again(session, dataset)
    return Decided(again, again.job_id)


async def _shown(session: Session, dataset: DatasetRow) -> DatasetVersionRow:
    shown = await repository.newest_ready(session, dataset.id)
    if shown is None:
        raise DatasetNotReady(f"The dataset is {dataset.status}. Wait for its job, or see why it failed.")
    return shown


def _with(known: TableChoices, choices: Sequence[Choice], columns: set[str]) -> TableChoices:
    data = known.model_dump(exclude_none=True)
    errors = []
    for position, choice in enumerate(choices):
        problem = _problem(choice, columns)
        if problem is None:
            _put(data, choice)
            problem = _invalid(data, choice)
        if problem is not None:
            errors.append(FieldError(f"choices.{position}", problem))
    if errors:
        raise InvalidInput(f"{errors[0].field}: {errors[0].message}.", errors=errors)
    data["columns"] = {name: chosen for name, chosen in data["columns"].items() if chosen}
    return TableChoices.model_validate(data)


def _problem(choice: Choice, columns: set[str]) -> str | None:
    of_column, of_table = set(ColumnChoices.model_fields), set(TableChoices.model_fields) - {"columns"}
    if choice.column is None:
        if choice.setting in of_table:
            return None
        if choice.setting in of_column:
            return f"{choice.setting} is a column's setting; name the column"
        return f"there is no such setting; settings are {', '.join(sorted(of_table | of_column))}"
    if choice.setting not in of_column:
        return f"a column has no such setting; it has {', '.join(sorted(of_column))}"
    return None if choice.column in columns else f"the table has no column {choice.column!r}"


def _put(data: dict[str, Any], choice: Choice) -> None:
    holder = data if choice.column is None else data.setdefault("columns", {}).setdefault(choice.column, {})
    if choice.value is None:
        holder.pop(choice.setting, None)
    else:
        holder[choice.setting] = choice.value


def _invalid(data: dict[str, Any], choice: Choice) -> str | None:
    try:
        TableChoices.model_validate(data)
    except ValidationError as error:
        _put(data, choice.model_copy(update={"value": None}))
        return f"{choice.setting} cannot be that: {error.errors()[0]['msg']}"
    return None
