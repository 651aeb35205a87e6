"""Whole databases and tables in and out: copies, backups, exports and imports."""
