"""The `jobs` table: the truth about every job. The queue holds tickets that point here."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.jobs.job import Job, JobError, JobStatus, Progress, Subject
from answerable.kit.db import Base, TenantRow, created_at_column, id_column
from answerable.kit.db.columns import PrefixedId


class JobRow(TenantRow, Base):
    __tablename__ = "jobs"

    id: Mapped[str] = id_column("job")
    kind: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, JsonValue]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(Text)
    # Counts starts and never goes back: the fence that a late worker's writes fail at.
    attempt: Mapped[int]
    # Counts starts that ended badly: what the limit of tries is held against.
    failures: Mapped[int]
    ticket: Mapped[int] = mapped_column(BigInteger)
    turn: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(BigInteger)
    progress_done: Mapped[int | None] = mapped_column(BigInteger)
    progress_total: Mapped[int | None] = mapped_column(BigInteger)
    progress_unit: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancel_requested_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def view(self) -> Job:
        """The job as people see it."""
        progress = error = None
        if self.progress_done is not None:
            progress = Progress(self.progress_done, self.progress_total, self.progress_unit or "")
        if self.error_code is not None:
            error = JobError(self.error_code, self.error_detail or "")
        return Job(
            id=self.id,
            kind=self.kind,
            status=JobStatus(self.status),
            subject=Subject(self.subject_type, self.subject_id),
            progress=progress,
            error=error,
            attempt=self.attempt,
            created_by=self.created_by,
            created_at=self.created_at,
            started_at=self.started_at,
            finished_at=self.finished_at,
            cancel_requested_at=self.cancel_requested_at,
            revision=self.revision,
        )
