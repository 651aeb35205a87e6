"""The supervisor and its peers."""
