"""Tables out of files: type, encoding, dialect, tables on a sheet, columns, Parquet, quality report."""
