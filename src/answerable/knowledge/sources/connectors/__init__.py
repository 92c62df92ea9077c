"""The connectors that come with the system."""
