"""Datasets: uploaded tables, their versions, their rows."""
