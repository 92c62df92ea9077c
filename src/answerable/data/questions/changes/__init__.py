"""What a few words after an answer change of its query, slot by slot."""
