"""What every slice stands on: settings, database, errors, ids, paging, files, sandbox."""
