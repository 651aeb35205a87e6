"""Erasure: what is deleted of a ticket or a user, in every table."""
