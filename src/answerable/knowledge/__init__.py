"""Documents: what is in them, where to find it, and answers that quote them."""
