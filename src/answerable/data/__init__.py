"""Questions over tables: ingestion, the semantic model, queries and their answers."""
