"""From a semantic query to one SELECT. The statement is built as a tree, never as text."""

from answerable.data.engines.compiler.compile import Compiled, compile_query
from answerable.data.engines.compiler.limits import within_limits

__all__ = ["Compiled", "compile_query", "within_limits"]
