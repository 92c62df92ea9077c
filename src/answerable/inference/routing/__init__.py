"""Which target of a plan is tried when: breakers, retries, fallbacks."""
