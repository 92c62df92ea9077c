"""Runs: questions asked, with their answers.

An answer must not outlive what it cites. The citing rows go with the document or dataset by
foreign key, and a trigger on them deletes the run, in the transaction that deletes the source.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import enable_tenant_wall

revision = "0008"
down_revision = "0007"

_CITATIONS = (("run_documents", "document_id", "documents"), ("run_datasets", "dataset_id", "datasets"))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE TABLE runs (
            id uuid PRIMARY KEY,
            answer_id uuid NOT NULL UNIQUE,
            workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            asked_by uuid REFERENCES users (id) ON DELETE SET NULL,
            question text NOT NULL,
            status text NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'cancelled')),
            answer jsonb,
            error jsonb,
            created_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX ix_runs_workspace_id ON runs (workspace_id, created_at)")
    op.execute("CREATE INDEX ix_runs_asked_by ON runs (asked_by)")
    enable_tenant_wall(op, "runs")
    op.execute(
        """
        CREATE FUNCTION delete_citing_run() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog AS $$
        BEGIN
            DELETE FROM public.runs WHERE id = OLD.run_id;
            RETURN OLD;
        END $$
        """
    )
    for table, column, target in _CITATIONS:
        op.execute(
            f"""
            CREATE TABLE {table} (
                run_id uuid NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
                {column} uuid NOT NULL REFERENCES {target} (id) ON DELETE CASCADE,
                workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
                PRIMARY KEY (run_id, {column})
            )
            """
        )
        op.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
        op.execute(f"CREATE INDEX ix_{table}_workspace_id ON {table} (workspace_id)")
        enable_tenant_wall(op, table)
        op.execute(
            f"CREATE TRIGGER forget_answer AFTER DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION delete_citing_run()"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, _, _ in _CITATIONS:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION delete_citing_run()")
    op.execute("DROP TABLE runs")
