"""Alerts: told when a number of an insight is not as it should be."""
