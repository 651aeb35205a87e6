"""Erasure: a ticket is deleted, or a user is made nameless, for ever."""
