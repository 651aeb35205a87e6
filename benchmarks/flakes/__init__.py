"""The quarantine: what it costs, and whether it is right."""
