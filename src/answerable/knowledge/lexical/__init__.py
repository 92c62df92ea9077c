"""Words and sentences: the tokeniser, BM25's formulas, and spans short enough to quote."""
