"""What HTTP carries of a review."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.datasets.review.alternatives import (
    Value,
    alternatives,
    chosen,
    in_force,
    is_open,
    read_as,
    setting_of,
    type_alternatives,
)
from answerable.data.datasets.schemas import JobReference
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.tables import DatasetVersionRow, VersionOrigin
from answerable.data.ingestion.arguments import Arguments
from answerable.data.ingestion.choices import MOST_PLACEHOLDERS, TableChoices
from answerable.data.ingestion.quality import Code, Example, Finding, QualityReport, Severity
from answerable.data.semantics.model import FieldType

_Text = Annotated[str, Field(max_length=100)]


class AlternativeView(BaseModel):
    """A value that can be chosen; `example` is what the finding's example is read as then."""

    model_config = ConfigDict(from_attributes=True)

    value: Value
    label: str
    example: str | None = None


class FindingView(BaseModel):
    """What the reader found or changed. `setting` undoes it, null where there is nothing to decide;
    `choice` is the value in force, `chosen` whether a person chose it, `open` whether one should. `sentence`
    says it in English, `arguments` by a code and by name; null in versions of before there were any."""

    id: str
    kind: Code
    severity: Severity
    column: str | None
    count: int
    sentence: str
    arguments: Arguments | None
    examples: list[Example]
    setting: str | None
    choice: Value | None
    chosen: bool
    open: bool
    alternatives: list[AlternativeView]

    @classmethod
    def of(cls, finding: Finding, choices: TableChoices, facts: dict[str, dict[str, Any]]) -> FindingView:
        """The view of a finding of a version that was read by these choices."""
        known = finding.column is None or finding.column in facts
        setting = setting_of(finding) if known else None
        found = alternatives(finding, setting, facts) if setting is not None else []
        return cls(
            id=f"{finding.code.value}:{finding.column}" if finding.column else finding.code.value,
            kind=finding.code,
            severity=finding.severity,
            column=finding.column,
            count=finding.count,
            sentence=finding.sentence,
            arguments=finding.arguments,
            examples=list(finding.examples),
            setting=setting,
            choice=in_force(finding, setting, choices, facts) if setting is not None else None,
            chosen=setting is not None and chosen(choices, setting, finding.column) is not None,
            open=is_open(finding),
            alternatives=[AlternativeView.model_validate(found_one) for found_one in found],
        )


class ColumnReview(BaseModel):
    """How a column is read; its type can be chosen whether anything was found or not."""

    name: str
    label: str
    type: FieldType
    choice: str | None
    chosen: bool
    alternatives: list[AlternativeView]


class Review(BaseModel):
    """The review of the version that a dataset shows. `open` counts the decisions that wait for a
    person, `choices` are all that were made so far."""

    dataset_id: str
    version: int
    origin: VersionOrigin
    open: int
    findings: list[FindingView]
    columns: list[ColumnReview]
    choices: dict[str, Any] = Field(description="Every choice in force, as it is remembered.")

    @classmethod
    def of(cls, version: DatasetVersionRow) -> Review:
        """The review of a ready version."""
        settings = DatasetSettings.model_validate(version.settings)
        facts = {column["name"]: column for column in version.columns or []}
        report = QualityReport.model_validate(version.quality or {})
        findings = [FindingView.of(finding, settings.choices, facts) for finding in report.findings]
        return cls(
            dataset_id=version.dataset_id,
            version=version.number,
            origin=VersionOrigin(version.origin),
            open=sum(finding.open for finding in findings),
            findings=findings,
            columns=[_column(column, settings.choices) for column in facts.values()],
            choices=settings.choices.model_dump(mode="json", exclude_none=True),
        )


def _column(facts: dict[str, Any], choices: TableChoices) -> ColumnReview:
    picked = choices.column(facts["name"]).type
    return ColumnReview(
        name=facts["name"],
        label=facts["label"],
        type=FieldType(facts["type"]),
        choice=picked or read_as(FieldType(facts["type"])),
        chosen=picked is not None,
        alternatives=[AlternativeView.model_validate(found) for found in type_alternatives()],
    )


class Choice(BaseModel):
    """A value for a setting, of a column where the setting is a column's. Null forgets an earlier choice."""

    model_config = ConfigDict(extra="forbid")

    setting: _Text
    column: _Text | None = None
    value: _Text | Annotated[list[_Text], Field(max_length=MOST_PLACEHOLDERS)] | None


class Choices(BaseModel):
    """What was decided. With `version`, only if the dataset still shows that one (409)."""

    model_config = ConfigDict(extra="forbid")

    choices: Annotated[list[Choice], Field(min_length=1, max_length=1000)]
    version: int | None = None


class Reviewed(BaseModel):
    """The version that the choices make, and the job that reads it; null when nothing changed."""

    dataset_id: str
    version: int
    job: JobReference | None
