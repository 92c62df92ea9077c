"""Benchmarks. Each prints one JSON object; timings are ratios or budgets of the same run."""
