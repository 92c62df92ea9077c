"""Dashboards that refresh themselves, alerts on insights, the event log, and how long a workspace keeps
versions of its data.

`data_schedules` and `dataset_retention` lie outside the tenant wall: they hold ids, numbers and times alone,
for the jobs that serve all workspaces. A position in the event log is given under a lock of its workspace, so
that whoever reads on from one misses none.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.notifications import announce_changes
from answerable.kit.db.wall import enable_tenant_wall, grant

revision = "0049"
down_revision = "0048"

_TENANT = "uuid NOT NULL CONSTRAINT fk_{0}_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE"

_TABLES = (
    'ALTER TABLE dashboards ADD COLUMN refresh jsonb NOT NULL DEFAULT \'{"on": "data"}\'',
    "ALTER TABLE dashboards ADD COLUMN refreshed_at timestamptz",
    f"""
    CREATE TABLE events (
        id uuid CONSTRAINT pk_events PRIMARY KEY,
        workspace_id {_TENANT.format("events")},
        position bigint NOT NULL,
        kind text NOT NULL,
        subject_type text NOT NULL,
        subject_id text NOT NULL,
        actor_id uuid,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_events_workspace_id UNIQUE (workspace_id, position)
    )
    """,
    "CREATE INDEX ix_events_created_at ON events (created_at)",
    """
    CREATE TABLE data_schedules (
        kind text NOT NULL,
        subject_id text NOT NULL,
        tenant uuid NOT NULL
            CONSTRAINT fk_data_schedules_tenant REFERENCES workspaces (id) ON DELETE CASCADE,
        schedule text NOT NULL,
        time_zone text NOT NULL,
        due_at timestamptz NOT NULL,
        CONSTRAINT pk_data_schedules PRIMARY KEY (kind, subject_id)
    )
    """,
    "CREATE INDEX ix_data_schedules_tenant ON data_schedules (tenant)",
    "CREATE INDEX ix_data_schedules_due_at ON data_schedules (due_at)",
    """
    CREATE TABLE dataset_retention (
        tenant uuid CONSTRAINT pk_dataset_retention PRIMARY KEY
            CONSTRAINT fk_dataset_retention_tenant REFERENCES workspaces (id) ON DELETE CASCADE,
        keep_versions integer CONSTRAINT ck_dataset_retention_keep_versions CHECK (keep_versions >= 1),
        keep_days integer CONSTRAINT ck_dataset_retention_keep_days CHECK (keep_days >= 0)
    )
    """,
    f"""
    CREATE TABLE alerts (
        id uuid CONSTRAINT pk_alerts PRIMARY KEY,
        workspace_id {_TENANT.format("alerts")},
        insight_id uuid NOT NULL
            CONSTRAINT fk_alerts_insight_id REFERENCES insights (id) ON DELETE CASCADE,
        name text NOT NULL,
        rule jsonb NOT NULL,
        "check" jsonb NOT NULL,
        run_as uuid,
        muted_until timestamptz,
        state text NOT NULL DEFAULT 'unknown',
        standing text NOT NULL DEFAULT 'ok',
        reading jsonb NOT NULL DEFAULT '{{}}',
        sight text,
        since timestamptz NOT NULL DEFAULT now(),
        evaluated_at timestamptz,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_alerts_workspace_id ON alerts (workspace_id)",
    "CREATE INDEX ix_alerts_insight_id ON alerts (insight_id)",
    f"""
    CREATE TABLE alert_changes (
        id uuid CONSTRAINT pk_alert_changes PRIMARY KEY,
        workspace_id {_TENANT.format("alert_changes")},
        alert_id uuid NOT NULL
            CONSTRAINT fk_alert_changes_alert_id REFERENCES alerts (id) ON DELETE CASCADE,
        before text NOT NULL,
        after text NOT NULL,
        reading jsonb NOT NULL,
        sight text,
        muted boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_alert_changes_workspace_id ON alert_changes (workspace_id)",
    "CREATE INDEX ix_alert_changes_alert_id ON alert_changes (alert_id)",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    enable_tenant_wall(op, "events", grants="SELECT, INSERT, DELETE")
    enable_tenant_wall(op, "alerts")
    enable_tenant_wall(op, "alert_changes", grants="SELECT, INSERT, DELETE")
    for name in ("data_schedules", "dataset_retention"):
        grant(op, name, "SELECT, INSERT, UPDATE, DELETE")
    announce_changes(op, "events", "events")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in ("alert_changes", "alerts", "dataset_retention", "data_schedules", "events"):
        op.execute(f"DROP TABLE {name}")
    op.execute("ALTER TABLE dashboards DROP COLUMN refreshed_at")
    op.execute("ALTER TABLE dashboards DROP COLUMN refresh")
