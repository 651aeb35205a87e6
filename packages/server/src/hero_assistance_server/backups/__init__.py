"""Backups: one file with everything that must survive, checked after it is made, and put back in one step."""
