"""Notes on documents: what an editor lets stand beside a document's quotes."""
