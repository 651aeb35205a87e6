"""The applications and listeners of the server."""
