"""Tickets: states, updates, lists, merge and split."""
