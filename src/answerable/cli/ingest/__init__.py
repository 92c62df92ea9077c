"""`answerable ingest`: files and folders into documents and datasets."""
