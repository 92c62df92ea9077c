"""The semantic model and the semantic query: the only vocabulary that questions compile through."""
