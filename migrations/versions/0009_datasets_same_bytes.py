"""The same table file twice gives the datasets that exist.

`opened_as` is set on the version that opened a dataset: the name that its upload had. The key over
it and the bytes is what two equal uploads at once meet.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # A file's key ends with the digest of its bytes, for rows of before and of code of before too.
    op.execute(
        """
        ALTER TABLE dataset_versions
            ADD COLUMN sha256 text NOT NULL GENERATED ALWAYS AS (right(file_key, 64)) STORED,
            ADD COLUMN opened_as text
        """
    )
    op.execute(
        """
        CREATE UNIQUE INDEX uq_dataset_versions_opened_as
            ON dataset_versions (workspace_id, sha256, opened_as) WHERE opened_as IS NOT NULL
        """
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE dataset_versions DROP COLUMN opened_as, DROP COLUMN sha256")
