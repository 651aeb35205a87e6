"""Passing on calls, files and events between the browser and the ticket servers."""
