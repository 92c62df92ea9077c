"""A dataset's rules: tried on rows, then kept and applied."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from answerable.data.datasets import repository
from answerable.data.datasets.errors import DatasetNotReady, RulesRefused, StaleRules
from answerable.data.datasets.rules.contradictions import contradictions
from answerable.data.datasets.rules.schemas import RulesChanged
from answerable.data.datasets.schemas import JobReference
from answerable.data.datasets.settings import DatasetSettings
from answerable.data.datasets.storage import DatasetFiles
from answerable.data.datasets.tables import DatasetRow, DatasetVersionRow
from answerable.data.datasets.uploading import read_again
from answerable.data.ingestion.quality import Code
from answerable.data.ingestion.rules.model import Rule
from answerable.data.ingestion.rules.outcome import Trial, TrialRequest
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.service import require_all_of
from answerable.kit import sandbox
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, NotFound
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.sandbox import Limits, SandboxError

TARGET = "answerable.data.ingestion.rules.trial:run_trial"
_LIMITS = Limits(memory_bytes=1 << 30, cpu_seconds=20, wall_seconds=30, file_bytes=64 << 20, open_files=64)


@dataclass(frozen=True, slots=True)
class Sample:
    """Where rows to try rules on lie, and the types of their columns."""

    path: Path
    columns: dict[str, FieldType]


async def read_rules(session: Session, dataset_id: str) -> Sequence[Rule]:
    """A dataset's rules. NotFound."""
    dataset = await repository.get(session, dataset_id)
    if dataset is None:
        raise NotFound
    return DatasetSettings.model_validate(dataset.settings).rules


def revision_of(rules: Sequence[Rule]) -> str:
    """What tells these rules, in this order, from others: 16 hexadecimal digits of their SHA-256."""
    content = json.dumps([rule.model_dump(mode="json") for rule in rules], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


async def sample_of(session: Session, runtime: Runtime, dataset_id: str) -> Sample:
    """The rows that a dataset shows, without the columns that its rules made. Raises NotFound, or
    DatasetNotReady."""
    dataset = await repository.get(session, dataset_id)
    if dataset is None:
        raise NotFound
    shown = await _shown(session, dataset)
    made = DatasetSettings.model_validate(shown.settings).derived_columns
    columns = {c["name"]: FieldType(c["type"]) for c in shown.columns or [] if c["name"] not in made}
    return Sample(DatasetFiles(runtime, session.workspace_id).table(shown.table_path or ""), columns)


async def try_rules(
    sample: Sample, rules: Sequence[Rule], *, rows: list[dict[str, str | None]] | None = None, limit: int = 20
) -> Trial:
    """What the rules do to a few rows, in a sandboxed child. Raises RulesRefused for rules that contradict
    themselves, and for those that cannot be read or cannot run over the dataset's columns."""
    _refuse(contradictions(rules))
    with tempfile.TemporaryDirectory(prefix="rules-") as folder:
        request = TrialRequest(
            folder=Path(folder),
            parquet=sample.path,
            columns=sample.columns,
            rows=rows,
            rules=tuple(rules),
            limit=limit,
        )
        try:
            answer = await sandbox.run(
                TARGET,
                request.model_dump(mode="json"),
                limits=_LIMITS,
                read=[sample.path],
                write=[Path(folder)],
            )
        except SandboxError as error:
            if error.kind == "refused":
                raise RulesRefused(error.detail, errors=[FieldError("rules", error.detail)]) from error
            raise RulesRefused(
                "The rules take more time or memory than a trial may. Simplify them."
            ) from error
    trial = Trial.model_validate(answer)
    unfit = [finding for finding in trial.findings if finding.code is Code.RULE_UNFIT]
    _refuse([FieldError("rules", finding.sentence) for finding in unfit])
    return trial


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise RulesRefused(errors[0].message, errors=errors)


async def replace(
    runtime: Runtime, principal: Principal, dataset_id: str, rules: Sequence[Rule], *, if_match: str | None
) -> RulesChanged:
    """Try rules on a dataset's rows and keep them; no transaction is open while they are tried. Raises as its
    parts do, and DataHidden for who does not see all of the dataset."""
    async with runtime.database.begin(principal) as session:
        await require_all_of(session, dataset_id)
        sample = await sample_of(session, runtime, dataset_id)
    await try_rules(sample, rules)
    async with runtime.database.begin(principal) as session:
        version, job_id = await keep_rules(session, dataset_id, rules, if_match=if_match)
        number = version.number
    job = JobReference(id=job_id) if job_id is not None else None
    return RulesChanged(
        dataset_id=dataset_id, rules=list(rules), revision=revision_of(rules), version=number, job=job
    )


async def keep_rules(
    session: Session, dataset_id: str, rules: Sequence[Rule], *, if_match: str | None = None
) -> tuple[DatasetVersionRow, str | None]:
    """Keep rules that were checked, and queue the version that they make: (version, job), without a job
    when they hold already. Raises NotFound, DatasetNotReady, DatasetBusy, and StaleRules when `if_match` is
    not the revision of those that hold."""
    dataset = await repository.lock(session, dataset_id)
    if dataset is None:
        raise NotFound
    shown = await _shown(session, dataset)
    settings = DatasetSettings.model_validate(dataset.settings)
    if if_match not in (None, revision_of(settings.rules)):
        raise StaleRules(
            "Somebody changed the rules since you read them. Look at theirs before you replace them."
        )
    changed = settings.model_copy(update={"rules": tuple(rules)})
    if changed == settings:
        return shown, None
    dataset.settings = changed.stored()
    version = await read_again(session, dataset)
    return version, version.job_id


async def _shown(session: Session, dataset: DatasetRow) -> DatasetVersionRow:
    shown = await repository.newest_ready(session, dataset.id)
    if shown is None:
        raise DatasetNotReady(f"The dataset is {dataset.status}. Wait for its job, or see why it failed.")
    return shown
