"""Tickets that are merged into one, and messages that are split off."""
