"""Words and their weights: the tokeniser and BM25's formulas."""
