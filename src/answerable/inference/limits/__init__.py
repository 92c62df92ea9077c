"""Budgets and limits, shared by all replicas: what they are, and the leases that calls pass by."""
