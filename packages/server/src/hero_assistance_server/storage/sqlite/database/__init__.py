"""Connections to the database file, its migrations and its copies."""
