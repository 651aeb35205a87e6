"""Devices: nodes of the overlay that stand for a user."""
