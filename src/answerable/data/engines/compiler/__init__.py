"""From a semantic query to one SELECT. The statement is built as a tree, never as text."""

from answerable.data.engines.compiler.compile import Compiled, compile_query

__all__ = ["Compiled", "compile_query"]
