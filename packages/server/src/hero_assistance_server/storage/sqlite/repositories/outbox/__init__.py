"""What goes out, in SQLite."""
