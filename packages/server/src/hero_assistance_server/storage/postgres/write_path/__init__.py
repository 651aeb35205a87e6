"""How commands are written on PostgreSQL: its groups, and its unit of work."""
