"""Insights and dashboards on paper."""
