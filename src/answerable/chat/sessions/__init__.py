"""Sessions: one conversation of one member, with its title, tags and place in the list."""
