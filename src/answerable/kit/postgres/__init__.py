"""The embedded PostgreSQL and the roles of whichever PostgreSQL is used."""

from answerable.kit.postgres.cluster import Cluster, ClusterError
from answerable.kit.postgres.credentials import app_url_for

__all__ = ["Cluster", "ClusterError", "app_url_for"]
