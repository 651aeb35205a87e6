"""Drafts: unsent text of one user, kept on the server for all of their devices."""
