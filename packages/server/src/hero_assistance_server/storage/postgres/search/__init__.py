"""The search of one node: an FTS5 file of its own, which follows the event log."""
