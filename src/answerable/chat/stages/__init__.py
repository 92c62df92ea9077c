"""Which stage answers: the rules alone, or a model, day by day."""
