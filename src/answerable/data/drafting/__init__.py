"""A model fills the structure of a query: names from lists, periods in the words of the question, no SQL."""
