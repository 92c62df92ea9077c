"""Insights (pinned questions), their computed results, dashboards, and links that share one.

`dataset_version_pins` are the versions that something needs: they never expire. A link's token is kept as
its SHA-256 alone.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0022"
down_revision = "0021"

_WORKSPACE = "uuid NOT NULL CONSTRAINT fk_{0}_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE"
_TABLES = (
    f"""
    CREATE TABLE dataset_version_pins (
        id uuid CONSTRAINT pk_dataset_version_pins PRIMARY KEY,
        workspace_id {_WORKSPACE.format("dataset_version_pins")},
        dataset_id uuid NOT NULL
            CONSTRAINT fk_dataset_version_pins_dataset_id REFERENCES datasets (id) ON DELETE CASCADE,
        number integer NOT NULL,
        holder text NOT NULL,
        CONSTRAINT uq_dataset_version_pins_dataset_id UNIQUE (dataset_id, number, holder)
    )
    """,
    "CREATE INDEX ix_dataset_version_pins_workspace_id ON dataset_version_pins (workspace_id, holder)",
    f"""
    CREATE TABLE insights (
        id uuid CONSTRAINT pk_insights PRIMARY KEY,
        workspace_id {_WORKSPACE.format("insights")},
        name text NOT NULL,
        question text,
        query jsonb NOT NULL,
        chart text NOT NULL CONSTRAINT ck_insights_chart CHECK (chart IN ('auto', 'table')),
        version_policy text NOT NULL
            CONSTRAINT ck_insights_version_policy CHECK (version_policy IN ('latest', 'pinned')),
        versions jsonb NOT NULL DEFAULT '{{}}',
        model_revision text,
        dataset_ids text[] NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ck_insights_pinned CHECK ((version_policy = 'pinned') = (model_revision IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_insights_newest ON insights (workspace_id, created_at DESC, id DESC)",
    f"""
    CREATE TABLE insight_results (
        id uuid CONSTRAINT pk_insight_results PRIMARY KEY,
        workspace_id {_WORKSPACE.format("insight_results")},
        insight_id uuid NOT NULL
            CONSTRAINT fk_insight_results_insight_id REFERENCES insights (id) ON DELETE CASCADE,
        key text NOT NULL,
        result jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_insight_results_insight_id UNIQUE (insight_id, key)
    )
    """,
    "CREATE INDEX ix_insight_results_workspace_id ON insight_results (workspace_id)",
    f"""
    CREATE TABLE dashboards (
        id uuid CONSTRAINT pk_dashboards PRIMARY KEY,
        workspace_id {_WORKSPACE.format("dashboards")},
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        tiles jsonb NOT NULL,
        filters jsonb NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_dashboards_newest ON dashboards (workspace_id, created_at DESC, id DESC)",
    f"""
    CREATE TABLE dashboard_shares (
        id uuid CONSTRAINT pk_dashboard_shares PRIMARY KEY,
        workspace_id {_WORKSPACE.format("dashboard_shares")},
        dashboard_id uuid NOT NULL
            CONSTRAINT fk_dashboard_shares_dashboard_id REFERENCES dashboards (id) ON DELETE CASCADE,
        token_hash bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_dashboard_shares_token_hash UNIQUE (token_hash)
    )
    """,
    "CREATE INDEX ix_dashboard_shares_workspace_id ON dashboard_shares (workspace_id)",
    "CREATE INDEX ix_dashboard_shares_dashboard_id ON dashboard_shares (dashboard_id)",
)
_NAMES = ("dataset_version_pins", "insights", "insight_results", "dashboards", "dashboard_shares")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)
    for name in _NAMES:
        enable_tenant_wall(op, name)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in reversed(_NAMES):
        op.execute(f"DROP TABLE {name}")
