"""Notifications: who gets a letter about what happens on a ticket."""
