"""Dashboards: insights side by side, filtered together, shared."""
