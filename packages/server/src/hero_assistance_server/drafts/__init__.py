"""Drafts: unsent text of one user, on the server for all of their devices."""
