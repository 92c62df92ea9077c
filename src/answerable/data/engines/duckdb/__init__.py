"""DuckDB over Parquet files, in a child process that can reach nothing else.

Nothing is imported here: the child imports this package too, and must start fast.
"""
