"""By what users sign in, in SQLite."""
