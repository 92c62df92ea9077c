"""Answers out of documents: verbatim sentences, or none."""
