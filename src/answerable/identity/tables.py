"""The tables of identity. What each may be seen by is written in migration 0002."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId


def moment_column() -> Mapped[datetime]:
    """A moment in UTC; nullable by the annotation of its `Mapped`."""
    return mapped_column(DateTime(timezone=True))


class WorkspaceRow(Base):
    """A tenant: what members share and nobody else sees."""

    __tablename__ = "workspaces"

    id: Mapped[str] = id_column("ws")
    name: Mapped[str]
    created_at: Mapped[datetime] = created_at_column()


class UserRow(Base):
    """A person. `email` is kept in its canonical form (`identity.emails`)."""

    __tablename__ = "users"

    id: Mapped[str] = id_column("usr")
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    disabled_at: Mapped[datetime | None] = moment_column()
    created_at: Mapped[datetime] = created_at_column()


class ServerOwnerRow(Base):
    """The one person who owns the server. The key is always true, so there is one row at most."""

    __tablename__ = "server_owner"

    sole: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    user_id: Mapped[str] = reference("usr", "users.id", index=False)


class MembershipRow(TenantRow, Base):
    """A person's role in a workspace, and the attributes that its data policies go by."""

    __tablename__ = "memberships"

    workspace_id: Mapped[str] = mapped_column(
        PrefixedId("ws"), ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        PrefixedId("usr"), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str]
    attributes: Mapped[dict[str, list[str]]] = mapped_column(JSONB, server_default=text("'{}'"))
    created_at: Mapped[datetime] = created_at_column()


class SessionRow(Base):
    """One sign-in: the family of all refresh tokens that descend from it."""

    __tablename__ = "sessions"

    id: Mapped[str] = id_column("ses")
    user_id: Mapped[str] = reference("usr", "users.id")
    expires_at: Mapped[datetime] = moment_column()
    revoked_at: Mapped[datetime | None] = moment_column()
    created_at: Mapped[datetime] = created_at_column()


class RefreshTokenRow(Base):
    """One refresh token, by its hash. `used_at` is when it was first exchanged for its successor."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[str] = reference("ses", "sessions.id")
    user_id: Mapped[str] = reference("usr", "users.id", index=False)
    expires_at: Mapped[datetime] = moment_column()
    used_at: Mapped[datetime | None] = moment_column()


class ApiKeyRow(TenantRow, Base):
    """A key for programs. It acts for its maker in one workspace; only its hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = id_column("key")
    user_id: Mapped[str] = reference("usr", "users.id")
    name: Mapped[str]
    prefix: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    expires_at: Mapped[datetime | None] = moment_column()
    revoked_at: Mapped[datetime | None] = moment_column()
    last_used_at: Mapped[datetime | None] = moment_column()
    created_at: Mapped[datetime] = created_at_column()


class InvitationRow(TenantRow, Base):
    """An invitation of an e-mail address to a workspace, accepted with a token at most once."""

    __tablename__ = "invitations"

    id: Mapped[str] = id_column("inv")
    email: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[str | None] = reference("usr", "users.id", ondelete="SET NULL", index=False)
    expires_at: Mapped[datetime] = moment_column()
    accepted_at: Mapped[datetime | None] = moment_column()
    created_at: Mapped[datetime] = created_at_column()


class SignInAttemptsRow(Base):
    """How often signing in was tried within a window, by the hash of an e-mail or client address."""

    __tablename__ = "sign_in_attempts"

    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    attempts: Mapped[int]
    window_ends_at: Mapped[datetime] = moment_column()
