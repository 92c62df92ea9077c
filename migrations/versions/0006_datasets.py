"""Datasets: uploaded tables with their versions, and the semantic model of a workspace."""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0006"
down_revision = "0005"

_STATUS = "CHECK (status IN ('queued', 'processing', 'ready', 'failed'))"
_WORKSPACE = "uuid NOT NULL CONSTRAINT fk_{0}_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE"
_TABLES = (
    f"""
    CREATE TABLE datasets (
        id uuid CONSTRAINT pk_datasets PRIMARY KEY,
        workspace_id {_WORKSPACE.format("datasets")},
        name text NOT NULL,
        label text NOT NULL,
        status text NOT NULL CONSTRAINT ck_datasets_status {_STATUS},
        version integer,
        row_count bigint,
        error_code text,
        error_detail text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_datasets_workspace_id UNIQUE (workspace_id, name)
    )
    """,
    "CREATE INDEX ix_datasets_newest ON datasets (workspace_id, created_at DESC, id DESC)",
    f"""
    CREATE TABLE dataset_versions (
        id uuid CONSTRAINT pk_dataset_versions PRIMARY KEY,
        workspace_id {_WORKSPACE.format("dataset_versions")},
        dataset_id uuid NOT NULL
            CONSTRAINT fk_dataset_versions_dataset_id REFERENCES datasets (id) ON DELETE CASCADE,
        number integer NOT NULL,
        upload_id text NOT NULL,
        job_id text,
        status text NOT NULL CONSTRAINT ck_dataset_versions_status {_STATUS},
        attempt integer NOT NULL,
        file_name text NOT NULL,
        file_key text NOT NULL,
        file_bytes bigint NOT NULL,
        table_label text,
        table_path text,
        table_bytes bigint,
        row_count bigint,
        columns jsonb,
        quality jsonb,
        error_code text,
        error_detail text,
        created_at timestamptz NOT NULL DEFAULT now(),
        ready_at timestamptz,
        CONSTRAINT uq_dataset_versions_dataset_id UNIQUE (dataset_id, number)
    )
    """,
    "CREATE INDEX ix_dataset_versions_workspace_id ON dataset_versions (workspace_id)",
    "CREATE INDEX ix_dataset_versions_upload_id ON dataset_versions (workspace_id, upload_id)",
    f"""
    CREATE TABLE semantic_models (
        id uuid CONSTRAINT pk_semantic_models PRIMARY KEY,
        workspace_id {_WORKSPACE.format("semantic_models")},
        revision text NOT NULL,
        document jsonb NOT NULL,
        base jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT uq_semantic_models_workspace_id UNIQUE (workspace_id)
    )
    """,
)
_NAMES = ("datasets", "dataset_versions", "semantic_models")


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
