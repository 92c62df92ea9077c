"""Bytes of a document to text with offsets, pages and headings, read in a sandboxed child."""
