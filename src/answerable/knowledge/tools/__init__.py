"""Retrieval tools and RAG tools: named settings of search and answering, with versions."""
