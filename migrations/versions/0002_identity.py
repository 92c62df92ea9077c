"""Identity: people, workspaces, memberships, sign-ins, API keys, invitations.

A caller proves who they are before their workspace is known, so beside the tenant wall stand narrow
windows for reading: one's own row by one's id, and the one row whose secret was presented by its
hash. Each opens on a setting that the server sets for the transaction; none needs a function that
runs with its owner's rights. `docs/decisions/0003-identity.md` explains them.
"""

from __future__ import annotations

from alembic import op

from answerable.kit.db.wall import WORKSPACE, enable_tenant_wall, grant

revision = "0002"
down_revision = "0001"

_USER = "nullif(current_setting('answerable.user_id', true), '')::uuid"
_PRESENTED = "decode(nullif(current_setting('answerable.key_hash', true), ''), 'hex')"
_EMAIL = "decode(nullif(current_setting('answerable.sign_in_email', true), ''), 'hex')"
_OWNS_SERVER = f"EXISTS (SELECT FROM server_owner o WHERE o.user_id = {_USER})"

_TABLES = (
    """
    CREATE TABLE workspaces (
        id uuid CONSTRAINT pk_workspaces PRIMARY KEY,
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE users (
        id uuid CONSTRAINT pk_users PRIMARY KEY,
        email text NOT NULL CONSTRAINT uq_users_email UNIQUE,
        name text NOT NULL,
        password_hash text NOT NULL,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    CREATE TABLE server_owner (
        sole boolean NOT NULL DEFAULT true CONSTRAINT pk_server_owner PRIMARY KEY
            CONSTRAINT ck_server_owner_sole CHECK (sole),
        user_id uuid NOT NULL CONSTRAINT fk_server_owner_user_id REFERENCES users (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE TABLE memberships (
        workspace_id uuid NOT NULL
            CONSTRAINT fk_memberships_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        user_id uuid NOT NULL CONSTRAINT fk_memberships_user_id REFERENCES users (id) ON DELETE CASCADE,
        role text NOT NULL
            CONSTRAINT ck_memberships_role CHECK (role IN ('viewer', 'editor', 'admin', 'owner')),
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_memberships PRIMARY KEY (workspace_id, user_id)
    )
    """,
    "CREATE INDEX ix_memberships_user_id ON memberships (user_id)",
    """
    CREATE TABLE sessions (
        id uuid CONSTRAINT pk_sessions PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT fk_sessions_user_id REFERENCES users (id) ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_sessions_user_id ON sessions (user_id)",
    """
    CREATE TABLE refresh_tokens (
        token_hash bytea CONSTRAINT pk_refresh_tokens PRIMARY KEY,
        session_id uuid NOT NULL
            CONSTRAINT fk_refresh_tokens_session_id REFERENCES sessions (id) ON DELETE CASCADE,
        user_id uuid NOT NULL CONSTRAINT fk_refresh_tokens_user_id REFERENCES users (id) ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id)",
    """
    CREATE TABLE api_keys (
        id uuid CONSTRAINT pk_api_keys PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_api_keys_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        user_id uuid NOT NULL CONSTRAINT fk_api_keys_user_id REFERENCES users (id) ON DELETE CASCADE,
        name text NOT NULL,
        prefix text NOT NULL,
        key_hash bytea NOT NULL CONSTRAINT uq_api_keys_key_hash UNIQUE,
        scopes text[] NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_api_keys_workspace_id ON api_keys (workspace_id, created_at DESC, id DESC)",
    "CREATE INDEX ix_api_keys_user_id ON api_keys (user_id)",
    """
    CREATE TABLE invitations (
        id uuid CONSTRAINT pk_invitations PRIMARY KEY,
        workspace_id uuid NOT NULL
            CONSTRAINT fk_invitations_workspace_id REFERENCES workspaces (id) ON DELETE CASCADE,
        email text NOT NULL,
        role text NOT NULL
            CONSTRAINT ck_invitations_role CHECK (role IN ('viewer', 'editor', 'admin', 'owner')),
        token_hash bytea NOT NULL CONSTRAINT uq_invitations_token_hash UNIQUE,
        invited_by uuid CONSTRAINT fk_invitations_invited_by REFERENCES users (id) ON DELETE SET NULL,
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX ix_invitations_workspace_id ON invitations (workspace_id, created_at DESC, id DESC)",
    """
    CREATE TABLE sign_in_attempts (
        subject bytea CONSTRAINT pk_sign_in_attempts PRIMARY KEY,
        attempts integer NOT NULL,
        window_ends_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_sign_in_attempts_window_ends_at ON sign_in_attempts (window_ends_at)",
)


def _window(table: str, name: str, condition: str) -> None:
    op.execute(f"CREATE POLICY {name} ON {table} FOR SELECT USING ({condition})")


def _own_rows(table: str, column: str) -> None:
    """The wall of tables that belong to a person instead of a workspace."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    condition = f"{column} = {_USER}"
    op.execute(f"CREATE POLICY own ON {table} USING ({condition}) WITH CHECK ({condition})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in _TABLES:
        op.execute(statement)

    enable_tenant_wall(op, "workspaces", column="id")
    for table in ("memberships", "api_keys", "invitations"):
        enable_tenant_wall(op, table)
    _window("api_keys", "presented", f"key_hash = {_PRESENTED}")
    _window("invitations", "presented", f"token_hash = {_PRESENTED}")
    presented_key = f"(SELECT k.user_id FROM api_keys k WHERE k.key_hash = {_PRESENTED})"  # noqa: S608 (constants)
    _window("memberships", "own", f"user_id = {_USER}")
    _window("memberships", "presented_key", f"user_id = {presented_key}")
    _window(
        "workspaces",
        "member",
        f"EXISTS (SELECT FROM memberships m WHERE m.workspace_id = workspaces.id AND m.user_id = {_USER})",
    )

    for table, column in (("users", "id"), ("sessions", "user_id"), ("refresh_tokens", "user_id")):
        _own_rows(table, column)
    _window("refresh_tokens", "presented", f"token_hash = {_PRESENTED}")
    _window("users", "presented_key", f"id = {presented_key}")
    _window("users", "signing_in", f"sha256(convert_to(email, 'UTF8')) = {_EMAIL}")
    _window(
        "users",
        "colleague",
        f"EXISTS (SELECT FROM memberships m WHERE m.user_id = users.id AND m.workspace_id = {WORKSPACE})",
    )
    _window("users", "server_owner", _OWNS_SERVER)
    op.execute(
        f"CREATE POLICY server_owner_disables ON users FOR UPDATE USING ({_OWNS_SERVER}) "
        f"WITH CHECK ({_OWNS_SERVER})"
    )
    grant(op, "users", "SELECT, INSERT, UPDATE")
    grant(op, "sessions", "SELECT, INSERT, UPDATE, DELETE")
    grant(op, "refresh_tokens", "SELECT, INSERT, UPDATE, DELETE")
    grant(op, "server_owner", "SELECT, INSERT")
    grant(op, "sign_in_attempts", "SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Policies name other tables, so they go before the tables do.
    op.execute("DROP POLICY member ON workspaces")
    for policy in ("colleague", "presented_key", "server_owner", "server_owner_disables"):
        op.execute(f"DROP POLICY {policy} ON users")
    op.execute("DROP POLICY presented_key ON memberships")
    for table in (
        "sign_in_attempts",
        "invitations",
        "api_keys",
        "refresh_tokens",
        "sessions",
        "memberships",
        "server_owner",
        "users",
        "workspaces",
    ):
        op.execute(f"DROP TABLE {table}")
