"""How commands are written on SQLite: its groups, and its unit of work."""
