"""Models in order of price: each answer is judged, and the next one asked only where it must be."""
