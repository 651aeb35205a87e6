"""Backups: one file with all data, checked after it is written, and restored in one step."""
