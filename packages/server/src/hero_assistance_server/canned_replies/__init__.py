"""Canned replies: stored texts that an agent sends, with placeholders."""
