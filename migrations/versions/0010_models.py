"""Providers, their models and aliases, and a way to tell every process that they changed.

The key of a provider is sealed by the app (AES-256-GCM, bound to workspace and row); the database
holds no key that opens it.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.notifications import CHANNEL, announce_changes
from answerable.kit.db.wall import enable_tenant_wall

revision = "0010"
down_revision = "0009"

_TABLES = ("model_aliases", "provider_models", "providers")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        f"""
        CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog AS $$
        BEGIN
            PERFORM pg_notify('{CHANNEL}', TG_ARGV[0] || ' ' || coalesce(NEW.workspace_id, OLD.workspace_id));
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TABLE providers (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            name text NOT NULL,
            kind text NOT NULL,
            base_url text NOT NULL,
            sealed bytea,
            has_key boolean NOT NULL DEFAULT false,
            key_ending text,
            header_names text[] NOT NULL DEFAULT '{}',
            timeouts jsonb,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (workspace_id, name)
        )
        """
    )
    op.execute("CREATE INDEX ix_providers_workspace_id ON providers (workspace_id, created_at)")
    op.execute(
        """
        CREATE TABLE provider_models (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            provider_id uuid NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
            position integer NOT NULL,
            name text NOT NULL,
            upstream_name text NOT NULL,
            capabilities text[],
            context_window integer CHECK (context_window > 0),
            max_output_tokens integer CHECK (max_output_tokens > 0),
            input_per_mtok numeric CHECK (input_per_mtok >= 0),
            output_per_mtok numeric CHECK (output_per_mtok >= 0),
            cached_input_per_mtok numeric CHECK (cached_input_per_mtok >= 0),
            UNIQUE (workspace_id, name)
        )
        """
    )
    op.execute("CREATE INDEX ix_provider_models_provider_id ON provider_models (provider_id)")
    op.execute(
        """
        CREATE TABLE model_aliases (
            id uuid PRIMARY KEY,
            workspace_id uuid NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
            name text NOT NULL,
            definition jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (workspace_id, name)
        )
        """
    )
    op.execute("CREATE INDEX ix_model_aliases_workspace_id ON model_aliases (workspace_id, created_at)")
    for table in _TABLES:
        enable_tenant_wall(op, table)
        announce_changes(op, table, "models")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION announce_change()")
