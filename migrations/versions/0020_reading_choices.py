"""What people decide about the reading of a table: remembered on the dataset, recorded with each version.

`open_questions` are the decisions of a version that nobody has made; answers that depend on them say so.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE datasets ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'")
    op.execute(
        """
        ALTER TABLE dataset_versions
            ADD COLUMN origin text NOT NULL DEFAULT 'upload'
                CONSTRAINT ck_dataset_versions_origin CHECK (origin IN ('upload', 'review')),
            ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN open_questions jsonb
        """
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "ALTER TABLE dataset_versions DROP COLUMN open_questions, DROP COLUMN settings, DROP COLUMN origin"
    )
    op.execute("ALTER TABLE datasets DROP COLUMN settings")
