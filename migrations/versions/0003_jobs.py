"""Jobs: procrastinate's queue, and the rows that say what became of each job.

The queue lies in the public schema because procrastinate's SQL names no schema, and a search path
per connection does not survive transaction poolers. It holds ids alone, so it needs no tenant wall.
"""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

from answerable.kit.db.wall import enable_tenant_wall, grant
from answerable.kit.postgres.credentials import APP_ROLE

revision = "0003"
down_revision = "0002"

_QUEUE_TABLES = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)
_JOBS = """
CREATE TABLE jobs (
    id uuid CONSTRAINT pk_jobs PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT fk_jobs_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
    kind text NOT NULL,
    arguments jsonb NOT NULL,
    status text NOT NULL
        CONSTRAINT ck_jobs_status CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    attempt integer NOT NULL,
    failures integer NOT NULL,
    ticket bigint NOT NULL,
    turn bigint NOT NULL,
    revision bigint NOT NULL,
    progress_done bigint,
    progress_total bigint,
    progress_unit text,
    error_code text,
    error_detail text,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    cancel_requested_at timestamptz
)
"""
_INDEXES = (
    "CREATE INDEX ix_jobs_newest ON jobs (workspace_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_jobs_subject ON jobs (workspace_id, subject_type, subject_id)",
    "CREATE INDEX ix_jobs_turn ON jobs (workspace_id, turn) WHERE status = 'queued'",
    "CREATE INDEX ix_jobs_finished ON jobs (workspace_id, finished_at) WHERE finished_at IS NOT NULL",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    for table in _QUEUE_TABLES:
        grant(op, table, "SELECT, INSERT, UPDATE, DELETE")
    op.execute(
        "GRANT USAGE, SELECT ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq, "
        f"procrastinate_periodic_defers_id_seq, procrastinate_workers_id_seq TO {APP_ROLE}"
    )
    # The turn that was served last: the virtual time of start-time fair queueing.
    op.execute("CREATE SEQUENCE job_turns MINVALUE 0 START 0")
    op.execute(f"GRANT USAGE, SELECT, UPDATE ON SEQUENCE job_turns TO {APP_ROLE}")
    op.execute(_JOBS)
    for index in _INDEXES:
        op.execute(index)
    enable_tenant_wall(op, "jobs")
    op.execute("CREATE TABLE job_schedules (name text PRIMARY KEY, last_period timestamptz NOT NULL)")
    grant(op, "job_schedules", "SELECT, INSERT, UPDATE")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE job_schedules")
    op.execute("DROP TABLE jobs")
    op.execute("DROP SEQUENCE job_turns")
    op.execute(f"DROP TABLE {', '.join(_QUEUE_TABLES)} CASCADE")
    op.execute(
        """
        DO $do$
        DECLARE signature regprocedure;
        BEGIN
            FOR signature IN
                SELECT oid::regprocedure FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'procrastinate\\_%'
            LOOP
                EXECUTE 'DROP FUNCTION ' || signature || ' CASCADE';
            END LOOP;
        END $do$
        """
    )
    op.execute("DROP TYPE procrastinate_job_to_defer_v1")
    op.execute("DROP TYPE procrastinate_job_event_type")
    op.execute("DROP TYPE procrastinate_job_status")
