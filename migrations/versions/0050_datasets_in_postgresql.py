"""Datasets whose rows questions read in a PostgreSQL beside this one, the warehouse.

`relation` is a version's table there. `warehouse_schemas` says for which workspaces this system has made a
schema: it lies outside the tenant wall and outlives its workspace, so that the schema of one that is gone is
found and dropped, and nobody else's ever is.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import grant

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE datasets ADD COLUMN engine text NOT NULL DEFAULT 'parquet'"
        " CONSTRAINT ck_datasets_engine CHECK (engine IN ('parquet', 'postgresql'))"
    )
    op.execute("ALTER TABLE dataset_versions ADD COLUMN relation text")
    op.execute("CREATE TABLE warehouse_schemas (tenant uuid CONSTRAINT pk_warehouse_schemas PRIMARY KEY)")
    grant(op, "warehouse_schemas", "SELECT, INSERT, DELETE")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # The code before reads the Parquet file that every version has.
    op.execute("DROP TABLE warehouse_schemas")
    op.execute("ALTER TABLE dataset_versions DROP COLUMN relation")
    op.execute("ALTER TABLE datasets DROP COLUMN engine")
