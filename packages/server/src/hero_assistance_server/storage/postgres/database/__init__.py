"""The connections to PostgreSQL, the dialect of its statements, and its schema."""
