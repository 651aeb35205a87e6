"""Webhooks: events of the project, posted to addresses that admins choose."""
