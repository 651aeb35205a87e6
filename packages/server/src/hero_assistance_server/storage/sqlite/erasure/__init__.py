"""What erasures need of SQLite alone."""
