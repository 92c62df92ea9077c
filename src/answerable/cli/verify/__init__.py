"""The command `answerable verify`: what is kept has an owner, and what is ready is whole."""
