"""The health of the server."""
