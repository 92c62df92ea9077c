"""Passwords and addresses of the database's two roles.

The administrator's role owns the tables and runs migrations. The app's role serves requests; it
owns nothing and cannot pass the tenant wall. Its password derives from the administrator's, so
that replicas agree on it without talking to each other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote, unquote, urlsplit, urlunsplit

APP_ROLE = "answerable_app"


def app_password(admin_url: str) -> str:
    """The app role's password: HMAC-SHA256 of a fixed label under the administrator's password."""
    secret = unquote(urlsplit(admin_url).password or "")
    digest = hmac.new(secret.encode(), b"answerable app role", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def app_url_for(admin_url: str) -> str:
    """The same server and database, as the app's role."""
    parts = urlsplit(admin_url)
    _, at, host = parts.netloc.rpartition("@")
    del at
    user = f"{APP_ROLE}:{quote(app_password(admin_url), safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{host}"))
