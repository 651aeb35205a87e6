"""Saved views: named filters of an agent or the team."""
