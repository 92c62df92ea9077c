"""A small company, invented whole: seeded documents and tables for the demo and the end-to-end tests."""
