"""Campaigns of many runs: measure tests, hunt for flakes, find causes, bisect neighbours."""
